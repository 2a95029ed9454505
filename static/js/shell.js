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

steppers(document);
document.addEventListener("htmx:load", (event) => steppers(event.detail.elt));
