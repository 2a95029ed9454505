// On pages outside the form: what this reader left on the device is sent after signing in; what needs a choice is said.
self.draftNote = async (note) => {
  let left = true;
  try {
    await draftSync.sendAll();
    const kept = [...(await drafts.list("entry")), ...(await drafts.list("file"))];
    left = kept.length > 0;
  } catch { /* no network, or the session ended: the next page asks again */ }
  if (note && left) document.getElementById("isi").prepend(note.content.cloneNode(true));
};
