// Passkeys: the button asks the browser for a key, puts its answer into the form's hidden field and sends the form.

const form = document.querySelector("form[data-passkey]");
const button = form?.querySelector("[data-passkey-button]");
const note = form?.querySelector("[data-passkey-note]");

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const known = (list = []) => list.map((key) => ({ ...key, id: bytes(key.id) }));

async function make(options) {
  const user = { ...options.user, id: bytes(options.user.id) };
  const asked = { ...options, user, challenge: bytes(options.challenge), excludeCredentials: known(options.excludeCredentials) };
  return navigator.credentials.create({ publicKey: asked });
}

async function use(options) {
  const asked = { ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials) };
  return navigator.credentials.get({ publicKey: asked });
}

function told(key) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const response = Object.fromEntries(parts.filter((part) => key.response[part]).map((part) => [part, text(key.response[part])]));
  return { id: key.id, rawId: text(key.rawId), type: key.type, response, clientExtensionResults: key.getClientExtensionResults() };
}

async function ask() {
  note.textContent = "";
  const visible = form.querySelectorAll("input[required]");
  if (form.dataset.passkey === "make" && [...visible].some((field) => !field.reportValidity())) return;
  button.disabled = true;
  try {
    const options = JSON.parse(form.dataset.options).publicKey;
    const key = await (form.dataset.passkey === "make" ? make : use)(options);
    form.querySelector("input[name$='credential']").value = JSON.stringify(told(key));
    form.submit();
  } catch {
    note.textContent = note.dataset.failed;
    button.disabled = false;
  }
}

if (button) {
  if (window.PublicKeyCredential && navigator.credentials) {
    button.hidden = false;
    button.addEventListener("click", ask);
  } else {
    note.textContent = note.dataset.missing;
  }
}
