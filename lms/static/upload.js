// Sending a file in pieces: it goes on where it stopped when the connection comes back, also after the page was opened anew.
// upload(file, { progress, replaces, token, signal }) gives { address, name, kind, width, height, alt, uid, page } or an error
// whose message is the server's sentence. progress(share, state) is told how much is there (0 to 1) and what happens now:
// "sending", "waiting" (the connection was lost), "checking".
const START = "/studio/media/uploads";
const LONGEST_WAIT = 30000, TRIES = 12;

export class Refusal extends Error {}

const tokenOf = () => document.querySelector('input[name="csrf_token"]')?.value || "";
const key = (file) => `upload ${file.name} ${file.size} ${file.lastModified}`;
const pause = (time, signal) => new Promise((done, stopped) => {
  const over = () => { removeEventListener("online", over); clearTimeout(timer); done(); };
  const timer = setTimeout(over, time);
  addEventListener("online", over);
  signal?.addEventListener("abort", () => { over(); stopped(signal.reason); }, { once: true });
});
const remembered = (file) => { try { return sessionStorage.getItem(key(file)); } catch { return null; } };
const remember = (file, uid) => { try { if (uid) sessionStorage.setItem(key(file), uid); else sessionStorage.removeItem(key(file)); } catch { /* it starts cleanly then */ } };

export async function upload(file, { progress = () => {}, replaces = "", token = tokenOf(), signal } = {}) {
  let failed = 0, share = 0;
  const ask = async (address, init, { missing = false } = {}) => {
    for (;;) {
      let answer = null;
      try {
        answer = await fetch(address, { signal, ...init, headers: { Accept: "application/json", "X-CSRFToken": token, ...init.headers } });
      } catch (error) {
        if (signal?.aborted) throw error;
      }
      if (answer && answer.status < 500 && answer.status !== 429) {
        failed = 0;
        if (answer.ok || answer.headers.has("Upload-Offset") || (missing && answer.status === 404)) return answer;
        throw new Refusal(await sentence(answer));
      }
      failed += 1;
      if (failed > TRIES) throw new Refusal(answer ? await sentence(answer) : "");
      progress(share, "waiting");
      await pause(Math.min(500 * 2 ** failed, LONGEST_WAIT), signal);
      if (init.method === "PATCH") return null; // what has come of this piece is asked first
    }
  };
  const offsetOf = async (uid) => {
    const answer = await ask(`${START}/${uid}`, { method: "HEAD" }, { missing: true });
    return answer.ok ? Number(answer.headers.get("Upload-Offset")) : null;
  };
  const begin = async () => {
    const answer = await ask(START, { method: "POST", body: JSON.stringify({ name: file.name, size: file.size }), headers: { "Content-Type": "application/json" } });
    const told = await answer.json();
    remember(file, told.uid);
    return told;
  };

  progress(0, "sending");
  let uid = remembered(file), piece = 4 * 1024 * 1024;
  let offset = uid ? await offsetOf(uid) : null;
  if (offset === null) ({ uid, offset } = await begin());
  while (offset < file.size) {
    share = offset / file.size;
    progress(share, "sending");
    const answer = await ask(`${START}/${uid}`, { method: "PATCH", body: file.slice(offset, offset + piece), headers: { "Content-Type": "application/octet-stream", "Upload-Offset": String(offset) } });
    const told = answer ? Number(answer.headers.get("Upload-Offset")) : await offsetOf(uid);
    offset = told ?? (({ uid } = await begin()), 0);
    if (!answer) piece = Math.max(piece / 2, 256 * 1024); // a bad line: smaller pieces lose less
  }
  share = 1;
  progress(1, "checking");
  try {
    const answer = await ask(`${START}/${uid}/finish`, { method: "POST", body: JSON.stringify(replaces ? { replaces } : {}), headers: { "Content-Type": "application/json" } });
    remember(file, null);
    return await answer.json();
  } catch (error) {
    remember(file, null);
    if (!signal?.aborted) fetch(`${START}/${uid}`, { method: "DELETE", headers: { "X-CSRFToken": token } }).catch(() => {});
    throw error;
  }
}

async function sentence(answer) {
  try { return (await answer.json()).detail; } catch { return ""; }
}
