// The lesson editor in the studio: the rich text editor in the place of the textarea, its toolbar, and saving by itself.
// Without this file the page is a form with a textarea, and everything on it works.
import { say } from "./app.js";

const $ = (selector, root = document) => root.querySelector(selector);
const form = $("[data-rte]");
const PAUSE = 5000, LONGEST_WAIT = 60000;

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
let timer = 0, wait = PAUSE, running = null, conflict = "hold" in form.dataset;
const dirty = () => !saved || saved.title !== title.value || saved.html !== written();
const tell = (words, loud = false) => { if (state.textContent !== words) state.textContent = words; if (loud) say(words); };

const plan = (after) => { clearTimeout(timer); timer = setTimeout(save, after); };
const changed = () => {
  if (!dirty()) return;
  if (!conflict) { tell(form.dataset.waiting); plan(PAUSE); }
};

async function save() {
  clearTimeout(timer);
  if (running) { await running; return dirty() ? save() : true; }
  if (!dirty()) return true;
  if (!title.value.trim()) { tell(form.dataset.untitled); return false; }
  running = send().finally(() => { running = null; });
  return running;
}

async function send() {
  const now = { title: title.value, html: written() };
  area.value = now.html;
  tell(form.dataset.saving);
  let answer, told;
  try {
    answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json", "X-CSRFToken": field("csrf_token").value } });
    told = /json/.test(answer.headers.get("Content-Type") || "") ? await answer.json() : null;
  } catch { answer = null; }
  if (!answer || answer.status >= 500 || answer.status === 429) return again();
  if (!told) { tell(form.dataset.signedOut, true); return false; }
  if (!answer.ok) return refused(answer.status, told);
  revision.value = told.revision;
  saved = now;
  wait = PAUSE;
  conflict = false;
  compare.hidden = true;
  if (dirty()) { tell(form.dataset.waiting); plan(PAUSE); } else tell(told.saved);
  await refresh();
  return true;
}

function again() {
  tell(form.dataset.retrying);
  plan(wait);
  wait = Math.min(wait * 2, LONGEST_WAIT);
  return false;
}

function refused(status, problem) {
  conflict = status === 409;
  compare.hidden = !conflict;
  tell(conflict ? `${problem.detail} ${form.dataset.kept}` : problem.detail, true);
  return false;
}

// What stands around the text is the server's word: checks, versions, outline, the buttons that a draft brings.
async function refresh() {
  let page;
  try {
    const answer = await fetch(form.action, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch { return; }
  for (const old of document.querySelectorAll("[data-fresh]")) {
    const fresh = page.getElementById(old.id);
    if (old.contains(document.activeElement) || $("dialog[open]", old)) continue;
    if (fresh) old.replaceWith(document.adoptNode(fresh)); else old.remove();
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
  const opener = event.target.closest("[data-publish]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || host.contains(link)) return;
  if (link.hasAttribute("data-discard")) { saved = { title: title.value, html: written() }; return; }
  if (!opener && (!dirty() || link.hash && link.pathname === location.pathname)) return;
  if (conflict && !opener) return; // the browser asks
  event.preventDefault();
  const kept = !dirty() || !conflict && await save();
  const dialog = opener && document.getElementById("publish-dialog");
  if (!dialog) location.assign(link.href);
  else if (kept) dialog.showModal();
  else say(state.textContent);
});
document.addEventListener("click", (event) => { event.target.closest("[data-close]")?.closest("dialog").close(); });
document.addEventListener("submit", (event) => {
  // the answer to "publish" replaces this page: nothing is unsaved at this moment
  if (event.target.closest("#publish-dialog")) clearTimeout(timer);
});

// ---- the toolbar: one tab stop, arrows inside
const run = {
  h2: (c) => c.toggleHeading({ level: 2 }), h3: (c) => c.toggleHeading({ level: 3 }), bold: (c) => c.toggleBold(), italic: (c) => c.toggleItalic(), highlight: (c) => c.toggleHighlight(),
  ul: (c) => c.toggleBulletList(), ol: (c) => c.toggleOrderedList(), quote: (c) => c.toggleBlockquote(), callout: (c) => c.toggleCallout(kind() || "info"),
  table: (c) => c.insertTable({ rows: 3, cols: 2, withHeaderRow: true }), post: (c) => c.insertPost(), check: (c) => c.insertCheck(), undo: (c) => c.undo(), redo: (c) => c.redo(),
  info: (c) => c.updateAttributes("callout", { kind: "info" }), ok: (c) => c.updateAttributes("callout", { kind: "ok" }), careful: (c) => c.updateAttributes("callout", { kind: "careful" }), stop: (c) => c.updateAttributes("callout", { kind: "stop" }),
  row: (c) => c.addRowAfter(), column: (c) => c.addColumnAfter(), "no-row": (c) => c.deleteRow(), "no-column": (c) => c.deleteColumn(),
  choice: (c) => c.addChoice(), "no-choice": (c) => c.removeChoice(), right: (c) => c.setRightChoice(), below: (c) => c.exitBlock(), remove: (c) => c.removeBlock(),
};
const is = {
  h2: ["heading", { level: 2 }], h3: ["heading", { level: 3 }], bold: ["bold"], italic: ["italic"], highlight: ["highlight"], link: ["link"], ul: ["bulletList"], ol: ["orderedList"], quote: ["blockquote"], callout: ["callout"],
  info: ["callout", { kind: "info" }], ok: ["callout", { kind: "ok" }], careful: ["callout", { kind: "careful" }], stop: ["callout", { kind: "stop" }],
};
const kind = () => editor.getAttributes("callout").kind;
const BLOCKS = ["callout", "check", "post", "table", "picture", "film", "codeBlock"];
const buttons = () => [...bar.querySelectorAll("button")].filter((button) => !button.closest("[hidden]"));

const show = () => {
  for (const context of bar.querySelectorAll("[data-in]")) {
    const place = context.dataset.in;
    context.hidden = !(place === "block" ? BLOCKS : [place]).some((name) => editor.isActive(name));
  }
  for (const button of bar.querySelectorAll("[aria-pressed]")) button.setAttribute("aria-pressed", String(editor.isActive(...is[button.dataset.cmd])));
  const shown = buttons();
  const stop = shown.find((button) => button.tabIndex === 0) || shown[0];
  for (const button of bar.querySelectorAll("button")) button.tabIndex = button === stop ? 0 : -1;
};
for (const button of bar.querySelectorAll("button")) button.tabIndex = -1;
editor.on("transaction", show);
show();

const stopAt = (button) => { for (const other of bar.querySelectorAll("button")) other.tabIndex = other === button ? 0 : -1; button.focus(); };
bar.addEventListener("keydown", (event) => {
  const all = buttons(), at = all.indexOf(document.activeElement);
  const back = getComputedStyle(bar).direction === "rtl" ? 1 : -1;
  const next = { ArrowRight: at - back, ArrowLeft: at + back, Home: 0, End: all.length - 1 }[event.key];
  if (event.key === "Escape") { event.preventDefault(); editor.commands.focus(); }
  if (next === undefined || at < 0) return;
  event.preventDefault();
  stopAt(all[(next + all.length) % all.length]);
});
bar.addEventListener("mousedown", (event) => { if (event.target.closest("button")) event.preventDefault(); });
bar.addEventListener("click", (event) => {
  const command = event.target.closest("[data-cmd]")?.dataset.cmd;
  if (command === "link" || command === "picture") ask(command);
  else if (run[command]) run[command](editor.chain().focus()).run();
});
host.addEventListener("keydown", (event) => {
  if (event.altKey && event.key === "F10") { event.preventDefault(); stopAt(buttons().find((button) => button.tabIndex === 0) || buttons()[0]); }
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); ask("link"); }
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") { event.preventDefault(); form.requestSubmit(); }
});

// ---- links and pictures are asked for in a dialog
function ask(what) {
  const dialog = document.getElementById(`${what}-dialog`), fields = $("form", dialog);
  fields?.reset();
  if (what === "link") fields.elements.namedItem("href").value = editor.getAttributes("link").href || "";
  for (const bad of dialog.querySelectorAll("[data-bad]")) bad.hidden = true;
  dialog.showModal();
}
for (const fields of document.querySelectorAll("form[data-for]")) {
  fields.addEventListener("submit", (event) => {
    event.preventDefault();
    const data = Object.fromEntries(new FormData(fields)), act = editor.chain().focus();
    let done = true;
    if (fields.dataset.for === "picture") done = act.insertPicture({ src: data.src, alt: data.alt.trim(), caption: data.caption.trim() }).run();
    else if (event.submitter?.value === "unset") act.extendMarkRange("link").unsetLink().run();
    else done = setLink(data.href.trim());
    const bad = $("[data-bad]", fields);
    if (bad) bad.hidden = done;
    if (done) { fields.closest("dialog").close(); editor.commands.focus(); }
  });
}
function setLink(href) {
  const act = editor.chain().focus().extendMarkRange("link");
  if (editor.state.selection.empty && !editor.isActive("link")) return editor.can().setLink({ href }) && editor.chain().focus().insertContent({ type: "text", text: href, marks: [{ type: "link", attrs: { href } }] }).run();
  return act.setLink({ href }).run();
}

// On phones outline, checks and history begin folded; they follow the text.
if (matchMedia("(max-width: 61.99rem)").matches) for (const fold of document.querySelectorAll("details.fold")) fold.open = false;
document.documentElement.dataset.studio = "ready";
