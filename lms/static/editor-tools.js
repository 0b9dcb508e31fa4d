// The tools of the lesson editor: one tab stop above the text, and the dialogs that ask for links, clauses, pictures and films.
import { say } from "./app.js";

const $ = (selector, root = document) => root.querySelector(selector);

const RUN = {
  h2: (c) => c.toggleHeading({ level: 2 }), h3: (c) => c.toggleHeading({ level: 3 }), bold: (c) => c.toggleBold(), italic: (c) => c.toggleItalic(), highlight: (c) => c.toggleHighlight(), code: (c) => c.toggleCode(),
  ul: (c) => c.toggleBulletList(), ol: (c) => c.toggleOrderedList(), quote: (c) => c.toggleBlockquote(), callout: (c, kind) => c.toggleCallout(kind || "info"), codeblock: (c) => c.toggleCodeBlock(),
  table: (c) => c.insertTable({ rows: 3, cols: 2, withHeaderRow: true }), post: (c) => c.insertPost(), check: (c) => c.insertCheck(), undo: (c) => c.undo(), redo: (c) => c.redo(),
  info: (c) => c.updateAttributes("callout", { kind: "info" }), ok: (c) => c.updateAttributes("callout", { kind: "ok" }), careful: (c) => c.updateAttributes("callout", { kind: "careful" }), stop: (c) => c.updateAttributes("callout", { kind: "stop" }),
  row: (c) => c.addRowAfter(), column: (c) => c.addColumnAfter(), "no-row": (c) => c.deleteRow(), "no-column": (c) => c.deleteColumn(), "head-row": (c) => c.toggleHeaderRow(), "head-column": (c) => c.toggleHeaderColumn(),
  choice: (c) => c.addChoice(), "no-choice": (c) => c.removeChoice(), right: (c) => c.setRightChoice(), below: (c) => c.exitBlock(), remove: (c) => c.removeBlock(),
};
const IS = {
  h2: ["heading", { level: 2 }], h3: ["heading", { level: 3 }], bold: ["bold"], italic: ["italic"], highlight: ["highlight"], code: ["code"], link: ["link"], clause: ["link", { class: "clause" }], ul: ["bulletList"], ol: ["orderedList"], quote: ["blockquote"], callout: ["callout"], codeblock: ["codeBlock"],
  info: ["callout", { kind: "info" }], ok: ["callout", { kind: "ok" }], careful: ["callout", { kind: "careful" }], stop: ["callout", { kind: "stop" }],
};
const BLOCKS = ["callout", "check", "post", "table", "picture", "film", "codeBlock"];
const DIALOGS = ["link", "clause", "picture", "film"];

export function tools({ editor, form, bar, host }) {
  toolbar(editor, bar, host, (what) => ask(editor, what));
  const libraries = [...document.querySelectorAll("[data-media-kind]")].map((box) => library(box, form, editor));
  for (const fields of document.querySelectorAll("form[data-for]")) answers(editor, fields);
  host.addEventListener("drop", (event) => take(event, event.dataTransfer), true);
  host.addEventListener("paste", (event) => { if (!event.clipboardData?.getData("text/plain").trim() && !/<(p|table|li|h\d)\b/i.test(event.clipboardData?.getData("text/html") || "")) take(event, event.clipboardData); }, true);

  // A picture file that is dropped or pasted is uploaded, and asked about like any other.
  function take(event, data) {
    const file = [...(data?.files || [])].find((one) => one.type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    const at = event.type === "drop" && editor.view.posAtCoords({ left: event.clientX, top: event.clientY });
    if (at) editor.commands.setTextSelection(at.pos);
    ask(editor, "picture");
    libraries.find((one) => one.kind === "picture").send(file);
  }
}

// ---- the toolbar: one tab stop, arrows inside
function toolbar(editor, bar, host, ask) {
  const buttons = () => [...bar.querySelectorAll("button")].filter((button) => !button.closest("[hidden]"));
  const stopAt = (button) => { for (const other of bar.querySelectorAll("button")) other.tabIndex = other === button ? 0 : -1; button.focus(); };
  const show = () => {
    for (const context of bar.querySelectorAll("[data-in]")) {
      const place = context.dataset.in;
      context.hidden = !(place === "block" ? BLOCKS : [place]).some((name) => editor.isActive(name));
    }
    const heads = headers(editor);
    for (const button of bar.querySelectorAll("[aria-pressed]")) button.setAttribute("aria-pressed", String(heads[button.dataset.cmd] ?? editor.isActive(...IS[button.dataset.cmd])));
    const shown = buttons();
    const stop = shown.find((button) => button.tabIndex === 0) || shown[0];
    for (const button of bar.querySelectorAll("button")) button.tabIndex = button === stop ? 0 : -1;
  };
  for (const button of bar.querySelectorAll("button")) button.tabIndex = -1;
  editor.on("transaction", show);
  show();

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
    if (DIALOGS.includes(command)) ask(command);
    else if (RUN[command]) {
      editor.view.focus(); // at once: a tool that hides itself would leave the keyboard nowhere until the next frame
      RUN[command](editor.chain().focus(), editor.getAttributes("callout").kind).run();
    }
  });
  host.addEventListener("keydown", (event) => {
    if (event.altKey && event.key === "F10") { event.preventDefault(); stopAt(buttons().find((button) => button.tabIndex === 0) || buttons()[0]); }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); ask("link"); }
  });
}

// Which sides of the table around the caret are header cells.
function headers(editor) {
  const { $from } = editor.state.selection;
  for (let depth = $from.depth; depth > 0; depth--) {
    const table = $from.node(depth);
    if (table.type.name !== "table") continue;
    const rows = [...Array(table.childCount).keys()].map((place) => table.child(place));
    const all = (cells) => cells.every((cell) => cell?.type.name === "tableHeader");
    return { "head-row": all([...Array(rows[0].childCount).keys()].map((place) => rows[0].child(place))), "head-column": all(rows.map((row) => row.firstChild)) };
  }
  return { "head-row": false, "head-column": false };
}

// ---- what the dialogs ask
function ask(editor, what) {
  const dialog = document.getElementById(`${what}-dialog`), fields = $("form", dialog);
  fields?.reset();
  for (const bad of dialog.querySelectorAll("[data-bad], [data-refused]")) bad.hidden = true;
  if (what === "link") fields.elements.namedItem("href").value = editor.getAttributes("link").href || "";
  const picture = what === "picture" && editor.isActive("picture") ? editor.getAttributes("picture") : null;
  if (what === "picture") {
    fields.elements.namedItem("alt").value = picture?.alt || "";
    fields.elements.namedItem("caption").closest("label").hidden = Boolean(picture);
  }
  dialog.dispatchEvent(new CustomEvent("asked", { detail: picture }));
  dialog.showModal();
}

function answers(editor, fields) {
  const put = { link: setLink, clause: cite, picture: putPicture, film: putFilm }[fields.dataset.for];
  fields.addEventListener("submit", (event) => {
    event.preventDefault();
    const done = put(editor, fields, event.submitter?.value);
    const bad = $("[data-bad]", fields);
    if (bad) bad.hidden = done;
    if (done) { fields.closest("dialog").close(); editor.commands.focus(); }
  });
}

function setLink(editor, fields, deed) {
  const href = fields.elements.namedItem("href").value.trim(), act = editor.chain().focus().extendMarkRange("link");
  if (deed === "unset") return act.unsetLink().run();
  return linked(editor, href, { href });
}

function cite(editor, fields) {
  const code = fields.elements.namedItem("code").value;
  return linked(editor, code, { href: `/guidelines/how-we-speak#${code}`, class: "clause" });
}

function linked(editor, words, attrs) {
  if (editor.state.selection.empty && !editor.isActive("link")) return editor.can().setLink(attrs) && editor.chain().focus().insertContent({ type: "text", text: words, marks: [{ type: "link", attrs }] }).run();
  return editor.chain().focus().extendMarkRange("link").setLink(attrs).run();
}

function putPicture(editor, fields) {
  const item = fields.chosen?.(), words = (name) => fields.elements.namedItem(name).value.trim();
  if (!item) return false;
  const attrs = { src: item.address, alt: words("alt"), width: item.width || null, height: item.height || null };
  if (editor.isActive("picture")) return editor.chain().focus().updateAttributes("picture", attrs).run();
  return editor.chain().focus().insertPicture({ ...attrs, caption: words("caption") }).run();
}

const TYPES = { mp4: "video/mp4", webm: "video/webm" };
function putFilm(editor, fields) {
  const item = fields.chosen?.();
  if (!item) return false;
  const make = (name, attributes = {}, ...children) => { const x = document.implementation.createHTMLDocument("").createElement(name); for (const [key, value] of Object.entries(attributes)) x.setAttribute(key, value); x.append(...children); return x; };
  const title = fields.elements.namedItem("title").value.trim(), said = fields.elements.namedItem("transcript");
  const tracks = [...fields.querySelectorAll("[data-captions]")].filter((one) => one.value).map((one) => make("track", { kind: "captions", srclang: one.dataset.captions, label: one.dataset.label, src: one.value }));
  const video = make("video", { controls: "", preload: "none", width: item.width || 960, height: item.height || 540, "aria-label": title }, make("source", { src: item.address, type: TYPES[item.address.split(".").pop()] || "video/mp4" }), ...tracks);
  const lines = said.value.split(/\n+/).map((line) => line.trim()).filter(Boolean).map((line) => make("p", {}, line));
  const caption = lines.length ? make("details", {}, make("summary", {}, make("strong", {}, title), `. ${said.dataset.invitation}`), ...lines) : make("strong", {}, title);
  return editor.chain().focus().insertFilm(make("figure", { class: "film" }, video, make("figcaption", {}, caption)).outerHTML).run();
}

// ---- the media library in a dialog: search, choose, or upload
function library(box, form, editor) {
  const kind = box.dataset.mediaKind, dialog = box.closest("dialog"), fields = box.closest("form");
  const list = $("[data-results]", box), found = $("[data-found]", box), search = $("[data-search]", box), input = $("[data-upload]", box), progress = $("[data-progress]", box), bad = $("[data-refused]", box);
  const language = $("#studio-text").lang, alt = fields.elements.namedItem("alt") || fields.elements.namedItem("title");
  let items = [], asked = 0, timer = 0, offered = "";

  const said = (item) => (typeof item.alt === "string" ? item.alt : item.alt?.[language]) || (kind === "film" ? item.title || item.name || "" : "");
  const choose = (item) => { if (!alt.value.trim() || alt.value === offered) alt.value = offered = said(item); };
  fields.chosen = () => items[Number($("input:checked", list)?.value ?? -1)];

  function row(item, place, chosen) {
    const label = document.createElement("label"), radio = document.createElement("input"), name = document.createElement("span");
    label.className = "pick-one"; radio.type = "radio"; radio.name = `chosen-${kind}`; radio.value = place; radio.checked = chosen;
    name.textContent = item.title || item.name || item.address.split("/").pop();
    label.append(radio);
    if (kind === "picture") { const picture = document.createElement("img"); picture.src = item.address; picture.alt = ""; picture.loading = "lazy"; label.append(picture); }
    label.append(name);
    return label;
  }
  const show = (chosen = -1) => list.replaceChildren(...items.map((item, place) => row(item, place, place === chosen)));

  async function look(now) {
    const mine = ++asked;
    try {
      const answer = await fetch(`${form.dataset.pick}?kind=${kind}&q=${encodeURIComponent(search.value.trim())}`, { headers: { Accept: "application/json" } });
      const told = await answer.json();
      if (mine !== asked) return;
      items = Array.isArray(told) ? told : [];
      if (!answer.ok) throw new Error(String(answer.status));
      if (now && !items.some((item) => item.address === now.address)) items.unshift(now);
      show(now ? items.findIndex((item) => item.address === now.address) : -1);
      found.textContent = items.length ? found.dataset.some.replace("%", items.length) : found.dataset.none;
    } catch { if (mine === asked) found.textContent = found.dataset.failed; }
  }

  async function captions() {
    for (const select of fields.querySelectorAll("[data-captions]")) {
      try {
        const told = await (await fetch(`${form.dataset.pick}?kind=captions&q=`, { headers: { Accept: "application/json" } })).json();
        select.replaceChildren(select.options[0], ...told.map((item) => new Option(item.title || item.name, item.address)));
      } catch { /* none to choose from */ }
    }
  }

  async function send(file) {
    bad.hidden = true;
    progress.hidden = false;
    progress.value = 0;
    try {
      const { upload } = await import("./upload.js");
      const item = await upload(file, { progress: (share) => { progress.value = share; }, token: form.elements.namedItem("csrf_token").value });
      asked++; // what is still being looked up would take its place
      items.unshift(item);
      show(0);
      choose(item);
      found.textContent = item.name || item.title || "";
      say(found.textContent);
      alt.focus();
    } catch (error) { bad.textContent = error.message || found.dataset.failed; bad.hidden = false; }
    progress.hidden = true;
    input.value = "";
  }

  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 250); });
  search.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); look(); } });
  list.addEventListener("change", () => { const item = fields.chosen(); if (item) choose(item); });
  input.addEventListener("change", () => { if (input.files[0]) send(input.files[0]); });
  dialog.addEventListener("asked", (event) => {
    offered = "";
    const now = event.detail && { address: event.detail.src, title: event.detail.src.split("/").pop(), width: event.detail.width, height: event.detail.height, alt: event.detail.alt };
    items = [];
    look(now);
    captions();
  });
  return { kind, send };
}


