// Small comforts on the line page: competencies of the chosen post first, known staff figures, vacancies counted, and a
// further competency without a round trip.
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
      // What was filled in for the former post says nothing about one the office has not reported yet.
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

  // A further row is the last one, emptied and renumbered.
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
