// The page of everything this device keeps: shown without a network in place of pages that are not there.
self.draftShelf = {
  async start() {
    const part = (name) => document.querySelector(`[data-shelf=${name}]`);
    if (!part("send")) return;
    async function look() {
      const owner = await drafts.reader();
      await draftPage.list();
      const kept = owner ? (await drafts.list("entry")).length + (await drafts.list("file")).length : 0;
      part("empty").hidden = !owner || kept > 0;
      part("locked").hidden = Boolean(owner);
      part("send").hidden = kept === 0;
    }
    async function send() {
      try {
        if (drafts.able) await draftSync.sendAll();
        draftPage.fine();
      } catch (error) {
        if (await drafts.reader()) draftPage.trouble(error);
        else draftPage.show("away", !navigator.onLine);
      }
      await look();
    }
    part("send").addEventListener("click", send);
    draftPage.onRetry(send);
    await look();
    await send();
  },
};
