// A file in pieces: created once under a key of its own, then sent from wherever the server says it has got to.
self.upload = (() => {
  const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const checksum = async (buffer) => hex(await crypto.subtle.digest("SHA-256", buffer));
  const TRIES = 5;
  const PATIENCE = 120_000;

  class Refused extends Error {
    constructor(status, answer) {
      super(`refused with ${status}`);
      this.status = status;
      this.answer = answer;
    }
  }

  async function ask(url, options) {
    const response = await fetch(url, { credentials: "same-origin", signal: AbortSignal.timeout?.(PATIENCE), ...options });
    const kind = response.headers.get("Content-Type") || "";
    const answer = kind.includes("json") ? await response.json() : {};
    if (response.ok && !response.redirected && !("offset" in answer)) throw new Error("not the portal");
    if (response.redirected || (!response.ok && !(response.status === 409 && "offset" in answer))) {
      throw new Refused(response.redirected ? 401 : response.status, answer);
    }
    return answer;
  }

  // file: {url, client_key, kind, file, size, sha256, fields: [[name, value]], content}; `file` is its name. Answers what the server says
  // of the finished upload. Throws Refused, or the network's own error: then a later call goes on where this one ended.
  async function send(file, token, progress = () => {}) {
    const form = new FormData();
    for (const [name, value] of file.fields) form.append(name, value);
    for (const name of ["client_key", "kind", "size", "sha256"]) form.set(name, String(file[name]));
    form.set("name", file.file);
    const headers = { Accept: "application/json", "X-CSRFToken": token };
    let state = await ask(file.url, { method: "POST", body: form, headers });
    const url = state.url;
    const size = state.piece_size || 256 * 1024;
    for (let tries = 0; !state.done; ) {
      const from = state.offset;
      progress(from / file.size);
      const piece = file.content.slice(from, from + size);
      const before = from;
      state = await ask(url, {
        method: "PUT",
        body: piece,
        headers: { ...headers, "Content-Type": "application/octet-stream", "Upload-Offset": String(from), "X-Piece-SHA256": await checksum(piece) },
      });
      // The server names another place when a piece arrived twice or damaged; it must get on in the end.
      tries = state.done || state.offset > before ? 0 : tries + 1;
      if (tries >= TRIES) throw new Refused(409, state);
    }
    progress(1);
    return state;
  }

  return { send, checksum, Refused };
})();
