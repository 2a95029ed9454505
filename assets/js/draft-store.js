// What a reader has typed and the server does not have yet, kept on this device: sealed (AES-GCM), and opened only for
// that reader. The key comes from the server, cannot be read out of the browser, and goes when the reader does; what it
// sealed stays, so that the same person finds it again after signing in. Runs in pages and in the service worker.
self.drafts = (() => {
  const NAME = "sinergi-drafts";
  const DAY = 24 * 3600 * 1000;
  const AN_AGE = 3 * 365 * DAY; // nothing here is so old: the clock was wrong, and what it dated stays
  const KEPT_DAYS = { page: 14, saved: 14, entry: 90, file: 90 };
  const able = Boolean(self.indexedDB && self.crypto && self.crypto.subtle);
  let database = null;
  let held = null; // the reader's keys while this page is open
  let shut = false; // the reader has left: nothing is read or written here any more
  // A page made for one reader opens nothing with the key of another, whoever has signed in meanwhile.
  const shown = (self.document && document.body.dataset.reader) || "";
  const fits = (tag) => !shown || tag === shown;

  const settle = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  function open() {
    database ||= new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("keys", { keyPath: "id" });
        request.result.createObjectStore("sealed", { keyPath: "slot" }).createIndex("tag", "tag");
      };
      request.onsuccess = () => {
        request.result.onversionchange = () => { request.result.close(); database = null; };
        request.result.onclose = () => { database = null; };
        resolve(request.result);
      };
      request.onerror = () => { database = null; reject(request.error); };
    });
    return database;
  }

  async function store(name, mode, work) {
    const change = (await open()).transaction(name, mode);
    const done = new Promise((resolve, reject) => {
      change.oncomplete = resolve;
      change.onabort = change.onerror = () => reject(change.error);
    });
    const found = await settle(work(change.objectStore(name)));
    await done;
    return found;
  }

  // --- The reader's key ---

  const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

  function remember(tag) {
    try {
      if (tag) localStorage.setItem("sinergi:reader", tag);
      else localStorage.removeItem("sinergi:reader");
    } catch { /* the worker has no such store, and a page may be forbidden it */ }
  }

  async function adopt(account) {
    if (!able || shut || !fits(account.reader)) return null;
    const opens = [];
    for (const { id, key } of account.keys) {
      opens.push({ id, seal: await crypto.subtle.importKey("raw", bytesOf(key), "AES-GCM", false, ["encrypt", "decrypt"]) });
    }
    const found = { id: "reader", tag: account.reader, opens, until: Date.now() + account.seconds * 1000 };
    try {
      await store("keys", "readwrite", (keys) => keys.put(found));
    } catch {
      return null; // a browser that has a store and does not open it
    }
    held = found;
    remember(held.tag);
    return held;
  }

  async function reader() {
    if (!able || shut) return null;
    if (!held) {
      const found = await store("keys", "readonly", (keys) => keys.get("reader")).catch(() => null);
      if (found && found.until < Date.now()) await forget();
      else if (found && fits(found.tag)) held = found;
    }
    return held;
  }

  // The key leaves the device (with `tag`: only that reader's). A page that still shows what its reader types keeps its
  // own copy until it is closed.
  async function forget(tag = "") {
    try {
      const found = able && tag && (await store("keys", "readonly", (keys) => keys.get("reader")));
      if (found && found.tag !== tag) return;
      remember("");
      if (able) await store("keys", "readwrite", (keys) => keys.delete("reader"));
    } catch { /* a store that does not open holds no key */ }
  }

  // This page forgets as well: it is about to go.
  function close() {
    held = null;
    shut = true;
  }

  // The worker asks the store each time: a page may have dropped the key meanwhile.
  const fresh = () => { held = null; return reader(); };

  // --- Sealed records ---

  async function slotOf(tag, kind, name) {
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${tag} ${kind} ${name}`));
    return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function pack(value, content) {
    const head = new TextEncoder().encode(JSON.stringify(value));
    const packed = new Uint8Array(4 + head.length + (content ? content.byteLength : 0));
    new DataView(packed.buffer).setUint32(0, head.length);
    packed.set(head, 4);
    if (content) packed.set(new Uint8Array(content), 4 + head.length);
    return packed;
  }

  function unpack(buffer) {
    const length = new DataView(buffer).getUint32(0);
    const value = JSON.parse(new TextDecoder().decode(buffer.slice(4, 4 + length)));
    return { ...value, content: buffer.slice(4 + length) };
  }

  async function put(kind, name, value, content = null) {
    const owner = await reader();
    if (!owner || (value.tag && value.tag !== owner.tag)) return false;
    const slot = await slotOf(owner.tag, kind, name);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const key = owner.opens[0];
    const locks = { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(slot) };
    const data = await crypto.subtle.encrypt(locks, key.seal, pack({ ...value, name }, content));
    await store("sealed", "readwrite", (sealed) => sealed.put({ slot, tag: owner.tag, kind, at: Date.now(), key: key.id, iv, data }));
    await count(owner.tag);
    return true;
  }

  async function unseal(owner, record) {
    const key = record && owner.opens.find((one) => one.id === record.key);
    if (!key) return null;
    try {
      const locks = { name: "AES-GCM", iv: record.iv, additionalData: new TextEncoder().encode(record.slot) };
      return { ...unpack(await crypto.subtle.decrypt(locks, key.seal, record.data)), at: record.at };
    } catch {
      return null; // damaged or moved: as good as not there
    }
  }

  async function get(kind, name) {
    const owner = await reader();
    if (!owner) return null;
    const slot = await slotOf(owner.tag, kind, name);
    return unseal(owner, await store("sealed", "readonly", (sealed) => sealed.get(slot)));
  }

  const mine = (tag) => store("sealed", "readonly", (sealed) => sealed.index("tag").getAll(tag));

  async function list(kind) {
    const owner = await reader();
    if (!owner) return [];
    const found = [];
    for (const record of await mine(owner.tag)) {
      const value = record.kind === kind && (await unseal(owner, record));
      if (value) found.push(value);
    }
    return found.sort((a, b) => a.at - b.at);
  }

  async function remove(kind, name) {
    const owner = await reader();
    if (!owner) return;
    const slot = await slotOf(owner.tag, kind, name);
    await store("sealed", "readwrite", (sealed) => sealed.delete(slot));
    await count(owner.tag);
  }

  // Every page may ask cheaply whether this reader has something to send.
  async function count(tag) {
    try {
      const unsent = (await mine(tag)).filter((record) => record.kind === "entry" || record.kind === "file").length;
      if (unsent) localStorage.setItem(`sinergi:unsent:${tag}`, String(unsent));
      else localStorage.removeItem(`sinergi:unsent:${tag}`);
    } catch { /* only the short cut is missing */ }
  }

  // Nobody came back for it: copies of pages go after two weeks, entries after three months.
  async function sweep() {
    if (!able) return;
    const all = await store("sealed", "readonly", (sealed) => sealed.getAll());
    for (const record of all) {
      const age = Date.now() - record.at;
      if (age < KEPT_DAYS[record.kind] * DAY || age > AN_AGE) continue;
      await store("sealed", "readwrite", (sealed) => sealed.delete(record.slot));
    }
  }

  return { able, adopt, reader, fresh, forget, close, put, get, list, remove, sweep };
})();
