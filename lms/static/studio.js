// The lesson editor in the studio: the rich text editor in the place of the textarea, saving by itself, keeping what
// is not saved yet, and telling who else is in the text. The tools above the text are in editor-tools.js.
// Without this file the page is a form with a textarea, and everything on it works.
import { say } from "./app.js";
import { tools } from "./editor-tools.js";

const $ = (selector, root = document) => root.querySelector(selector);
const form = $("[data-rte]");
const PAUSE = 5000, LONGEST_WAIT = 60000, SIGN_OF_LIFE = 30000, KEPT_DAYS = 30, LONG = 30000;

const field = (name) => form.elements.namedItem(name);
const area = field("html"), title = field("title"), revision = field("revision");
const bar = $(".rte-bar", form), host = $(".rte-host", form);
const state = $("[data-saved] span"), compare = $("[data-compare]");

// ---- the editor in the place of the textarea
area.closest("[data-plain]").hidden = true;
host.hidden = bar.hidden = false;
const editor = window.tip(host, area.value, { label: area.labels[0]?.firstElementChild.textContent.trim(), lang: form.dataset.lang });
const original = { title: title.value, editor: editor.getHTML(), area: area.value };
const written = () => { const html = editor.getHTML(); return html === original.editor ? original.area : html; };

// ---- saving: 5 seconds after the last change, and on the button
let saved = "unsaved" in form.dataset ? null : { title: title.value, html: written() };
let timer = 0, wait = PAUSE, running = null, conflict = "hold" in form.dataset, touched = false, settled = state.textContent;
const dirty = () => {
  if (saved && touched) touched = saved.title !== title.value || saved.html !== written();
  return !saved || touched;
};
const tell = (words, loud = false) => { if (state.textContent !== words) state.textContent = words; if (loud) say(words); };

const plan = (after) => { clearTimeout(timer); timer = setTimeout(save, after); };
const changed = () => {
  touched = true;
  if (editor.state.doc.content.size < LONG && !dirty()) { if (!conflict) tell(settled); return; }
  keepSoon();
  if (!conflict) { tell(form.dataset.waiting); plan(PAUSE); }
};

async function save() {
  clearTimeout(timer);
  if (running) { await running; return dirty() ? save() : true; }
  if (!dirty()) { tell(settled); return true; }
  if (!title.value.trim()) { tell(form.dataset.untitled); return false; }
  running = send().finally(() => { running = null; });
  return running;
}

async function post(now) {
  const data = new FormData(form);
  data.set("html", now.html);
  try {
    const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json", "X-CSRFToken": field("csrf_token").value } });
    return { answer, told: /json/.test(answer.headers.get("Content-Type") || "") ? await answer.json() : null };
  } catch { return { answer: null, told: null }; }
}

async function send() {
  const now = { title: title.value, html: written() };
  area.value = now.html;
  tell(form.dataset.saving);
  let { answer, told } = await post(now);
  if (answer?.status === 400 && await newToken()) ({ answer, told } = await post(now));
  if (!answer || answer.status >= 500 || answer.status === 429) return again();
  if (!told || answer.status === 400 || answer.status === 401) { tell(form.dataset.signedOut, true); return false; }
  if (!answer.ok) return refused(answer.status, told);
  revision.value = told.revision;
  saved = now;
  touched = true;
  wait = PAUSE;
  conflict = false;
  compare.hidden = true;
  settled = told.saved;
  if (dirty()) { tell(form.dataset.waiting); plan(PAUSE); keep(); } else { tell(settled); forget(); }
  await refresh();
  return true;
}

function again() {
  keep();
  tell(form.dataset.retrying);
  plan(wait);
  wait = Math.min(wait * 2, LONGEST_WAIT);
  return false;
}

function refused(status, problem) {
  keep();
  conflict = status === 409;
  compare.hidden = !conflict;
  tell(conflict ? `${problem.detail} ${form.dataset.kept}` : problem.detail, true);
  return false;
}

async function fresh() {
  try {
    const answer = await fetch(form.action, { headers: { Accept: "text/html" } });
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch { return null; }
}

// Who signed in again in another tab has another token there.
async function newToken() {
  const token = (await fresh())?.querySelector('[data-rte] [name="csrf_token"]')?.value;
  if (!token || token === field("csrf_token").value) return false;
  field("csrf_token").value = token;
  return true;
}

// What stands around the text is the server's word: checks, versions, outline, the buttons that a draft brings.
async function refresh() {
  const page = await fresh();
  if (!page) return;
  for (const old of document.querySelectorAll("[data-fresh]")) {
    const piece = page.getElementById(old.id);
    if (old.contains(document.activeElement) || $("dialog[open]", old)) continue;
    if (piece) old.replaceWith(document.adoptNode(piece)); else old.remove();
  }
}

editor.on("update", changed);
title.addEventListener("input", changed);
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clearTimeout(timer);
  if (!dirty()) { say(state.textContent); return; }
  if (await save()) say(state.textContent);
});
compare.addEventListener("click", () => { area.value = written(); saved = { title: title.value, html: written() }; form.submit(); });

// Nothing typed is lost by leaving: a link waits until it is saved, closing the window asks.
addEventListener("beforeunload", (event) => { if (dirty()) event.preventDefault(); });
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || host.contains(link)) return;
  if (link.hasAttribute("data-discard")) { saved = { title: title.value, html: written() }; forget(); return; }
  if (conflict || link.hash && link.pathname === location.pathname || !dirty()) return; // with a conflict the browser asks
  event.preventDefault();
  await save();
  location.assign(link.href);
});
document.addEventListener("click", (event) => { event.target.closest("[data-close]")?.closest("dialog").close(); });
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") { event.preventDefault(); form.requestSubmit(); }
});

// ---- what is not saved yet is kept in this browser, for each person and text, and offered when she comes back
const KEPT = "unsaved text ", own = KEPT + form.dataset.keep;
let keeping = 0;
const keepSoon = () => { clearTimeout(keeping); keeping = setTimeout(keep, 400); };
function keep() {
  clearTimeout(keeping);
  if (!dirty()) { forget(); return; }
  try { localStorage.setItem(own, JSON.stringify({ revision: revision.value, title: title.value, html: written(), at: Date.now() })); } catch { /* no room, or not allowed: saving goes on */ }
}
function forget() {
  clearTimeout(keeping);
  try { localStorage.removeItem(own); } catch { /* not allowed */ }
}
function readKept() {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(KEPT) && !(JSON.parse(localStorage.getItem(key))?.at > Date.now() - KEPT_DAYS * 864e5)) localStorage.removeItem(key);
    return JSON.parse(localStorage.getItem(own));
  } catch { return null; }
}
function offer() {
  const kept = saved && readKept(), note = $("#studio-kept");
  if (!kept || typeof kept.html !== "string") return;
  if (kept.title === title.value && (kept.html === area.value || kept.html === original.editor)) { forget(); return; }
  const older = kept.revision !== revision.value;
  const moment = new Date(kept.at).toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
  $("p", note).textContent = [note.dataset.words.replace("%", moment), older ? note.dataset.older : ""].join(" ").trim();
  note.hidden = false;
  $("[data-restore]", note).addEventListener("click", () => {
    note.hidden = true;
    title.value = kept.title;
    revision.value = kept.revision; // of the text it was written on: whoever saved since is asked about, not overwritten
    editor.commands.setContent(kept.html);
    changed();
    say(note.dataset.restored);
    editor.commands.focus();
  });
  $("[data-throw-away]", note).addEventListener("click", () => { note.hidden = true; forget(); editor.commands.focus(); });
}
addEventListener("pagehide", () => { if (dirty()) keep(); });

// ---- who else is here
const here = $("#studio-here");
async function sign() {
  if (document.visibilityState !== "visible") return;
  const data = new FormData();
  data.set("csrf_token", field("csrf_token").value);
  try {
    const answer = await fetch(form.dataset.here, { method: "POST", body: data, headers: { Accept: "application/json" } });
    const { others } = answer.ok ? await answer.json() : {};
    if (others === undefined || $("p", here).textContent === others) return;
    here.hidden = !others;
    $("p", here).textContent = others;
  } catch { /* the next sign may come through */ }
}
setInterval(sign, SIGN_OF_LIFE);
document.addEventListener("visibilitychange", sign);
addEventListener("pagehide", () => {
  const data = new FormData();
  data.set("csrf_token", field("csrf_token").value);
  data.set("gone", "1");
  navigator.sendBeacon(form.dataset.here, data);
});

tools({ editor, form, bar, host });
host.addEventListener("pictures-left", () => say(form.dataset.picturesLeft));
offer();

// On phones outline, checks and history begin folded; they follow the text.
if (matchMedia("(max-width: 61.99rem)").matches) for (const fold of document.querySelectorAll("details.fold")) fold.open = false;
document.documentElement.dataset.studio = "ready";
