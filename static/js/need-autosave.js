// Keeps what is typed in a need form safe: a copy on the device until the server has it, sent again on reconnect.
// The saving itself is plain htmx (hx-post on change); without this file only the offline copy is missing.

const KEEP_FOR = 7 * 24 * 3600 * 1000;
const SKIP = new Set(["csrfmiddlewaretoken", "version", "page", "autosave", "line"]);

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const key = `sinergi:${form.dataset.autosave}`;
  const notice = document.getElementById("offline");

  const typed = () => {
    const found = [];
    for (const [name, value] of new FormData(form)) if (!SKIP.has(name) && typeof value === "string") found.push([name, value]);
    return found;
  };
  const keep = () => {
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: typed() }));
    } catch { /* a full or forbidden store only costs the copy */ }
  };
  const forget = () => {
    try { localStorage.removeItem(key); } catch { /* nothing was kept */ }
  };
  const show = (offline) => { if (notice) notice.hidden = !offline; };
  const send = () => form.dispatchEvent(new Event("change", { bubbles: true }));

  const restore = () => {
    let stored;
    try { stored = JSON.parse(localStorage.getItem(key) || "null"); } catch { stored = null; }
    if (!stored) return;
    if (Date.now() - stored.at > KEEP_FOR) { forget(); return; }
    const values = new Map();
    for (const [name, value] of stored.values) values.set(name, [...(values.get(name) || []), value]);
    let changed = false;
    for (const field of form.elements) {
      if (!field.name || SKIP.has(field.name) || field.type === "hidden" || field.type === "submit") continue;
      if (field.type === "radio" || field.type === "checkbox") {
        const wanted = (values.get(field.name) || []).includes(field.value);
        if (field.checked !== wanted) { field.checked = wanted; changed = true; }
      } else if (values.has(field.name) && field.value !== values.get(field.name)[0]) {
        field.value = values.get(field.name)[0];
        changed = true;
      }
    }
    if (changed) { show(!navigator.onLine); send(); } else { forget(); }
  };

  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== form) return;
    if (event.detail.successful) { forget(); show(false); }
  });
  form.addEventListener("htmx:sendError", () => show(true));
  form.addEventListener("htmx:timeout", () => show(true));
  // A clash (409) is shown above the form, not swallowed.
  form.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status !== 409) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    event.detail.target = document.getElementById("clash");
    event.detail.swapOverride = "innerHTML";
    forget();
  });
  window.addEventListener("offline", () => show(true));
  window.addEventListener("online", send);
  form.addEventListener("submit", () => { if (navigator.onLine) forget(); });
  restore();
}
