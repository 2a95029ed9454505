// Papers: a chosen file is kept on the device first, then sent in pieces; a broken line costs one piece, not the file.
{
  const { words, copy, random, show, state } = draftPage;

  const say = (form, text, tone = "") => {
    const place = form.querySelector("[data-upload-state]");
    place.hidden = !text;
    place.textContent = text;
    place.classList.toggle("text-danger", tone === "red");
  };

  const meter = (form, share) => {
    const bar = form.querySelector("progress");
    bar.hidden = share === null;
    if (share !== null) bar.value = share;
  };

  async function take(form, input) {
    if (taking) return; // pressed twice
    taking = true;
    try {
      await keep(form, input);
    } finally {
      taking = false;
    }
  }
  let taking = false;

  async function keep(form, input) {
    const file = input.files[0];
    const limit = Number(input.dataset.maxBytes || 0);
    if (limit && file.size > limit) return say(form, words.large, "red");
    if (!form.checkValidity()) return form.reportValidity();
    const content = await file.arrayBuffer();
    const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
    const key = random(16);
    const kept = {
      name: `${words.need}:file:${key}`,
      code: words.need,
      tag: draftPage.reader,
      url: form.dataset.uploadUrl,
      page: location.pathname,
      title: file.name,
      file: file.name,
      client_key: key,
      kind: form.dataset.upload,
      size: file.size,
      sha256: await upload.checksum(content),
      fields,
      state: "waiting",
    };
    if (!(await drafts.put("file", kept.name, kept, content))) throw new Error("this reader has left");
    form.reset();
    say(form, words.kept);
    if (!navigator.onLine || copy) {
      show("away");
      return draftPage.list();
    }
    await sendFiles(form, kept.name);
  }

  // Whether something else is being filled in meanwhile: the page is not loaded anew then.
  const begun = (form) => [...form.elements].some((one) => (one.type === "file" ? one.files.length
    : one.options ? [...one.options].some((each) => each.selected !== each.defaultSelected) && one.value
    : one.type !== "hidden" && one.defaultValue !== undefined && one.value !== one.defaultValue));

  let sending = Promise.resolve();
  /** One after the other: a file taken while another is on its way is not forgotten. */
  const sendFiles = (place, name = "") => (sending = sending.then(() => sendNow(place, name)));

  async function sendNow(place, name) {
    for (const button of place.querySelectorAll("button")) button.disabled = true;
    say(place, words.sending);
    try {
      // The page's own round, the worker or another tab may send a file first: what counts is whether it is still kept.
      const waiting = (await drafts.list("file")).filter((one) => one.code === words.need && draftSync.unsent(one));
      const mine = new Set([...waiting.map((one) => one.name), name]);
      await draftSync.sendAll({ progress: (_file, share) => meter(place, share) });
      draftPage.fine();
      mine.delete("");
      const left = (await drafts.list("file")).filter((one) => mine.has(one.name));
      await draftPage.list();
      if (left.length) {
        const answer = left[0].answer || {};
        say(place, answer.closed || answer.sentence || (answer.errors || [])[0]?.sentence || words[left[0].state], "red");
      } else if (mine.size && [...document.querySelectorAll("form[data-upload]")].some(begun)) say(place, words.attached);
      else if (mine.size) location.reload();
      else say(place, "");
    } catch (error) {
      draftPage.trouble(error);
      say(place, words.kept);
      await draftPage.list();
    } finally {
      meter(place, null);
      for (const button of place.querySelectorAll("button")) button.disabled = false;
    }
  }

  self.needPapers = {
    async start() {
      const forms = [...document.querySelectorAll("form[data-upload]")];
      if (!forms.length || !(await draftPage.ready())) return;
      for (const form of forms) {
        const input = form.querySelector("input[type=file]");
        form.addEventListener("submit", (event) => {
          if (!input.files.length && navigator.onLine && !copy) return;
          event.preventDefault();
          if (input.files.length) take(form, input).catch(() => say(form, words.unkept, "red"));
          else if (form.reportValidity()) say(form, words.unkept, "red"); // a letter without a new file needs the network
        });
      }
      draftPage.onRetry(async () => {
        const waiting = (await drafts.list("file")).find((one) => one.code === words.need && draftSync.unsent(one));
        if (waiting) await sendFiles(document.querySelector(`form[data-upload="${waiting.kind}"]`));
      });
    },
  };
}
