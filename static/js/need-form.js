// Joined by assets/build.mjs from assets/js: draft-store, upload, draft-sync, draft-page, need-autosave, need-line, need-papers, draft-shelf, draft-start.
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

const state = (text, stored = false) => {
const place = document.getElementById("save-state");
if (!place || !text) return;
const icon = place.querySelector("svg");
if (icon) icon.toggleAttribute("hidden", !stored);
place.replaceChildren(...(icon ? [icon] : []), document.createTextNode(text));
};

const random = (bytes) => [...crypto.getRandomValues(new Uint8Array(bytes))].map((b) => b.toString(16).padStart(2, "0")).join("");

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
}
{
self.needForm = (() => {
const { words, copy, random, show, state } = draftPage;
const form = document.querySelector("form[data-autosave]");
const META = ["version", "page", "base", "client_key", "line"];
const SKIP = new Set([...META, "csrfmiddlewaretoken", "autosave"]);
const REST = 800;
const PAUSE = 4000;
if (!form || !draftPage.box) return null;

const code = words.need;
const fresh = form.dataset.autosave.endsWith(":new");
const path = location.pathname;
let usable = false; // whether the store is open
let unkept = false; // whether it refused what was typed last: it is full
let name = form.dataset.autosave;
let address = path;
let rev = "";
let confirmed = ""; // the values the server has, as text
let rejected = ""; // the values it would not take: sent again only once they differ
let choices = null;
let sending = false;
let again = false;
let leaving = false;
let soon = null;
let keeping = Promise.resolve();

const field = (wanted) => form.querySelector(`input[type=hidden][name="${wanted}"]`) || form.querySelector(`[name="${wanted}"]`);
const values = () => [...new FormData(form)].filter(([key, value]) => !SKIP.has(key) && !key.startsWith("choice_") && typeof value === "string");
const meta = () => Object.fromEntries(META.map((key) => [key, field(key)?.value ?? ""]).filter(([key]) => field(key)));
const asText = () => JSON.stringify(values());
const setMeta = (found) => {
for (const [key, value] of Object.entries(found)) if (field(key)) field(key).value = value;
};

function fill(pairs) {
const wanted = new Map();
for (const [key, value] of pairs) wanted.set(key, [...(wanted.get(key) || []), value]);
if (self.needRows) self.needRows.reach(Number((wanted.get("gap-TOTAL_FORMS") || [0])[0]));
for (const one of form.elements) {
if (!one.name || SKIP.has(one.name) || ["submit", "button", "file"].includes(one.type)) continue;
if (one.type === "radio" || one.type === "checkbox") one.checked = (wanted.get(one.name) || []).includes(one.value);
else if (wanted.has(one.name)) one.value = wanted.get(one.name)[0];
}
form.dispatchEvent(new CustomEvent("draft:filled", { bubbles: true }));
}


const nameOf = (part) => `${part}~${field("page")?.value}`;

const entry = (left = false) => ({
name,
code,
tag: draftPage.reader,
url: address,
page: fresh && address === path ? `${path}#d=${field("client_key")?.value}` : address,
title: document.querySelector("h1").textContent.trim(),
values: values(),
meta: meta(),
rev,
state: "waiting",
choices,
left,
});

function keep(left = false) {
rev = random(8);
const kept = entry(left);
keeping = keeping.then(async () => {
if (!usable) return false;
if (fresh && address === path && location.pathname + location.hash !== kept.page) history.replaceState(null, "", kept.page);
if (!(await drafts.put("entry", kept.name, kept))) throw new Error("this reader has left");
unkept = false;
if (copy || !navigator.onLine) state(words.kept);
return true;
}).catch(() => {
unkept = true;
state(words.unkept);
return false;
});
return keeping;
}

const dirty = () => asText() !== confirmed;

function touched(rest) {
keep();
clearTimeout(soon);
soon = setTimeout(send, rest);
}


const token = () => field("csrfmiddlewaretoken").value;

async function send() {
clearTimeout(soon);
if (sending) { again = true; return; }
if (asked() && !choices) return; // the person has to choose first
if (!dirty() && !choices) { if (usable) await drafts.remove("entry", name); return; }
sending = true;
again = false;
state(words.sending);
const sent = entry();
await keeping;
try {
await settle(sent, await draftSync.sendOne(sent, token()));
} catch (error) {
draftPage.trouble(error);
if (unkept) state(words.unkept);
} finally {
sending = false;
}
if (again) send();
else if (usable) draftPage.list();
}

async function settle(sent, found) {
const { answer } = found;
draftPage.fine();
if (found.state === "closed") return closed(answer);
if (found.state === "absent") return closed({ closed: words.absent });
if (found.state === "gone") return gone(answer);
const former = field("base")?.value || "";
for (const key of ["version", "base", "line"]) if (found.meta[key]) setMeta({ [key]: found.meta[key] });
if (found.state === "conflict") return conflict(answer);
clash.replaceChildren();
choices = null;
unkept = false;
const text = JSON.stringify(sent.values);
if (found.state === "saved") confirmed = text;
rejected = found.state === "unsaved" ? text : "";
if (found.url !== address) await moved(found.url);
state([answer.saved_at, found.state === "unsaved" ? words.partly : ""].filter(Boolean).join(" · "), found.state === "saved");
if ((answer.merged || []).length) refresh(sent, answer.merged, former);
if (reloading && !dirty()) location.reload();
}

async function moved(url) {
const former = name;
address = new URL(url, location.href).pathname;
name = nameOf(`${code}:line:${field("line")?.value || field("client_key")?.value}`);
history.replaceState(null, "", address);
form.action = address;
const now = name;
keeping = keeping.then(async () => {
const kept = await drafts.get("entry", former);
if (kept) await drafts.put("entry", now, { ...kept, url: address, page: address, content: undefined });
await drafts.remove("entry", former);
}).catch(() => {});
await keeping;
}

const parsed = (text) => { try { return JSON.parse(text) || {}; } catch { return {}; } };
const valuesOf = (pairs, key) => JSON.stringify(pairs.filter(([name]) => name === key).map(([, value]) => value));

function refresh(sent, merged, former) {
const base = parsed(field("base")?.value);
const before = parsed(former);
const untouched = !dirty();
for (const one of merged) {
if (!one.field) {
if (untouched) location.reload();
continue;
}
if (valuesOf(values(), one.field) !== valuesOf(sent.values, one.field)) {
if (one.key in before) base[one.key] = before[one.key];
else delete base[one.key];
continue;
}
const list = [one.value].flat().map(String);
for (const other of [...form.elements].filter((found) => found.name === one.field)) {
if (other.type === "radio" || other.type === "checkbox") other.checked = list.includes(other.value);
else other.value = list[0] ?? "";
}
}
if (field("base")) field("base").value = JSON.stringify(base);
if (untouched) confirmed = asText();
show("merged");
}


const clash = document.getElementById("clash");
const asked = () => clash.querySelector("input[name^=choice_]");

function choose() {
const picked = {};
for (const radio of clash.querySelectorAll("input[name^=choice_]")) picked[radio.name.slice("choice_".length)] ||= radio.checked ? radio.value : "";
const missing = Object.keys(picked).find((one) => !picked[one]);
if (missing) [...clash.querySelectorAll("input")].find((one) => one.name === `choice_${missing}`).focus();
else choices = picked;
reloading = Object.values(picked).includes("stored");
return !missing;
}

const copyOf = (id) => document.getElementById(id).content.cloneNode(true);

function conflict(answer) {
const banner = copyOf("draft-conflict");
banner.querySelector("[data-sentence]").textContent = answer.sentence || "";
const rows = banner.querySelector("[data-fields]");
answer.conflicts.forEach((one, number) => {
const row = copyOf("draft-conflict-field");
row.querySelector("legend").textContent = one.label;
for (const side of ["mine", "stored"]) {
const radio = row.querySelector(`input[value=${side}]`);
radio.name = `choice_${one.field}`;
radio.id = `choice-${number}-${side}`;
radio.setAttribute("form", form.id);
const label = radio.nextElementSibling;
label.setAttribute("for", radio.id);
label.querySelector("span").textContent = side === "mine" ? one.typed : one.stored;
}
rows.append(row);
});
banner.querySelector("[data-choose]").addEventListener("click", () => {
if (choose()) keep().then(send);
});
clash.replaceChildren(banner);
if (!form.contains(document.activeElement)) clash.firstElementChild.focus(); // not out of a word being typed
choices = null;
state(words.conflict);
}
let reloading = false;

function gone(answer) {
const banner = copyOf("draft-closed");
banner.querySelector("strong").textContent = answer.gone;
const button = banner.querySelector("[data-anew]");
button.hidden = false;
button.addEventListener("click", async () => {
const former = name;
setMeta({ base: "", line: "", client_key: random(16) });
for (const one of form.elements) if (/^gap-\d+-gap$/.test(one.name)) one.value = "";
form.action = address = new URL(answer.url, location.href).pathname;
name = `${code}:line:new:${field("client_key").value}`;
clash.replaceChildren();
confirmed = "";
if (await keep()) await draftSync.drop(former);
send();
});
clash.replaceChildren(banner);
state(words.kept);
}

function closed(answer) {
const banner = copyOf("draft-closed");
banner.querySelector("strong").textContent = answer.closed || answer.sentence || words.closed;
clash.replaceChildren(banner);
state(usable ? words.kept : words.unkept);
}


const follow = (submitter) => {
if (submitter?.name === "later") return words.fill;
if (submitter?.name === "again") return words.newLine;
if (form.dataset.autosave.includes(":line")) return words.lines;
const next = document.querySelector(".sg-part.is-current + .sg-part a");
return next ? next.pathname : words.fill;
};

let stopped = null;
function leave(now) {
leaving = now;
form.inert = now;
clearTimeout(stopped);
if (now) stopped = setTimeout(() => leave(false), 30_000);
}

form.addEventListener("submit", async (event) => {
const by = event.submitter;
if (event.defaultPrevented) return;
if (by?.name === "more" && self.needRows) {
event.preventDefault();
self.needRows.add();
return;
}
if (!usable) { leaving = true; return; }
event.preventDefault();
if (leaving || (asked() && !choose())) return;
leave(true);
clearTimeout(soon);
if (!navigator.onLine || copy) {
if (by?.name === "to_province") { leave(false); show("away"); return; }
if (await keep(true)) location.assign(follow(by));
else leave(false);
return;
}
if (by?.name === "to_province") return press(by);
state(words.sending);
const kept = await keep(true);
try {
const sent = { ...entry(true), pressed: { name: by?.name || "save", value: by?.value || "1" } };
const found = await draftSync.sendOne(sent, token());
if (found.state === "saved") return location.assign(found.answer.next || follow(by));
if (found.state === "unfit" || found.state === "unsaved") return press(by);
leave(false);
settle(sent, found);
} catch (error) {
leave(false);
draftPage.trouble(error);
if (!kept) state(words.unkept);
else if (error instanceof draftSync.Away) location.assign(follow(by));
}
});

function press(by) {
if (by?.name) {
const pressed = document.createElement("input");
pressed.type = "hidden";
pressed.name = by.name;
pressed.value = by.value;
form.append(pressed);
}
HTMLFormElement.prototype.submit.call(form);
}

window.addEventListener("pageshow", () => leave(false));
window.addEventListener("beforeunload", (event) => { if (!leaving && (!usable || unkept) && dirty()) event.preventDefault(); });

form.addEventListener("input", () => touched(PAUSE));
form.addEventListener("change", () => touched(REST));
document.addEventListener("visibilitychange", () => { if (document.hidden && dirty()) keep(); });


const held = [];
const claim = (page) => new Promise((resolve) => {
if (!navigator.locks) return resolve(true);
const wait = AbortSignal.timeout ? { signal: AbortSignal.timeout(400) } : { ifAvailable: true };
return navigator.locks.request(`sinergi-page-${page}`, wait, (lock) => {
resolve(Boolean(lock));
return lock && new Promise((done) => { held.push(done); });
}).catch(() => resolve(false));
});
window.addEventListener("pagehide", () => { while (held.length) held.pop()(); });
window.addEventListener("pageshow", async (event) => {
if (event.persisted && usable && !(await claim(field("page").value))) location.reload();
});

async function wanted() {
const part = form.dataset.autosave;
const key = (location.hash.match(/^#d=([\w-]+)$/) || [])[1];
const fits = (one) => (fresh ? (key ? one.name === `${part}:${key}` : one.name.startsWith(`${part}:`) && !one.left) : one.name.startsWith(`${part}~`));
const found = (await drafts.list("entry")).filter(fits);
for (const one of found.reverse()) if (await claim(one.meta.page)) return one;
return null;
}

async function start() {
const open = await draftPage.ready();
let typed = asText() !== confirmed; // someone was faster than the store
const key = field("client_key");
if (copy) {
const saved = !fresh && (await drafts.get("saved", path));
if (saved) { fill(saved.values); setMeta(saved.meta); confirmed = asText(); }
if (field("page")) field("page").value = random(8);
if (fresh && key) key.value = random(16);
} else if (open && !fresh) {
await drafts.remove("saved", path);
}
let kept = open && !typed ? await wanted() : null;
typed ||= asText() !== confirmed;
if (typed) kept = null; // it is sent as it is
if (!kept) await claim(field("page")?.value);
if (kept) name = kept.name;
else name = fresh ? `${name}:${key?.value || "new"}` : nameOf(name);
usable = open;
if (kept) {
fill(kept.values);
if (!asked()) setMeta(kept.meta);
rev = kept.rev;
address = kept.url;
if (fresh && address !== path) await moved(address);
send();
}
draftPage.onRetry(async () => { if (dirty() && asText() !== rejected) await send(); });
if (typed) touched(REST);
}

confirmed = asText();
return { name: () => name, start, send, dirty, keep, flush: () => keeping };
})();
}
{
{
const form = document.querySelector("form[data-line-form]");
const MOST = 8;

function arrange(select, post) {
const chosen = select.value;
const options = [...select.querySelectorAll("option")].filter((option) => option.value);
const labels = [...select.querySelectorAll("optgroup")].map((group) => group.label);
const use = (option) => {
for (const pair of (option.dataset.posts || "").split(" ")) {
const [code, count] = pair.split(":");
if (code === post || code === "*") return Number(count);
}
return -1;
};
const mine = options.filter((option) => use(option) >= 0).sort((a, b) => use(b) - use(a));
if (!post || !mine.length) return;
const others = options.filter((option) => use(option) < 0);
const first = document.createElement("optgroup");
first.label = labels[0] || form.dataset.mine;
first.append(...mine);
const rest = document.createElement("optgroup");
rest.label = labels[1] || form.dataset.others;
rest.append(...others);
for (const group of select.querySelectorAll("optgroup")) group.remove();
select.append(first, rest);
select.value = chosen;
}

function figures(option) {
const former = form.elements.figures_for;
const before = [...form.elements.post.options].find((other) => other.value && other.value === former.value);
for (const name of ["in-post", "formation-abk", "untrained", "retiring-3y"]) {
const field = form.elements[name.replaceAll("-", "_")];
const known = option.getAttribute(`data-${name}`);
if (field && known !== null) field.value = known;
else if (field && before && field.value === before.getAttribute(`data-${name}`)) field.value = "0";
}
former.value = option.value;
}

function vacancies() {
const target = form.querySelector("[data-vacancy]");
if (!target) return;
const number = (name) => Number((form.elements[name]?.value || "0").replace(/[.,\s]/g, "")) || 0;
const count = Math.max(number("formation_abk") - number("in_post"), 0);
target.textContent = count.toLocaleString(document.documentElement.lang);
}

function add() {
const total = form.elements["gap-TOTAL_FORMS"];
const number = Number(total.value);
const rows = [...form.querySelectorAll("fieldset[id^=gap-]")];
if (number >= MOST || !rows.length) return;
const row = rows.at(-1).cloneNode(true);
const from = `gap-${number - 1}-`;
row.id = `gap-${number + 1}`;
for (const part of row.querySelectorAll("*")) {
for (const name of ["name", "id", "for", "aria-describedby", "aria-labelledby"]) {
const value = part.getAttribute(name);
if (value) part.setAttribute(name, value.replaceAll(from, `gap-${number}-`));
}
if (part.matches(".invalid-feedback, .sg-error")) part.remove();
part.classList.remove("is-invalid");
part.removeAttribute("aria-invalid");
if (part.matches("[name$=-client_key]")) part.value = draftPage.random(16);
else if (part.matches("input[type=radio], input[type=checkbox]")) part.checked = false;
else if (part.matches("select")) part.selectedIndex = Math.max([...part.options].findIndex((one) => one.defaultSelected && one.value === "NONE"), 0);
else if (part.matches("input, textarea")) part.value = "";
}
total.value = String(number + 1);
rows.at(-1).after(row);
[...form.querySelectorAll("fieldset[id^=gap-]")].forEach((one, place) => {
one.querySelector("legend").textContent = form.dataset.competency.replace("#", String(place + 1));
});
for (const select of row.querySelectorAll('select[name$="-theme"]')) arrange(select, form.elements.post.value);
row.querySelector("select, input:not([type=hidden])")?.focus();
}

if (form) {
const post = form.elements.post;
const order = () => {
for (const select of form.querySelectorAll('select[name$="-theme"]')) arrange(select, post.value);
};
post.addEventListener("change", () => {
order();
figures(post.selectedOptions[0]);
vacancies();
});
form.addEventListener("input", vacancies);
form.addEventListener("draft:filled", () => { order(); vacancies(); });
if (post.value) order();
self.needRows = {
add,
reach(count) {
while (Number(form.elements["gap-TOTAL_FORMS"].value) < Math.min(count, MOST)) add();
},
};
}
}
}
{
{
const { words, copy, random, show, state } = draftPage;

const say = (form, text, tone = "") => {
const place = form.querySelector("[data-upload-state]");
place.hidden = !text;
place.textContent = text;
place.classList.toggle("text-danger", tone === "red");
};

const meter = (form, share) => {
const bar = form.querySelector("progress");
bar.hidden = share === null;
if (share !== null) bar.value = share;
};

async function take(form, input) {
if (taking) return; // pressed twice
taking = true;
try {
await keep(form, input);
} finally {
taking = false;
}
}
let taking = false;

async function keep(form, input) {
const file = input.files[0];
const limit = Number(input.dataset.maxBytes || 0);
if (limit && file.size > limit) return say(form, words.large, "red");
if (!form.checkValidity()) return form.reportValidity();
const content = await file.arrayBuffer();
const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
const key = random(16);
const kept = {
name: `${words.need}:file:${key}`,
code: words.need,
tag: draftPage.reader,
url: form.dataset.uploadUrl,
page: location.pathname,
title: file.name,
file: file.name,
client_key: key,
kind: form.dataset.upload,
size: file.size,
sha256: await upload.checksum(content),
fields,
state: "waiting",
};
if (!(await drafts.put("file", kept.name, kept, content))) throw new Error("this reader has left");
form.reset();
say(form, words.kept);
if (!navigator.onLine || copy) {
show("away");
return draftPage.list();
}
await sendFiles(form, kept.name);
}

const begun = (form) => [...form.elements].some((one) => (one.type === "file" ? one.files.length
: one.options ? [...one.options].some((each) => each.selected !== each.defaultSelected) && one.value
: one.type !== "hidden" && one.defaultValue !== undefined && one.value !== one.defaultValue));

let sending = Promise.resolve();
/** One after the other: a file taken while another is on its way is not forgotten. */
const sendFiles = (place, name = "") => (sending = sending.then(() => sendNow(place, name)));

async function sendNow(place, name) {
for (const button of place.querySelectorAll("button")) button.disabled = true;
say(place, words.sending);
try {
const waiting = (await drafts.list("file")).filter((one) => one.code === words.need && draftSync.unsent(one));
const mine = new Set([...waiting.map((one) => one.name), name]);
await draftSync.sendAll({ progress: (_file, share) => meter(place, share) });
draftPage.fine();
mine.delete("");
const left = (await drafts.list("file")).filter((one) => mine.has(one.name));
await draftPage.list();
if (left.length) {
const answer = left[0].answer || {};
say(place, answer.closed || answer.sentence || (answer.errors || [])[0]?.sentence || words[left[0].state], "red");
} else if (mine.size && [...document.querySelectorAll("form[data-upload]")].some(begun)) say(place, words.attached);
else if (mine.size) location.reload();
else say(place, "");
} catch (error) {
draftPage.trouble(error);
say(place, words.kept);
await draftPage.list();
} finally {
meter(place, null);
for (const button of place.querySelectorAll("button")) button.disabled = false;
}
}

self.needPapers = {
async start() {
const forms = [...document.querySelectorAll("form[data-upload]")];
if (!forms.length || !(await draftPage.ready())) return;
for (const form of forms) {
const input = form.querySelector("input[type=file]");
form.addEventListener("submit", (event) => {
if (!input.files.length && navigator.onLine && !copy) return;
event.preventDefault();
if (input.files.length) take(form, input).catch(() => say(form, words.unkept, "red"));
else if (form.reportValidity()) say(form, words.unkept, "red"); // a letter without a new file needs the network
});
}
draftPage.onRetry(async () => {
const waiting = (await drafts.list("file")).find((one) => one.code === words.need && draftSync.unsent(one));
if (waiting) await sendFiles(document.querySelector(`form[data-upload="${waiting.kind}"]`));
});
},
};
}
}
{
self.draftShelf = {
async start() {
const part = (name) => document.querySelector(`[data-shelf=${name}]`);
if (!part("send")) return;
async function look() {
const owner = await drafts.reader();
await draftPage.list();
const kept = owner ? (await drafts.list("entry")).length + (await drafts.list("file")).length : 0;
part("empty").hidden = !owner || kept > 0;
part("locked").hidden = Boolean(owner);
part("send").hidden = kept === 0;
}
async function send() {
try {
if (drafts.able) await draftSync.sendAll();
draftPage.fine();
} catch (error) {
if (await drafts.reader()) draftPage.trouble(error);
else draftPage.show("away", !navigator.onLine);
}
await look();
}
part("send").addEventListener("click", send);
draftPage.onRetry(send);
await look();
await send();
},
};
}
{
(async () => {
if (!draftPage.box) return;
const { show, reader } = draftPage;
await self.needForm?.start();
await self.needPapers?.start();
await self.draftShelf?.start();
const open = await draftPage.ready();

async function others() {
const here = self.needForm && needForm.name();
const waiting = [...(await drafts.list("entry")), ...(await drafts.list("file"))].filter((one) => one.name !== here && draftSync.unsent(one));
if (!waiting.length) return draftPage.list();
try {
await draftSync.sendAll({ except: here });
draftPage.fine();
} catch (error) {
draftPage.trouble(error);
}
return draftPage.list();
}

if (open) {
draftPage.onRetry(others);
if (draftPage.copy || !navigator.onLine) {
show("away");
draftPage.list();
draftPage.retry();
} else if (document.querySelector("form[data-upload]")) {
await draftPage.list();
draftPage.retry();
} else {
await others();
}
drafts.sweep();
draftPage.worker();
}

window.addEventListener("offline", () => show("away"));
window.addEventListener("online", draftPage.retry);
document.addEventListener("visibilitychange", () => { if (!document.hidden && navigator.onLine) draftPage.retry(); });

const check = async () => {
let now = reader;
try { now = localStorage.getItem("sinergi:reader") || ""; } catch { return; }
if (!open || now === reader) return;
await self.needForm?.flush();
drafts.close();
location.reload();
};
window.addEventListener("storage", (event) => { if (event.key === "sinergi:reader") check(); });
window.addEventListener("pageshow", (event) => { if (event.persisted) check(); });
})();
}
