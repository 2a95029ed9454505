// Sends what is kept on this device: one entry after the other, each as often as needed and stored once. The server
// knows a page by its token and a new record by its key, so that sending twice changes nothing.
self.draftSync = (() => {
  const KEYS = "/akun/kunci-draf/";

  class Away extends Error {} // no network, or a server in trouble: try again later
  class SignedOut extends Error {
    constructor(url) {
      super("the session has ended");
      this.url = url || "";
    }
  }

  // A line that is dead without saying so must not hold up everything else.
  const PATIENCE = 60_000;

  async function ask(url, options = {}) {
    try {
      return await fetch(url, { credentials: "same-origin", signal: AbortSignal.timeout?.(PATIENCE), ...options });
    } catch {
      throw new Away("no network");
    }
  }

  // Who is signed in here now. Nobody, or somebody else: the key leaves the device before anything else happens. The forms
  // of the page get the token that counts now.
  async function account() {
    const response = await ask(KEYS, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (response.status === 401 || response.redirected) {
      await drafts.forget();
      throw new SignedOut();
    }
    if (!response.ok) throw new Away(`status ${response.status}`);
    const found = await response.json().catch(() => ({}));
    if (!found.reader) throw new Away("not the portal");
    await drafts.adopt(found);
    const shown = self.document && document.body.dataset.reader;
    if (shown && shown !== found.reader) {
      await drafts.forget(shown);
      throw new SignedOut();
    }
    for (const field of self.document ? document.getElementsByName("csrfmiddlewaretoken") : []) field.value = found.token;
    return found;
  }

  // Entries one after the other in all tabs, and files likewise; a long file holds up no entry.
  const alone = (what, work) => (navigator.locks ? navigator.locks.request(`sinergi-${what}`, work) : work());
  const unsent = (one) => one.state === "waiting" || one.state === "absent";

  function bodyOf(entry, token) {
    const body = new URLSearchParams();
    for (const [name, value] of [...entry.values, ...Object.entries(entry.meta)]) body.append(name, value);
    for (const [field, side] of Object.entries(entry.choices || {})) body.append(`choice_${field}`, side);
    body.append("csrfmiddlewaretoken", token);
    if (entry.pressed) body.append(entry.pressed.name, entry.pressed.value);
    else body.append("autosave", "1");
    return body;
  }

  async function answerOf(response) {
    const kind = response.headers.get("Content-Type") || "";
    return kind.includes("json") ? response.json().catch(() => null) : null;
  }

  // What the server says of an entry, in one shape: {state, answer}. The answers: regions/views/saving.py.
  async function post(entry, token) {
    const headers = { Accept: "application/json", "X-CSRFToken": token };
    const response = await ask(entry.url, { method: "POST", body: bodyOf(entry, token), headers });
    const answer = await answerOf(response);
    if (response.status === 401) throw new SignedOut(answer && answer.sign_in);
    if (response.redirected && new URL(response.url).pathname.endsWith("/masuk/")) throw new SignedOut();
    if (response.ok && answer && "version" in answer) return { state: (answer.unsaved || []).length ? "unsaved" : "saved", answer };
    if (response.status === 400 && answer && answer.unsaved) return { state: "unfit", answer };
    if (response.status === 410 && answer && answer.gone) return { state: "gone", answer };
    if (response.status === 409 && answer && answer.conflicts) return { state: "conflict", answer };
    if (response.status >= 500 || [408, 425, 429].includes(response.status)) throw new Away(`status ${response.status}`);
    if (response.status === 403 && answer && answer.csrf) return { state: "token", answer };
    // Not to be seen in the role that is chosen now: it is tried again, for that may change.
    if (response.status === 404 || (answer && answer.again)) return { state: "absent", answer: {} };
    // An answer that is none of the portal's, such as the sign-in page of a hotel.
    if (!answer && ![400, 403, 413].includes(response.status)) throw new Away("not the portal");
    return { state: "closed", answer: answer || {} };
  }

  // What the device keeps of an entry that was sent.
  async function note(entry, kept, state, stored) {
    const newer = await drafts.get("entry", entry.name);
    if (newer && newer.rev !== entry.rev) {
      // Typed on while this was under way: what is newer is sent next, on the footing the server now has.
      await drafts.put("entry", entry.name, { ...newer, meta: kept.meta, url: kept.url, content: undefined });
    } else if (state === "saved") {
      await drafts.remove("entry", entry.name);
    } else if (newer) {
      await drafts.put("entry", entry.name, { ...kept, content: undefined });
    }
    if (stored) {
      await drafts.put("saved", new URL(kept.url, location.href).pathname, { values: entry.values, meta: kept.meta });
    }
  }

  // Sends one entry and keeps the record of it: gone when stored, else marked with what stands in the way.
  async function sendEntry(entry, token) {
    let found = await post(entry, token);
    if (found.state === "token") {
      const who = await account();
      if (entry.tag !== who.reader) throw new SignedOut();
      found = await post(entry, who.token);
      if (found.state === "token") found = { state: "closed", answer: {} };
    }
    const { state, answer } = found;
    const meta = { ...entry.meta };
    for (const name of ["version", "base"]) if (answer[name] !== undefined) meta[name] = String(answer[name]);
    if (answer.line) meta.line = String(answer.line);
    const stored = state === "saved" || state === "unsaved";
    const kept = { ...entry, meta, url: (stored && answer.url) || entry.url, state, answer, choices: null, pressed: null };
    if (state === "unfit") return kept; // an explicit save with something missing: the entry waits as it was
    try {
      await note(entry, kept, state, stored);
    } catch { /* a full device: what the server has is stored all the same, and an entry sent twice changes nothing */ }
    return kept;
  }

  async function sendFile(file, token, progress) {
    try {
      const answer = await upload.send(file, token, progress);
      await drafts.remove("file", file.name);
      return { ...file, state: "saved", answer };
    } catch (error) {
      if (!(error instanceof upload.Refused)) throw new Away("no network");
      if (error.status === 401) throw new SignedOut(error.answer.sign_in);
      if (error.status >= 500 || error.status === 429 || error.answer.csrf) throw new Away(`status ${error.status}`);
      const absent = error.status === 404 || error.answer.again;
      const kept = { ...file, state: absent ? "absent" : "refused", answer: absent ? {} : error.answer };
      await drafts.put("file", file.name, { ...kept, content: undefined }, file.content);
      return kept;
    }
  }

  // Everything this reader has left here, but what the open page sends itself; `progress(file, share)` while files go.
  // Answers what was done.
  async function sendAll({ progress = () => {}, except = "" } = {}) {
    const done = [];
    if (!drafts.able) return done;
    const who = await account();
    await alone("entries", async () => {
      for (const entry of await drafts.list("entry")) {
        if (unsent(entry) && entry.name !== except) done.push(await sendEntry(entry, who.token));
      }
    });
    await alone("files", async () => {
      for (const file of await drafts.list("file")) {
        if (unsent(file)) done.push(await sendFile(file, who.token, (share) => progress(file, share)));
      }
    });
    return done;
  }

  const sendOne = (entry, token) => alone("entries", () => sendEntry(entry, token));

  // Not while it is on its way: what comes back would be noted once more.
  const drop = (name) => alone("entries", () => drafts.remove("entry", name));

  return { account, sendAll, sendOne, drop, unsent, Away, SignedOut };
})();
