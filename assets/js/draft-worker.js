// The service worker of the need form. It shows a form page without a network (from a sealed copy), keeps the files such
// a page needs, and sends what waits when the network is back. It never touches another page, and answers nothing that
// is not asked by the portal itself. `VERSION`, `FILES` and `SHELVES` are written in front by the server.
{
  const FILED = `sinergi-form-${VERSION}`;
  const PAGE = /^\/(en\/)?kebutuhan\/[^/]+\/(isi\/(dinas\/|alasan\/|berkas\/|baris\/((baru|\d+)\/)?)?|periksa\/)$/;
  const NEED = /^\/(en\/)?kebutuhan\/([^/]+\/)?$/;
  const HASHED = /\.[0-9a-f]{12}(\.\w+)$/;
  const plain = (path) => path.replace(HASHED, "$1");
  const HEADERS = ["Content-Type", "Content-Language", "Content-Security-Policy", "X-Frame-Options", "Referrer-Policy", "X-Content-Type-Options"];
  const PATIENCE = 12_000;
  const YOUNG = 15 * 60 * 1000;

  self.addEventListener("install", (event) => {
    event.waitUntil((async () => {
      const cache = await caches.open(FILED);
      await cache.addAll(FILES);
      // The page for "no network" belongs to nobody: it is fetched as nobody.
      for (const path of SHELVES) {
        const answer = await fetch(path, { credentials: "omit", cache: "no-store" });
        if (answer.ok) await cache.put(path, answer);
      }
      await self.skipWaiting();
    })());
  });

  self.addEventListener("activate", (event) => {
    event.waitUntil((async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("sinergi-form-") && name !== FILED) await caches.delete(name);
      }
      await self.clients.claim();
    })());
  });

  // --- Copies of pages ---

  async function keep(path, answer) {
    const owner = await drafts.fresh();
    const kind = answer.headers.get("Content-Type") || "";
    if (!owner || !answer.ok || answer.redirected || !kind.includes("text/html")) return;
    const html = await answer.text();
    // A page for somebody else, or for nobody, is never kept under this reader's key.
    if (!html.includes(`data-reader="${owner.tag}"`)) return;
    const headers = HEADERS.filter((name) => answer.headers.has(name)).map((name) => [name, answer.headers.get(name)]);
    await drafts.put("page", path, { headers }, new TextEncoder().encode(html));
  }

  // The page is told that it was not asked of the server: it says nothing about who is signed in.
  const marked = (html, headers) => new Response(html.replace("<body ", "<body data-copy "), { headers });

  async function copyOf(path) {
    await drafts.fresh();
    const found = await drafts.get("page", path);
    return found && marked(new TextDecoder().decode(found.content), found.headers);
  }

  async function shelf(path) {
    const english = path.startsWith("/en/");
    const found = await caches.match(SHELVES.find((one) => one.startsWith("/en/") === english));
    return found ? marked(await found.text(), found.headers) : Response.error();
  }

  async function without(path) {
    const kept = PAGE.test(path) && (await copyOf(path).catch(() => null));
    return kept || shelf(path);
  }

  async function show(event, path) {
    const asked = fetch(event.request);
    const slow = new Promise((resolve) => { setTimeout(resolve, PATIENCE, null); });
    try {
      const kept = PAGE.test(path);
      let answer = await (kept ? Promise.race([asked, slow]) : asked);
      if (!answer) answer = (await copyOf(path).catch(() => null)) || (await asked);
      else if (kept && answer.ok) event.waitUntil(keep(path, answer.clone()).catch(() => {}));
      return answer;
    } catch {
      return without(path);
    }
  }

  // A button pressed without a network leads back to the page, where what was typed is still there.
  async function send(request, path) {
    try {
      return await fetch(request);
    } catch {
      return Response.redirect(path, 303);
    }
  }

  async function file(request) {
    const url = new URL(request.url);
    if (HASHED.test(url.pathname)) {
      const kept = await caches.match(request, { ignoreVary: true });
      if (kept) return kept;
    }
    try {
      const answer = await fetch(request);
      if (answer.ok) {
        const copy = answer.clone();
        caches.open(FILED).then((cache) => cache.put(request, copy)).catch(() => {});
      }
      return answer;
    } catch {
      // A copy from before an update names the files of that time: those of today stand in for them.
      const today = FILES.find((path) => plain(path) === plain(url.pathname));
      const kept = await caches.match(request, { ignoreVary: true, ignoreSearch: true });
      return kept || (today && (await caches.match(today, { ignoreVary: true }))) || Response.error();
    }
  }

  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (url.origin !== self.location.origin) return;
    if (request.mode === "navigate") {
      const path = url.pathname;
      if (request.method === "GET" && (PAGE.test(path) || NEED.test(path) || SHELVES.includes(path))) event.respondWith(show(event, path));
      else if (request.method === "POST" && PAGE.test(path)) event.respondWith(send(request, path));
    } else if (request.method === "GET" && url.pathname.startsWith("/static/")) {
      event.respondWith(file(request));
    }
  });

  // The page names those of its need; each is fetched once in a while, one after the other.
  async function prepare(pages, reader) {
    const owner = await drafts.fresh();
    if (!owner || owner.tag !== reader) return;
    for (const path of pages) {
      if (!PAGE.test(path)) continue;
      const kept = await drafts.get("page", path);
      if (kept && Date.now() - kept.at < YOUNG) continue;
      const answer = await fetch(path, { credentials: "same-origin", headers: { Accept: "text/html" } });
      await keep(path, answer);
    }
  }

  self.addEventListener("message", (event) => {
    if (event.data && event.data.type === "keep") event.waitUntil(prepare(event.data.pages, event.data.reader).catch(() => {}));
  });

  self.addEventListener("sync", (event) => {
    if (event.tag !== "drafts") return;
    event.waitUntil((async () => {
      await drafts.fresh();
      try {
        await draftSync.sendAll();
      } catch (error) {
        if (!(error instanceof draftSync.SignedOut)) throw error; // the browser tries again
      }
    })());
  });
}
