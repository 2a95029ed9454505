// Small comforts on every page. Nothing here is needed to use the portal.

function steppers(root) {
  for (const box of root.querySelectorAll("[data-stepper]")) {
    const input = box.querySelector("input");
    for (const button of box.querySelectorAll("[data-step]")) {
      button.hidden = false;
      button.onclick = () => {
        const low = input.min === "" ? 0 : Number(input.min);
        const high = input.max === "" ? Infinity : Number(input.max);
        const next = Math.min(Math.max((Number(input.value) || 0) + Number(button.dataset.step), low), high);
        input.value = String(next);
        input.dispatchEvent(new Event("input", { bubbles: true }));
        input.dispatchEvent(new Event("change", { bubbles: true }));
      };
    }
  }
}

// Menus: Escape or a click elsewhere closes them.
function closeMenus(except) {
  for (const menu of document.querySelectorAll(".sg-menu[open], .sg-sheet[open]")) {
    if (!except || !menu.contains(except)) menu.open = false;
  }
}
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector(".sg-menu[open], .sg-sheet[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

// A form is sent once: the button says so until the next page is there.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 8000);
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// Drafts on this device are readable only while their owner is signed in here (docs/offline.md). The page for "no network"
// and the worker's copies are shown without asking the server: they say nothing about who is signed in.
const reader = document.body.dataset.reader || "";
const local = (name) => { try { return localStorage.getItem(name) || ""; } catch { return ""; } };

function dropKey() {
  return new Promise((resolve) => {
    setTimeout(resolve, 2000); // whatever the store does, signing out is never held up
    try { localStorage.removeItem("sinergi:reader"); } catch { resolve(); return; }
    if (!self.indexedDB) { resolve(); return; }
    const request = indexedDB.open("sinergi-drafts");
    request.onupgradeneeded = () => request.transaction.abort(); // nothing was ever kept here
    request.onerror = () => resolve();
    request.onsuccess = () => {
      const change = request.result.transaction("keys", "readwrite");
      change.objectStore("keys").delete("reader");
      change.oncomplete = change.onabort = () => { request.result.close(); resolve(); };
    };
  });
}

if (!("copy" in document.body.dataset)) {
  const held = local("sinergi:reader");
  if (held && held !== reader) dropKey();
  const note = document.getElementById("drafts-note");
  if (reader && local(`sinergi:unsent:${reader}`) && !document.getElementById("drafts")) {
    import("./drafts.js").then(() => self.draftNote(note));
  }
}
// Signing out takes the key along, before anything else.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.action.endsWith("/keluar/") || !local("sinergi:reader")) return;
  event.preventDefault();
  dropKey().then(() => HTMLFormElement.prototype.submit.call(form));
}, true);

// The end of the session: the script that warns of it is fetched only when it is near.
const session = document.getElementById("session");
if (session && !("copy" in document.body.dataset)) {
  const near = Date.now() + (Number(session.dataset.seconds) - 330) * 1000;
  const look = () => {
    if (Date.now() < near) return;
    clearInterval(timer);
    import(session.dataset.script).then((script) => script.watch(session)).catch(() => {});
  };
  const timer = setInterval(look, 15000);
  look();
}

steppers(document);
document.addEventListener("htmx:load", (event) => steppers(event.detail.elt));
