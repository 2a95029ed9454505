// What every page of the need form shares with the store: who reads it, what still has to be sent, and how it is said.
// The words stand in the page (templates/regions/_drafts.html).
self.draftPage = (() => {
  const box = document.getElementById("drafts");
  const reader = document.body.dataset.reader || "";
  const copy = "copy" in document.body.dataset; // the worker's copy of a page, shown without a network
  const words = box ? box.dataset : {};
  const RETRY = [3, 5, 10, 20, 40, 60];
  let tries = 0;
  let timer = null;
  let open = false; // whether the store keeps anything for this page

  const show = (name, visible = true) => {
    const part = box && box.querySelector(`[data-when="${name}"]`);
    if (!part) return;
    part.hidden = !visible;
    const form = document.querySelector("form[data-autosave], form[data-upload]");
    if (visible && !open && form && (name === "away" || name === "signed-out")) part.querySelector(".sg-sm").textContent = words.unkept;
  };

  // The tick is for what the server has.
  const state = (text, stored = false) => {
    const place = document.getElementById("save-state");
    if (!place || !text) return;
    const icon = place.querySelector("svg");
    if (icon) icon.toggleAttribute("hidden", !stored);
    place.replaceChildren(...(icon ? [icon] : []), document.createTextNode(text));
  };

  const random = (bytes) => [...crypto.getRandomValues(new Uint8Array(bytes))].map((b) => b.toString(16).padStart(2, "0")).join("");

  // A key for the reader of this page, fetched anew when there is none or it grows old. False: the store stays shut.
  async function ready() {
    open = await opened();
    return open;
  }

  async function opened() {
    if (!box || !drafts.able) return false;
    const owner = await drafts.reader();
    if (copy) return Boolean(owner);
    if (!reader) return false;
    if (owner && owner.until - Date.now() > 3600 * 1000) return true;
    try {
      await draftSync.account();
    } catch { /* the key of a former page may still be there */ }
    return Boolean(await drafts.reader());
  }

  function trouble(error) {
    if (error instanceof draftSync.SignedOut) {
      drafts.forget(reader);
      for (const link of box.querySelectorAll("[data-sign-in]")) {
        link.href = `${words.login}?next=${encodeURIComponent(location.pathname)}`;
      }
      show("away", false);
      show("signed-out");
      state(open ? words.kept : words.unkept);
      return;
    }
    show("away");
    state(open ? words.kept : words.unkept);
    askWorker();
    later();
  }

  function fine() {
    tries = 0;
    show("away", false);
    show("signed-out", false);
  }

  // Browsers that can, send in the background even when the page is closed.
  async function askWorker() {
    try {
      const registration = await navigator.serviceWorker.ready;
      await registration.sync.register("drafts");
    } catch { /* the page itself tries again */ }
  }

  const tasks = [];
  const onRetry = (task) => tasks.push(task);
  function later() {
    clearTimeout(timer);
    timer = setTimeout(retry, RETRY[Math.min(tries++, RETRY.length - 1)] * 1000);
  }
  async function retry() {
    for (const task of tasks) await task();
  }

  // The list of what this device still keeps for the need shown here.
  async function list() {
    const place = box && box.querySelector("[data-list]");
    if (!place) return;
    const code = words.need;
    const kept = [...(await drafts.list("entry")), ...(await drafts.list("file"))].filter((one) => !code || one.code === code);
    const here = self.needForm && self.needForm.name();
    const others = kept.filter((one) => one.name !== here);
    place.replaceChildren(...others.map(row));
    show("waiting", others.length > 0);
  }

  function row(one) {
    const item = box.querySelector("template[data-row]").content.cloneNode(true);
    const link = item.querySelector("a");
    link.href = one.page;
    link.textContent = one.file || `${one.title} · ${one.code}`;
    const answer = one.answer || {};
    const said = answer.closed || answer.gone || answer.sentence || (answer.unsaved || [])[0]?.sentence || (answer.errors || [])[0]?.sentence;
    item.querySelector("[data-state]").textContent = words[one.state] || words.waiting;
    item.querySelector("[data-said]").textContent = said && one.state !== "waiting" ? said : "";
    const button = item.querySelector("[data-drop]");
    button.hidden = one.state === "waiting";
    button.addEventListener("click", async () => {
      if (!confirm(words.sure)) return;
      await drafts.remove(one.sha256 ? "file" : "entry", one.name);
      list();
    });
    return item;
  }

  // The worker keeps copies of this need's pages, so that they open without a network too.
  async function worker() {
    if (!("serviceWorker" in navigator) || copy) return;
    try {
      await navigator.serviceWorker.register(words.worker, { scope: words.scope });
      const registration = await navigator.serviceWorker.ready;
      if (navigator.connection && navigator.connection.saveData) return;
      const pages = new Set([location.pathname, ...(words.pages || "").split(" ").filter(Boolean)]);
      for (const link of document.querySelectorAll("#isi a[href]")) {
        if (/^\/(en\/)?kebutuhan\/[^/]+\/isi\/baris\/\d+\/$/.test(link.pathname)) pages.add(link.pathname);
      }
      registration.active.postMessage({ type: "keep", pages: [...pages], reader });
    } catch { /* private windows have no worker: the page itself still keeps what is typed */ }
  }

  return { box, reader, copy, words, show, state, random, ready, trouble, fine, onRetry, retry, list, worker };
})();
