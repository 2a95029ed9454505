// Starts the page of the form, sends what other pages have left on the device, and tries again when the network is back.
(async () => {
  if (!draftPage.box) return;
  const { show, reader } = draftPage;
  await self.needForm?.start();
  await self.needPapers?.start();
  await self.draftShelf?.start();
  const open = await draftPage.ready();

  async function others() {
    const here = self.needForm && needForm.name();
    const waiting = [...(await drafts.list("entry")), ...(await drafts.list("file"))].filter((one) => one.name !== here && draftSync.unsent(one));
    if (!waiting.length) return draftPage.list();
    try {
      await draftSync.sendAll({ except: here });
      draftPage.fine();
    } catch (error) {
      draftPage.trouble(error);
    }
    return draftPage.list();
  }

  if (open) {
    draftPage.onRetry(others);
    if (draftPage.copy || !navigator.onLine) {
      show("away");
      draftPage.list();
      draftPage.retry();
    } else if (document.querySelector("form[data-upload]")) {
      await draftPage.list();
      draftPage.retry();
    } else {
      await others();
    }
    drafts.sweep();
    draftPage.worker();
  }

  window.addEventListener("offline", () => show("away"));
  window.addEventListener("online", draftPage.retry);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && navigator.onLine) draftPage.retry(); });

  // Another tab: the reader has left, or is somebody else now. What is typed here is sealed first, then the page goes.
  const check = async () => {
    let now = reader;
    try { now = localStorage.getItem("sinergi:reader") || ""; } catch { return; }
    if (!open || now === reader) return;
    await self.needForm?.flush();
    drafts.close();
    location.reload();
  };
  window.addEventListener("storage", (event) => { if (event.key === "sinergi:reader") check(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) check(); });
})();
