// Warns before the session ends, and keeps it. Fetched by shell.js a few minutes ahead; asking does not count as use.
const AHEAD = 300;
const AGAIN = 30;

export function watch(box) {
  const near = box.querySelector("[data-part='near']");
  const over = box.querySelector("[data-part='over']");
  const saved = Boolean(document.getElementById("drafts"));
  box.querySelector("[data-draft]").hidden = !saved;
  box.querySelector("[data-typed]").hidden = saved;
  let timer = 0;

  function show(part) {
    near.hidden = part !== near;
    over.hidden = part !== over;
    box.hidden = !part;
  }

  async function ask(method) {
    const headers = { Accept: "application/json" };
    if (method === "POST") headers["X-CSRFToken"] = JSON.parse(document.body.getAttribute("data-hx-headers"))["X-CSRFToken"];
    const response = await fetch(box.dataset.url, { method, headers, cache: "no-store", redirect: "error" });
    return response.ok ? (await response.json()).seconds : 0;
  }

  async function look(method = "GET") {
    clearTimeout(timer);
    let left;
    try {
      left = await ask(method);
    } catch {
      timer = setTimeout(look, AGAIN * 1000); // no network: nobody knows, ask again
      return;
    }
    if (left <= 0) {
      show(over);
      timer = setTimeout(look, AGAIN * 1000); // signed in again in another tab: the note goes away
    } else if (left <= AHEAD) {
      show(near);
      timer = setTimeout(look, Math.min(left + 1, AGAIN) * 1000);
    } else {
      show(null);
      timer = setTimeout(look, Math.min((left - AHEAD) * 1000, 2 ** 31 - 1));
    }
  }

  near.querySelector("button").addEventListener("click", () => look("POST"));
  return look();
}
