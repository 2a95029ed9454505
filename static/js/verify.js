// Compares a file with a paper's checksum in the browser. Where that cannot be done (no secure context, file
// unreadable) the form is sent as it would be without this script.

const form = document.querySelector("form[data-verify]");
const verdict = document.querySelector("[data-verdict]");
let readable = true;

function say(tone, text, detail = "") {
  const banner = document.querySelector(`template[data-banner="${tone}"]`).content.cloneNode(true);
  banner.querySelector("strong").textContent = text;
  banner.querySelector(".text-break").textContent = detail;
  verdict.replaceChildren(banner);
}

async function checksum(file) {
  const bytes = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function compare(file) {
  verdict.textContent = form.dataset.busy;
  try {
    const found = await checksum(file);
    const same = found === form.dataset.verify;
    say(same ? "green" : "red", same ? form.dataset.same : form.dataset.other, `SHA-256 ${found}`);
  } catch {
    readable = false; // the next press of the button sends the file
    say("red", form.dataset.unread);
  }
}

if (form && window.crypto?.subtle) {
  const file = form.elements.file;
  form.addEventListener("submit", (event) => {
    if (!readable || !file.files.length) return;
    event.preventDefault();
    compare(file.files[0]);
  });
  file.addEventListener("change", () => file.files.length && compare(file.files[0]));
}
