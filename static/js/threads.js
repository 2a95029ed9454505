// A conversation that is open: looks for new messages while somebody can see the page, and suggests people to call by name.
// Nothing here is needed: without it a page shows what is new when it is opened, and people are chosen from a list.

const talk = document.getElementById("talk");
const poll = document.getElementById("talk-poll");
const state = document.getElementById("talk-state");

// What has been on the screen counts as read; what arrived below it does not.
if (poll && talk && "IntersectionObserver" in window) {
  const seen = state.elements.seen;
  const watcher = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting || document.hidden) continue;
      watcher.unobserve(target);
      if (Number(target.dataset.post) > Number(seen.value)) seen.value = target.dataset.post;
    }
  });
  const posts = (root) => root.querySelectorAll("[data-post]");
  for (const post of posts(talk)) watcher.observe(post);

  let timer = setInterval(look, Number(poll.dataset.seconds) * 1000);
  function look() {
    if (!document.hidden) poll.dispatchEvent(new CustomEvent("look"));
  }
  function stop() {
    clearInterval(timer);
    timer = 0;
    poll.dataset.stopped = "1";
  }
  document.addEventListener("visibilitychange", () => timer && look());
  poll.addEventListener("htmx:afterOnLoad", () => {
    const found = [...posts(talk)];
    for (const post of found) watcher.observe(post);
    if (found.length) state.elements.after.value = found[found.length - 1].dataset.post;
  });
  // Signed out, no longer in the room, or the thread is gone: nothing more to ask for.
  poll.addEventListener("htmx:beforeOnLoad", (event) => {
    const { status } = event.detail.xhr;
    if (status < 400 || status >= 500) return;
    event.preventDefault();
    stop();
  });
}

// People: "@" and the first letters open a list under the message; arrows choose, Enter takes, Escape closes.
const form = document.querySelector("[data-talk-form]");
if (form) people(form);

function people(form) {
  const text = form.querySelector("[data-talk-text]");
  const chosen = form.querySelector("[data-talk-people]");
  if (!chosen) return;
  const list = document.createElement("ul");
  const told = document.createElement("p");
  list.className = "sg-names";
  list.id = "talk-names";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.querySelector("[data-talk-call] summary").textContent);
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  text.after(list, told);
  for (const [name, value] of [["aria-autocomplete", "list"], ["aria-controls", list.id], ["autocomplete", "off"]]) {
    text.setAttribute(name, value);
  }
  let asked = 0, wait = 0, at = -1, found = [];

  const begun = () => {
    const before = text.value.slice(0, text.selectionStart);
    const match = before.match(/(^|[\s(])@([\p{L}\p{M}.'’-][\p{L}\p{M}.'’ -]{0,39})$/u);
    return match && { letters: match[2], start: before.length - match[2].length - 1 };
  };

  function close() {
    list.hidden = true;
    at = -1;
    text.removeAttribute("aria-activedescendant");
    told.textContent = "";
  }

  function mark(next) {
    at = (next + found.length) % found.length;
    [...list.children].forEach((row, n) => row.setAttribute("aria-selected", String(n === at)));
    text.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  }

  function take(person) {
    const where = begun();
    if (!where) return close();
    text.setRangeText(`@${person.name} `, where.start, text.selectionStart, "end");
    let option = [...chosen.options].find((o) => o.value === String(person.id));
    if (!option) {
      option = new Option(`${person.name} · ${person.about}`, person.id);
      chosen.add(option);
    }
    option.selected = true;
    option.dataset.typed = "1";
    close();
    text.focus();
  }

  function show(people) {
    found = people;
    list.replaceChildren(...people.map((person, n) => {
      const row = document.createElement("li");
      const about = document.createElement("span");
      row.id = `talk-name-${n}`;
      row.setAttribute("role", "option");
      row.textContent = person.name;
      about.textContent = person.about;
      row.append(about);
      row.addEventListener("mousedown", (event) => { event.preventDefault(); take(person); });
      return row;
    }));
    list.hidden = !people.length;
    told.textContent = people.length ? `${people.length} ${form.dataset.found}` : form.dataset.none;
    if (people.length) mark(0);
  }

  async function ask() {
    const where = begun();
    if (!where) return close();
    const mine = ++asked;
    try {
      const url = `${form.dataset.people}?q=${encodeURIComponent(where.letters)}`;
      const answer = await fetch(url, { headers: { Accept: "application/json" }, redirect: "error" });
      if (mine !== asked || !answer.ok) return;
      const { people } = await answer.json();
      if (begun()) show(people);
    } catch { close(); }
  }

  text.addEventListener("input", () => {
    clearTimeout(wait);
    if (begun()) wait = setTimeout(ask, 200);
    else close();
  });
  text.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") mark(at + 1);
    else if (event.key === "ArrowUp") mark(at - 1);
    else if (event.key === "Enter" || event.key === "Tab") take(found[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  text.addEventListener("blur", close);
  // Whom the text no longer names is no longer called.
  form.addEventListener("submit", () => {
    for (const option of chosen.selectedOptions) {
      const name = option.textContent.split(" · ")[0];
      if (option.dataset.typed && !text.value.includes(`@${name}`)) option.selected = false;
    }
  });
}
