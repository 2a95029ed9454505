// Adds an empty row to a repeated section at once; without this script the button saves and comes back with one.
for (const box of document.querySelectorAll("[data-rows]")) {
  const total = box.querySelector(`[name="${box.dataset.rows}-TOTAL_FORMS"]`);
  const template = box.querySelector("template");
  const button = box.querySelector("[data-add-row]");
  button.addEventListener("click", (event) => {
    const number = Number(total.value);
    if (number >= 60) return;
    event.preventDefault();
    const row = template.content.cloneNode(true);
    for (const part of row.querySelectorAll("[name],[id],[for],[aria-describedby]")) {
      for (const name of ["name", "id", "for", "aria-describedby"]) {
        const value = part.getAttribute(name);
        if (value) part.setAttribute(name, value.replaceAll("__prefix__", String(number)));
      }
    }
    const legend = row.querySelector("legend");
    legend.textContent = `${legend.textContent.trim()} ${number + 1}`;
    total.value = String(number + 1);
    button.before(row);
    box.querySelectorAll("[data-row]")[number]?.querySelector("input:not([type=hidden]), select")?.focus();
  });
}
