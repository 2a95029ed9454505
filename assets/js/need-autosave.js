// A page of the need form: what is typed is kept on the device at once, sent when the finger rests, and forgotten when
// the server has it. Without this script the form is filled in page by page, as it always was.
self.needForm = (() => {
  const { words, copy, random, show, state } = draftPage;
  const form = document.querySelector("form[data-autosave]");
  const META = ["version", "page", "base", "client_key", "line"];
  const SKIP = new Set([...META, "csrfmiddlewaretoken", "autosave"]);
  const REST = 800;
  const PAUSE = 4000;
  if (!form || !draftPage.box) return null;

  const code = words.need;
  const fresh = form.dataset.autosave.endsWith(":new");
  const path = location.pathname;
  let usable = false; // whether the store is open
  let unkept = false; // whether it refused what was typed last: it is full
  let name = form.dataset.autosave;
  let address = path;
  let rev = "";
  let confirmed = ""; // the values the server has, as text
  let rejected = ""; // the values it would not take: sent again only once they differ
  let choices = null;
  let sending = false;
  let again = false;
  let leaving = false;
  let soon = null;
  let keeping = Promise.resolve();

  const field = (wanted) => form.querySelector(`input[type=hidden][name="${wanted}"]`) || form.querySelector(`[name="${wanted}"]`);
  const values = () => [...new FormData(form)].filter(([key, value]) => !SKIP.has(key) && !key.startsWith("choice_") && typeof value === "string");
  const meta = () => Object.fromEntries(META.map((key) => [key, field(key)?.value ?? ""]).filter(([key]) => field(key)));
  const asText = () => JSON.stringify(values());
  const setMeta = (found) => {
    for (const [key, value] of Object.entries(found)) if (field(key)) field(key).value = value;
  };

  function fill(pairs) {
    const wanted = new Map();
    for (const [key, value] of pairs) wanted.set(key, [...(wanted.get(key) || []), value]);
    if (self.needRows) self.needRows.reach(Number((wanted.get("gap-TOTAL_FORMS") || [0])[0]));
    for (const one of form.elements) {
      if (!one.name || SKIP.has(one.name) || ["submit", "button", "file"].includes(one.type)) continue;
      if (one.type === "radio" || one.type === "checkbox") one.checked = (wanted.get(one.name) || []).includes(one.value);
      else if (wanted.has(one.name)) one.value = wanted.get(one.name)[0];
    }
    form.dispatchEvent(new CustomEvent("draft:filled", { bubbles: true }));
  }

  // --- Keeping ---

  // A form that is open in two tabs has two entries: neither writes over the other.
  const nameOf = (part) => `${part}~${field("page")?.value}`;

  const entry = (left = false) => ({
    name,
    code,
    tag: draftPage.reader,
    url: address,
    page: fresh && address === path ? `${path}#d=${field("client_key")?.value}` : address,
    title: document.querySelector("h1").textContent.trim(),
    values: values(),
    meta: meta(),
    rev,
    state: "waiting",
    choices,
    left,
  });

  // Kept one after the other, so that the last word typed is the one that stays. Answers whether it was.
  function keep(left = false) {
    rev = random(8);
    const kept = entry(left);
    keeping = keeping.then(async () => {
      if (!usable) return false;
      if (fresh && address === path && location.pathname + location.hash !== kept.page) history.replaceState(null, "", kept.page);
      if (!(await drafts.put("entry", kept.name, kept))) throw new Error("this reader has left");
      unkept = false;
      if (copy || !navigator.onLine) state(words.kept);
      return true;
    }).catch(() => {
      unkept = true;
      state(words.unkept);
      return false;
    });
    return keeping;
  }

  const dirty = () => asText() !== confirmed;

  function touched(rest) {
    keep();
    clearTimeout(soon);
    soon = setTimeout(send, rest);
  }

  // --- Sending ---

  const token = () => field("csrfmiddlewaretoken").value;

  async function send() {
    clearTimeout(soon);
    if (sending) { again = true; return; }
    if (asked() && !choices) return; // the person has to choose first
    if (!dirty() && !choices) { if (usable) await drafts.remove("entry", name); return; }
    sending = true;
    again = false;
    state(words.sending);
    const sent = entry();
    await keeping;
    try {
      await settle(sent, await draftSync.sendOne(sent, token()));
    } catch (error) {
      draftPage.trouble(error);
      if (unkept) state(words.unkept);
    } finally {
      sending = false;
    }
    if (again) send();
    else if (usable) draftPage.list();
  }

  async function settle(sent, found) {
    const { answer } = found;
    draftPage.fine();
    if (found.state === "closed") return closed(answer);
    if (found.state === "absent") return closed({ closed: words.absent });
    if (found.state === "gone") return gone(answer);
    const former = field("base")?.value || "";
    for (const key of ["version", "base", "line"]) if (found.meta[key]) setMeta({ [key]: found.meta[key] });
    if (found.state === "conflict") return conflict(answer);
    clash.replaceChildren();
    choices = null;
    unkept = false;
    const text = JSON.stringify(sent.values);
    if (found.state === "saved") confirmed = text;
    rejected = found.state === "unsaved" ? text : "";
    if (found.url !== address) await moved(found.url);
    state([answer.saved_at, found.state === "unsaved" ? words.partly : ""].filter(Boolean).join(" · "), found.state === "saved");
    if ((answer.merged || []).length) refresh(sent, answer.merged, former);
    if (reloading && !dirty()) location.reload();
  }

  // The autosave made the line: from now on the page is that line's page.
  async function moved(url) {
    const former = name;
    address = new URL(url, location.href).pathname;
    name = nameOf(`${code}:line:${field("line")?.value || field("client_key")?.value}`);
    history.replaceState(null, "", address);
    form.action = address;
    const now = name;
    keeping = keeping.then(async () => {
      const kept = await drafts.get("entry", former);
      if (kept) await drafts.put("entry", now, { ...kept, url: address, page: address, content: undefined });
      await drafts.remove("entry", former);
    }).catch(() => {});
    await keeping;
  }

  const parsed = (text) => { try { return JSON.parse(text) || {}; } catch { return {}; } };
  const valuesOf = (pairs, key) => JSON.stringify(pairs.filter(([name]) => name === key).map(([, value]) => value));

  // A colleague's entries went into fields that were left alone here: show them. A field the person has typed into since
  // keeps its former mark, so that the next save asks.
  function refresh(sent, merged, former) {
    const base = parsed(field("base")?.value);
    const before = parsed(former);
    const untouched = !dirty();
    for (const one of merged) {
      if (!one.field) {
        if (untouched) location.reload();
        continue;
      }
      if (valuesOf(values(), one.field) !== valuesOf(sent.values, one.field)) {
        if (one.key in before) base[one.key] = before[one.key];
        else delete base[one.key];
        continue;
      }
      const list = [one.value].flat().map(String);
      for (const other of [...form.elements].filter((found) => found.name === one.field)) {
        if (other.type === "radio" || other.type === "checkbox") other.checked = list.includes(other.value);
        else other.value = list[0] ?? "";
      }
    }
    if (field("base")) field("base").value = JSON.stringify(base);
    if (untouched) confirmed = asText();
    show("merged");
  }

  // --- What stands in the way ---

  const clash = document.getElementById("clash");
  const asked = () => clash.querySelector("input[name^=choice_]");

  // What was chosen, once every field has a choice.
  function choose() {
    const picked = {};
    for (const radio of clash.querySelectorAll("input[name^=choice_]")) picked[radio.name.slice("choice_".length)] ||= radio.checked ? radio.value : "";
    const missing = Object.keys(picked).find((one) => !picked[one]);
    if (missing) [...clash.querySelectorAll("input")].find((one) => one.name === `choice_${missing}`).focus();
    else choices = picked;
    reloading = Object.values(picked).includes("stored");
    return !missing;
  }

  const copyOf = (id) => document.getElementById(id).content.cloneNode(true);

  function conflict(answer) {
    const banner = copyOf("draft-conflict");
    banner.querySelector("[data-sentence]").textContent = answer.sentence || "";
    const rows = banner.querySelector("[data-fields]");
    answer.conflicts.forEach((one, number) => {
      const row = copyOf("draft-conflict-field");
      row.querySelector("legend").textContent = one.label;
      for (const side of ["mine", "stored"]) {
        const radio = row.querySelector(`input[value=${side}]`);
        radio.name = `choice_${one.field}`;
        radio.id = `choice-${number}-${side}`;
        radio.setAttribute("form", form.id);
        const label = radio.nextElementSibling;
        label.setAttribute("for", radio.id);
        label.querySelector("span").textContent = side === "mine" ? one.typed : one.stored;
      }
      rows.append(row);
    });
    banner.querySelector("[data-choose]").addEventListener("click", () => {
      if (choose()) keep().then(send);
    });
    clash.replaceChildren(banner);
    if (!form.contains(document.activeElement)) clash.firstElementChild.focus(); // not out of a word being typed
    choices = null;
    state(words.conflict);
  }
  let reloading = false;

  // A colleague removed the line: what was typed can become a new one.
  function gone(answer) {
    const banner = copyOf("draft-closed");
    banner.querySelector("strong").textContent = answer.gone;
    const button = banner.querySelector("[data-anew]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      const former = name;
      setMeta({ base: "", line: "", client_key: random(16) });
      for (const one of form.elements) if (/^gap-\d+-gap$/.test(one.name)) one.value = "";
      form.action = address = new URL(answer.url, location.href).pathname;
      name = `${code}:line:new:${field("client_key").value}`;
      clash.replaceChildren();
      confirmed = "";
      if (await keep()) await draftSync.drop(former);
      send();
    });
    clash.replaceChildren(banner);
    state(words.kept);
  }

  function closed(answer) {
    const banner = copyOf("draft-closed");
    banner.querySelector("strong").textContent = answer.closed || answer.sentence || words.closed;
    clash.replaceChildren(banner);
    state(usable ? words.kept : words.unkept);
  }

  // --- Leaving by a button ---

  const follow = (submitter) => {
    if (submitter?.name === "later") return words.fill;
    if (submitter?.name === "again") return words.newLine;
    if (form.dataset.autosave.includes(":line")) return words.lines;
    const next = document.querySelector(".sg-part.is-current + .sg-part a");
    return next ? next.pathname : words.fill;
  };

  // Once a button is pressed the form takes nothing more: what is typed meanwhile would end up in the record just left.
  // A page that was stopped on its way out is given back after a while.
  let stopped = null;
  function leave(now) {
    leaving = now;
    form.inert = now;
    clearTimeout(stopped);
    if (now) stopped = setTimeout(() => leave(false), 30_000);
  }

  form.addEventListener("submit", async (event) => {
    const by = event.submitter;
    if (event.defaultPrevented) return;
    if (by?.name === "more" && self.needRows) {
      event.preventDefault();
      self.needRows.add();
      return;
    }
    if (!usable) { leaving = true; return; }
    event.preventDefault();
    if (leaving || (asked() && !choose())) return;
    leave(true);
    clearTimeout(soon);
    if (!navigator.onLine || copy) {
      if (by?.name === "to_province") { leave(false); show("away"); return; }
      if (await keep(true)) location.assign(follow(by));
      else leave(false);
      return;
    }
    if (by?.name === "to_province") return press(by);
    state(words.sending);
    const kept = await keep(true);
    try {
      const sent = { ...entry(true), pressed: { name: by?.name || "save", value: by?.value || "1" } };
      const found = await draftSync.sendOne(sent, token());
      if (found.state === "saved") return location.assign(found.answer.next || follow(by));
      // With something missing, the page itself says what: it comes back with every word.
      if (found.state === "unfit" || found.state === "unsaved") return press(by);
      leave(false);
      settle(sent, found);
    } catch (error) {
      leave(false);
      draftPage.trouble(error);
      if (!kept) state(words.unkept);
      else if (error instanceof draftSync.Away) location.assign(follow(by));
    }
  });

  // As the browser would have done it.
  function press(by) {
    if (by?.name) {
      const pressed = document.createElement("input");
      pressed.type = "hidden";
      pressed.name = by.name;
      pressed.value = by.value;
      form.append(pressed);
    }
    HTMLFormElement.prototype.submit.call(form);
  }

  window.addEventListener("pageshow", () => leave(false));
  window.addEventListener("beforeunload", (event) => { if (!leaving && (!usable || unkept) && dirty()) event.preventDefault(); });

  form.addEventListener("input", () => touched(PAUSE));
  form.addEventListener("change", () => touched(REST));
  document.addEventListener("visibilitychange", () => { if (document.hidden && dirty()) keep(); });

  // --- Coming back ---

  // An entry belongs to the tab it was typed in, for as long as that is open.
  const held = [];
  const claim = (page) => new Promise((resolve) => {
    if (!navigator.locks) return resolve(true);
    const wait = AbortSignal.timeout ? { signal: AbortSignal.timeout(400) } : { ifAvailable: true };
    return navigator.locks.request(`sinergi-page-${page}`, wait, (lock) => {
      resolve(Boolean(lock));
      return lock && new Promise((done) => { held.push(done); });
    }).catch(() => resolve(false));
  });
  window.addEventListener("pagehide", () => { while (held.length) held.pop()(); });
  window.addEventListener("pageshow", async (event) => {
    if (event.persisted && usable && !(await claim(field("page").value))) location.reload();
  });

  async function wanted() {
    const part = form.dataset.autosave;
    const key = (location.hash.match(/^#d=([\w-]+)$/) || [])[1];
    const fits = (one) => (fresh ? (key ? one.name === `${part}:${key}` : one.name.startsWith(`${part}:`) && !one.left) : one.name.startsWith(`${part}~`));
    const found = (await drafts.list("entry")).filter(fits);
    for (const one of found.reverse()) if (await claim(one.meta.page)) return one;
    return null;
  }

  async function start() {
    const open = await draftPage.ready();
    let typed = asText() !== confirmed; // someone was faster than the store
    const key = field("client_key");
    if (copy) {
      // A copy may be older than what was saved from it since: that goes in first.
      const saved = !fresh && (await drafts.get("saved", path));
      if (saved) { fill(saved.values); setMeta(saved.meta); confirmed = asText(); }
      if (field("page")) field("page").value = random(8);
      if (fresh && key) key.value = random(16);
    } else if (open && !fresh) {
      await drafts.remove("saved", path);
    }
    let kept = open && !typed ? await wanted() : null;
    typed ||= asText() !== confirmed;
    if (typed) kept = null; // it is sent as it is
    if (!kept) await claim(field("page")?.value);
    if (kept) name = kept.name;
    else name = fresh ? `${name}:${key?.value || "new"}` : nameOf(name);
    usable = open;
    if (kept) {
      fill(kept.values);
      if (!asked()) setMeta(kept.meta);
      rev = kept.rev;
      address = kept.url;
      if (fresh && address !== path) await moved(address);
      send();
    }
    draftPage.onRetry(async () => { if (dirty() && asText() !== rejected) await send(); });
    if (typed) touched(REST);
  }

  confirmed = asText();
  return { name: () => name, start, send, dirty, keep, flush: () => keeping };
})();
