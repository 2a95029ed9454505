// Joined by assets/build.mjs from assets/js: draft-store, upload, draft-sync, draft-worker.
{
self.drafts = (() => {
const NAME = "sinergi-drafts";
const DAY = 24 * 3600 * 1000;
const AN_AGE = 3 * 365 * DAY; // nothing here is so old: the clock was wrong, and what it dated stays
const KEPT_DAYS = { page: 14, saved: 14, entry: 90, file: 90 };
const able = Boolean(self.indexedDB && self.crypto && self.crypto.subtle);
let database = null;
let held = null; // the reader's keys while this page is open
let shut = false; // the reader has left: nothing is read or written here any more
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

async function forget(tag = "") {
try {
const found = able && tag && (await store("keys", "readonly", (keys) => keys.get("reader")));
if (found && found.tag !== tag) return;
remember("");
if (able) await store("keys", "readwrite", (keys) => keys.delete("reader"));
} catch { /* a store that does not open holds no key */ }
}

function close() {
held = null;
shut = true;
}

const fresh = () => { held = null; return reader(); };


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

async function count(tag) {
try {
const unsent = (await mine(tag)).filter((record) => record.kind === "entry" || record.kind === "file").length;
if (unsent) localStorage.setItem(`sinergi:unsent:${tag}`, String(unsent));
else localStorage.removeItem(`sinergi:unsent:${tag}`);
} catch { /* only the short cut is missing */ }
}

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
}
{
self.upload = (() => {
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const checksum = async (buffer) => hex(await crypto.subtle.digest("SHA-256", buffer));
const TRIES = 5;
const PATIENCE = 120_000;

class Refused extends Error {
constructor(status, answer) {
super(`refused with ${status}`);
this.status = status;
this.answer = answer;
}
}

async function ask(url, options) {
const response = await fetch(url, { credentials: "same-origin", signal: AbortSignal.timeout?.(PATIENCE), ...options });
const kind = response.headers.get("Content-Type") || "";
const answer = kind.includes("json") ? await response.json() : {};
if (response.ok && !response.redirected && !("offset" in answer)) throw new Error("not the portal");
if (response.redirected || (!response.ok && !(response.status === 409 && "offset" in answer))) {
throw new Refused(response.redirected ? 401 : response.status, answer);
}
return answer;
}

async function send(file, token, progress = () => {}) {
const form = new FormData();
for (const [name, value] of file.fields) form.append(name, value);
for (const name of ["client_key", "kind", "size", "sha256"]) form.set(name, String(file[name]));
form.set("name", file.file);
const headers = { Accept: "application/json", "X-CSRFToken": token };
let state = await ask(file.url, { method: "POST", body: form, headers });
const url = state.url;
const size = state.piece_size || 256 * 1024;
for (let tries = 0; !state.done; ) {
const from = state.offset;
progress(from / file.size);
const piece = file.content.slice(from, from + size);
const before = from;
state = await ask(url, {
method: "PUT",
body: piece,
headers: { ...headers, "Content-Type": "application/octet-stream", "Upload-Offset": String(from), "X-Piece-SHA256": await checksum(piece) },
});
tries = state.done || state.offset > before ? 0 : tries + 1;
if (tries >= TRIES) throw new Refused(409, state);
}
progress(1);
return state;
}

return { send, checksum, Refused };
})();
}
{
self.draftSync = (() => {
const KEYS = "/akun/kunci-draf/";

class Away extends Error {} // no network, or a server in trouble: try again later
class SignedOut extends Error {
constructor(url) {
super("the session has ended");
this.url = url || "";
}
}

const PATIENCE = 60_000;

async function ask(url, options = {}) {
try {
return await fetch(url, { credentials: "same-origin", signal: AbortSignal.timeout?.(PATIENCE), ...options });
} catch {
throw new Away("no network");
}
}

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
if (response.status === 404 || (answer && answer.again)) return { state: "absent", answer: {} };
if (!answer && ![400, 403, 413].includes(response.status)) throw new Away("not the portal");
return { state: "closed", answer: answer || {} };
}

async function note(entry, kept, state, stored) {
const newer = await drafts.get("entry", entry.name);
if (newer && newer.rev !== entry.rev) {
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

const drop = (name) => alone("entries", () => drafts.remove("entry", name));

return { account, sendAll, sendOne, drop, unsent, Away, SignedOut };
})();
}
{
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


async function keep(path, answer) {
const owner = await drafts.fresh();
const kind = answer.headers.get("Content-Type") || "";
if (!owner || !answer.ok || answer.redirected || !kind.includes("text/html")) return;
const html = await answer.text();
if (!html.includes(`data-reader="${owner.tag}"`)) return;
const headers = HEADERS.filter((name) => answer.headers.has(name)).map((name) => [name, answer.headers.get(name)]);
await drafts.put("page", path, { headers }, new TextEncoder().encode(html));
}

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
}
