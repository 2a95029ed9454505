// Small comforts on the line page: competencies of the chosen post first, known staff figures, vacancies counted.

const form = document.querySelector("form[data-line-form]");

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

if (form) {
  const post = form.elements.post;
  post.addEventListener("change", () => {
    for (const select of form.querySelectorAll('select[name$="-theme"]')) arrange(select, post.value);
    figures(post.selectedOptions[0]);
    vacancies();
  });
  form.addEventListener("input", vacancies);
  if (post.value) for (const select of form.querySelectorAll('select[name$="-theme"]')) arrange(select, post.value);
}
