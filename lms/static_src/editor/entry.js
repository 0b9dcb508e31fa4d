// The authoring editor. `node build.mjs` bundles it to ../../static/editor.bundle.js; pages call window.tip(element, html).
// HTML in, the same HTML out: own nodes for callouts, posts, knowledge checks, films and pictures. Nothing here adds a style.
import { Editor, Extension, Mark, Node, commands as core, mergeAttributes } from "@tiptap/core";
import { DOMParser as PMParser } from "@tiptap/pm/model";
import { Plugin, Selection, TextSelection } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";
import Document from "@tiptap/extension-document";
import Paragraph from "@tiptap/extension-paragraph";
import Text from "@tiptap/extension-text";
import Bold from "@tiptap/extension-bold";
import Italic from "@tiptap/extension-italic";
import Code from "@tiptap/extension-code";
import CodeBlock from "@tiptap/extension-code-block";
import HardBreak from "@tiptap/extension-hard-break";
import Heading from "@tiptap/extension-heading";
import HorizontalRule from "@tiptap/extension-horizontal-rule";
import Blockquote from "@tiptap/extension-blockquote";
import { BulletList } from "@tiptap/extension-list/bullet-list";
import { ListItem } from "@tiptap/extension-list/item";
import { OrderedList } from "@tiptap/extension-list/ordered-list";
import { Gapcursor } from "@tiptap/extensions/gap-cursor";
import { TrailingNode } from "@tiptap/extensions/trailing-node";
import { UndoRedo } from "@tiptap/extensions/undo-redo";
import { Table } from "@tiptap/extension-table/table";
import { TableCell } from "@tiptap/extension-table/cell";
import { TableHeader } from "@tiptap/extension-table/header";
import { TableRow } from "@tiptap/extension-table/row";

const KINDS = ["info", "ok", "careful", "stop"];

const WORDS = {
  en: { calloutTitle: "Title", post: "Name · place · time", postText: "What they write", question: "The question", choice: "A choice", why: "What we say to those who choose this", right: "This is the right choice", caption: "Caption", film: "Film" },
  nl: { calloutTitle: "Titel", post: "Naam · plaats · tijdstip", postText: "Wat iemand schrijft", question: "De vraag", choice: "Een keuze", why: "Wat we zeggen aan wie dit kiest", right: "Dit is de juiste keuze", caption: "Bijschrift", film: "Film" },
  fr: { calloutTitle: "Titre", post: "Nom · lieu · heure", postText: "Ce que la personne écrit", question: "La question", choice: "Un choix", why: "Ce que nous disons à qui choisit cela", right: "C’est le bon choix", caption: "Légende", film: "Film" },
};

// http, https, mailto and relative addresses; the browser's own parser decides, so no spelling of javascript: gets by.
const allowed = (href) => {
  try { return ["http:", "https:", "mailto:"].includes(new URL(href, "https://relative.invalid/").protocol); } catch { return false; }
};
// HTML is read in a document that loads and runs nothing. Style and on… attributes go before the browser sees (and reports) them; a paste keeps style as data-style for a moment.
const parse = (html, style = "") => {
  const doc = document.implementation.createHTMLDocument("");
  doc.body.innerHTML = html.replace(/<[a-z](?:"[^"]*"|'[^']*'|[^'">])*>/gi, (tag) => tag.replace(/\s([^\s=>"'/]+)(\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']+))?/g, (m, name, value = "") => (/^on/i.test(name) ? "" : /^style$/i.test(name) ? style && ` ${style}${value}` : m)));
  return doc.body;
};
// What a word processor or a page brings: its form is left behind, its meaning kept. What the editor itself copied stays as it is.
const cut = (html, ...names) => names.reduce((text, name) => {
  const start = new RegExp(`<${name}\\b[^<>]*>`, "gi"), end = new RegExp(`</${name}\\s*>`, "gi"), parts = [];
  let at = 0;
  for (let from; (start.lastIndex = at, from = start.exec(text)); ) {
    end.lastIndex = start.lastIndex;
    if (!end.exec(text)) break;
    parts.push(text.slice(at, from.index));
    at = end.lastIndex;
  }
  return parts.join("") + text.slice(at);
}, html);
const renamed = (el, name) => { const x = el.ownerDocument.createElement(name); x.append(...el.childNodes); el.replaceWith(x); return x; };
const blank = (el) => !el.textContent.replace(/[\s\u00a0\u200b\ufeff]+/g, "") && !el.querySelector("img");
// Word writes lists as paragraphs that carry their level in style and their mark in a span.
const wordLists = (body) => {
  let open = [];
  for (const item of body.querySelectorAll('p[data-style*="mso-list"], h1[data-style*="mso-list"], h2[data-style*="mso-list"], h3[data-style*="mso-list"]')) {
    const level = Number(/mso-list:[^;]*level(\d+)/i.exec(item.dataset.style)?.[1]);
    const mark = [...item.querySelectorAll("[data-style]")].find((x) => /mso-list:\s*ignore/i.test(x.dataset.style));
    const ordered = /^\W?(\d+|[a-z]+)[.)]/i.test(mark?.textContent.trim() || "");
    mark?.remove();
    if (!level || item.localName !== "p") continue;
    if (open.length && item.previousElementSibling !== open[0].list) open = [];
    while (open.length && open.at(-1).level > level) open.pop();
    if (!open.length || open.at(-1).level < level) {
      const list = body.ownerDocument.createElement(ordered ? "ol" : "ul");
      if (open.length) open.at(-1).list.lastElementChild.append(list); else item.before(list);
      open.push({ level, list });
    }
    const li = body.ownerDocument.createElement("li"), line = body.ownerDocument.createElement("p");
    line.append(...item.childNodes); li.append(line);
    open.at(-1).list.append(li);
    item.remove();
  }
};
const wordStyle = (body) => {
  for (const el of [...body.querySelectorAll("[data-style]")].reverse()) {
    const css = el.dataset.style; delete el.dataset.style;
    if (/^(b|strong)$/.test(el.localName) && /font-weight:\s*(normal|[1-4]00)/.test(css)) { el.replaceWith(...el.childNodes); continue; }
    if (el.localName !== "span") continue;
    for (const [test, name] of [[/font-weight:\s*(bold|[6-9]00)/, "strong"], [/font-style:\s*italic/, "em"]]) if (test.test(css) && !el.closest(name)) { const x = body.ownerDocument.createElement(name); x.append(...el.childNodes); el.append(x); }
  }
};
const OWN_CLASS = /^(callout|post|check|film|picture|clause|source)\b/;
const cleanPaste = (html, left) => {
  if (/data-pm-slice/.test(html)) return parse(html).innerHTML;
  const body = parse(cut(html, "style", "script", "xml", "title"), "data-style");
  for (const el of body.querySelectorAll("meta, link, title, base, template, iframe, object, embed, form > button, input, select, textarea")) el.remove();
  for (const el of body.querySelectorAll("*")) if (el.localName.includes(":")) { if (blank(el)) el.remove(); else el.replaceWith(...el.childNodes); }
  wordLists(body);
  for (const el of body.querySelectorAll("p.MsoTitle")) renamed(el, "h1");
  wordStyle(body);
  for (const el of body.querySelectorAll("[class]")) if (!OWN_CLASS.test(el.className)) el.removeAttribute("class");
  const levels = body.querySelector("h1") ? { h1: "h2", h2: "h3" } : {};
  for (const el of body.querySelectorAll("h1, h2, h3, h4, h5, h6")) { const name = levels[el.localName] || (/h[12]/.test(el.localName) ? "h2" : "h3"); if (blank(el)) el.remove(); else if (name !== el.localName) renamed(el, name); }
  const foreign = [...body.querySelectorAll("img")].filter((img) => !/^\/media\//.test(img.getAttribute("src") || ""));
  for (const img of foreign) img.remove();
  if (foreign.length) left?.(foreign.length);
  for (const el of [...body.querySelectorAll("p, div")].reverse()) if (blank(el) && !el.querySelector("table, ul, ol, hr") && !el.closest("td, th, li, section.check")) el.remove();
  for (const row of body.querySelectorAll("table tr:first-child")) {
    if (row.closest("table").querySelector("th") || row.closest("table").rows.length < 2) continue;
    if ([...row.cells].every((td) => !blank(td) && [...td.querySelectorAll("strong, b")].map((x) => x.textContent).join("").trim() === td.textContent.trim())) for (const td of [...row.cells]) { for (const bold of td.querySelectorAll("strong, b")) bold.replaceWith(...bold.childNodes); renamed(td, "th"); }
  }
  return body.innerHTML;
};
const kept = (...names) => Object.fromEntries(names.map((n) => [n, { default: null }]));
const within = ($pos, ...names) => { for (let d = $pos.depth; d > 0; d--) if (names.includes($pos.node(d).type.name)) return d; return 0; };
const p = (type, text) => ({ type, content: text ? [{ type: "text", text }] : undefined });
const caret = (tr, pos) => tr.setSelection(Selection.near(tr.doc.resolve(pos), 1)).scrollIntoView();

// A new block never splits a sentence: it takes the place of the empty paragraph with the caret, or stands after the current top-level block.
const insertBlock = (json) => ({ state, tr, dispatch }) => {
  const node = state.schema.nodeFromJSON(json), { $to } = tr.selection;
  const block = $to.depth ? $to.node(1) : null;
  const empty = block && block.type.name === "paragraph" && !block.content.size;
  const from = block ? (empty ? $to.before(1) : $to.after(1)) : tr.selection.to;
  if (dispatch) { tr.replaceWith(from, empty ? $to.after(1) : from, node); caret(tr, from + 1); }
  return true;
};

const Link = Mark.create({
  name: "link", priority: 1000, inclusive: false, exitable: true,
  addAttributes() { return kept("href", "class", "title", "lang", "hreflang", "rel", "target"); },
  parseHTML() { return [{ tag: "a[href]", getAttrs: (a) => (allowed(a.getAttribute("href")) ? null : false) }]; },
  renderHTML({ HTMLAttributes }) { return ["a", allowed(HTMLAttributes.href) ? HTMLAttributes : { ...HTMLAttributes, href: "" }, 0]; },
  addCommands() {
    return {
      setLink: (attrs) => ({ chain }) => allowed(attrs.href) && chain().setMark("link", attrs).run(),
      toggleLink: (attrs) => ({ chain }) => (!attrs || allowed(attrs.href)) && chain().toggleMark("link", attrs, { extendEmptyMarkRange: true }).run(),
      unsetLink: () => ({ chain }) => chain().unsetMark("link", { extendEmptyMarkRange: true }).run(),
    };
  },
  // A web address pasted over selected words makes them a link. Typing never does.
  addProseMirrorPlugins() {
    const { editor } = this;
    return [new Plugin({ props: { handlePaste: (view, event) => {
      const text = (event.clipboardData?.getData("text/plain") || "").trim();
      return !view.state.selection.empty && /^https?:\/\/\S+$/i.test(text) && allowed(text) && editor.commands.setLink({ href: text });
    } } })];
  },
});

const Highlight = Mark.create({
  name: "highlight", priority: 900,
  parseHTML() { return [{ tag: "mark" }]; },
  renderHTML() { return ["mark", 0]; },
  addCommands() { return { toggleHighlight: () => ({ commands }) => commands.toggleMark("highlight") }; },
  addKeyboardShortcuts() { return { "Mod-Shift-h": () => this.editor.commands.toggleHighlight() }; },
});

// A line with a role: <p class="…">, known only inside its parent; elsewhere it is an ordinary paragraph.
const line = (name, cls, context) => Node.create({
  name, content: "inline*", defining: true,
  parseHTML() { return context.split(" ").map((c) => ({ tag: `p.${cls}`, context: `${c}/`, priority: 60 })); },
  renderHTML() { return ["p", { class: cls }, 0]; },
});
const CalloutTitle = line("calloutTitle", "callout-title", "callout");
const PostBy = line("postBy", "post-by", "post");
const CheckQuestion = line("checkQuestion", "check-q", "check");
const CheckWhy = line("checkWhy", "check-why", "checkChoice");

const Callout = Node.create({
  name: "callout", group: "block", content: "(calloutTitle block*) | block+", defining: true,
  addAttributes() {
    return { kind: { default: "info", parseHTML: (el) => KINDS.find((k) => el.classList.contains(`callout-${k}`)) || "info", renderHTML: ({ kind }) => ({ class: `callout callout-${kind}` }) } };
  },
  parseHTML() { return [{ tag: "aside.callout" }]; },
  renderHTML({ HTMLAttributes }) { return ["aside", HTMLAttributes, 0]; },
  addCommands() {
    const unwrap = ({ state, tr, dispatch }) => {
      const d = within(tr.selection.$from, "callout");
      if (!d) return false;
      const { $from } = tr.selection, node = $from.node(d), from = $from.before(d), at = tr.selection.from, blocks = [];
      node.forEach((c) => blocks.push(c.type.name === "calloutTitle" ? state.schema.nodes.paragraph.create(null, c.content) : c));
      if (dispatch) { tr.replaceWith(from, from + node.nodeSize, blocks); tr.setSelection(TextSelection.near(tr.doc.resolve(at - 1))); }
      return true;
    };
    return {
      // Off → on with this kind; on with another kind → change; on with this kind → off.
      toggleCallout: (kind = "info") => ({ state, tr, commands }) => {
        if (!KINDS.includes(kind)) return false;
        const { $from } = state.selection, d = within($from, "callout");
        if (d) return $from.node(d).attrs.kind === kind ? commands.command(unwrap) : commands.updateAttributes("callout", { kind });
        if ($from.parent.type.name === "paragraph" && !$from.parent.content.size && $from.depth === 1) return commands.command(insertBlock({ type: "callout", attrs: { kind }, content: [p("calloutTitle"), p("paragraph")] }));
        return commands.wrapIn("callout", { kind });
      },
      // The first paragraph of the callout becomes its title, and back.
      toggleCalloutTitle: () => ({ state, tr, dispatch }) => {
        const { $from } = tr.selection, d = within($from, "callout");
        if (!d) return false;
        const first = $from.node(d).firstChild, { calloutTitle, paragraph } = state.schema.nodes;
        if (first.type !== calloutTitle && first.type !== paragraph) return false;
        if (dispatch) tr.setNodeMarkup($from.start(d), first.type === paragraph ? calloutTitle : paragraph);
        return true;
      },
    };
  },
});

const Post = Node.create({
  name: "post", group: "block", content: "postBy? block+", defining: true,
  parseHTML() { return [{ tag: "blockquote.post", priority: 60 }]; },
  renderHTML() { return ["blockquote", { class: "post" }, 0]; },
  addCommands() { return { insertPost: (by = "", text = "") => ({ commands }) => commands.command(insertBlock({ type: "post", content: [p("postBy", by), p("paragraph", text)] })) }; },
});

const choice = (right) => ({ type: "checkChoice", attrs: { right }, content: [p("paragraph"), p("checkWhy")] });
const Check = Node.create({
  name: "check", group: "block", content: "checkQuestion checkChoices", defining: true, isolating: true,
  parseHTML() { return [{ tag: "section.check", priority: 60 }]; },
  renderHTML() { return ["section", { class: "check" }, 0]; },
  addCommands() {
    return {
      insertCheck: () => ({ commands }) => commands.command(insertBlock({ type: "check", content: [p("checkQuestion"), { type: "checkChoices", content: [choice(true), choice(false), choice(false)] }] })),
      // One choice is right: this one (or the one with the caret); the others of the same check are not.
      setRightChoice: (pos) => ({ tr, dispatch }) => {
        const $p = pos === undefined ? tr.selection.$from : tr.doc.resolve(pos + 1), d = within($p, "checkChoices");
        if (!d) return false;
        const start = $p.start(d), me = $p.index(d);
        if (dispatch) $p.node(d).forEach((c, offset, i) => tr.setNodeMarkup(start + offset, null, { ...c.attrs, right: i === me }));
        return true;
      },
      addChoice: () => ({ state, tr, dispatch }) => {
        const d = within(tr.selection.$from, "checkChoice");
        if (!d) return false;
        const at = tr.selection.$from.after(d);
        if (dispatch) { tr.insert(at, state.schema.nodeFromJSON(choice(false))); caret(tr, at + 1); }
        return true;
      },
      removeChoice: () => ({ tr, dispatch }) => {
        const { $from } = tr.selection, d = within($from, "checkChoice");
        if (!d || $from.node(d - 1).childCount < 3) return false; // two choices at least
        if (dispatch) { const at = $from.before(d); tr.delete(at, $from.after(d)); tr.setSelection(Selection.near(tr.doc.resolve(at), -1)); }
        return true;
      },
    };
  },
});
const CheckChoices = Node.create({
  name: "checkChoices", content: "checkChoice+",
  parseHTML() { return [{ tag: "ul.check-choices", context: "check/", priority: 70 }]; },
  renderHTML() { return ["ul", { class: "check-choices" }, 0]; },
});
const CheckChoice = Node.create({
  name: "checkChoice", content: "paragraph+ checkWhy?", defining: true, isolating: true,
  addAttributes() { return { right: { default: false, parseHTML: (el) => el.dataset.right === "true", renderHTML: ({ right }) => ({ "data-right": String(right) }) } }; },
  parseHTML() { return [{ tag: "li", context: "checkChoices/", priority: 70 }]; },
  renderHTML({ HTMLAttributes }) { return ["li", mergeAttributes({ class: "check-choice" }, HTMLAttributes), 0]; },
  addNodeView() {
    return ({ node, editor, getPos }) => {
      const dom = document.createElement("li"), button = document.createElement("button"), contentDOM = document.createElement("div");
      dom.className = "check-choice"; button.className = "check-right"; button.type = "button"; button.contentEditable = "false"; button.textContent = "✓";
      button.setAttribute("aria-label", editor.storage.words.right);
      button.addEventListener("click", () => editor.commands.setRightChoice(getPos()));
      const show = (n) => { dom.dataset.right = String(n.attrs.right); button.setAttribute("aria-pressed", String(n.attrs.right)); };
      show(node); dom.append(button, contentDOM);
      return { dom, contentDOM, update: (n) => n.type === node.type && (show(n), true), stopEvent: (e) => button.contains(e.target), ignoreMutation: (m) => m.type !== "selection" && !contentDOM.contains(m.target) };
    };
  },
});

// A film keeps its HTML to the letter, less what could run. In the document it is one unit; getHTML() puts the HTML back.
const filmHTML = (el) => {
  const copy = parse(el.outerHTML).firstElementChild;
  for (const x of copy.querySelectorAll("script, style, iframe, object, embed")) x.remove();
  for (const x of [copy, ...copy.querySelectorAll("*")]) for (const a of [...x.attributes]) if (/^(src|href|poster)$/i.test(a.name) && !allowed(a.value)) x.removeAttribute(a.name);
  return copy.outerHTML;
};
const Film = Node.create({
  name: "film", group: "block", atom: true, draggable: true, isolating: true,
  addAttributes() { return { html: { default: "", parseHTML: (el) => (el.dataset.film === undefined ? filmHTML(el) : filmHTML(parse(el.dataset.film).firstElementChild || el)), renderHTML: ({ html }) => ({ "data-film": html }) } }; },
  parseHTML() { return [{ tag: "figure.film", priority: 60 }]; },
  renderHTML({ HTMLAttributes }) { return ["figure", mergeAttributes({ class: "film" }, HTMLAttributes)]; },
  addNodeView() {
    return ({ node, editor }) => {
      const dom = document.createElement("figure"), box = document.createElement("div"), text = document.createElement("div"), b = document.createElement("b"), span = document.createElement("span");
      const film = parse(node.attrs.html), video = film.querySelector("video"), caption = film.querySelector("figcaption");
      const title = caption?.querySelector("strong, b, summary") || caption;
      b.textContent = (title?.textContent || video?.getAttribute("aria-label") || video?.title || editor.storage.words.film).trim().replace(/\s+/g, " ").slice(0, 120);
      span.textContent = [editor.storage.words.film, ...[...film.querySelectorAll("track[label]")].map((t) => t.getAttribute("label"))].join(" · ");
      dom.className = "film"; dom.contentEditable = "false"; box.className = "film-box"; text.append(b, span); box.append(text); dom.append(box);
      return { dom, ignoreMutation: () => true };
    };
  },
  addCommands() { return { insertFilm: (html) => ({ commands }) => { const el = parse(html).querySelector("figure.film"); return !!el && commands.command(insertBlock({ type: "film", attrs: { html: filmHTML(el) } })); } }; },
});

const Image = Node.create({
  name: "image", group: "inline", inline: true, draggable: true,
  addAttributes() { return kept("src", "alt", "title", "width", "height"); },
  parseHTML() { return [{ tag: 'img[src]:not([src^="data:"])' }]; },
  renderHTML({ HTMLAttributes }) { return ["img", HTMLAttributes]; },
  addCommands() { return { setImage: (attrs) => ({ commands }) => !!attrs.src && commands.insertContent({ type: "image", attrs }) }; },
});

const Picture = Node.create({
  name: "picture", group: "block", content: "inline*", draggable: true, isolating: true, defining: true,
  addAttributes() {
    return Object.fromEntries(["src", "alt", "title", "width", "height"].map((n) => [n, { default: null, parseHTML: (el) => el.querySelector("img")?.getAttribute(n) ?? null, rendered: false }]));
  },
  parseHTML() {
    return [{ tag: "figure.picture", priority: 60, getAttrs: (el) => (el.querySelector("img[src]") ? null : false), contentElement: (el) => el.querySelector("figcaption") || document.createElement("figcaption") }];
  },
  renderHTML({ node }) {
    const img = Object.fromEntries(Object.entries(node.attrs).filter(([, v]) => v !== null));
    return ["figure", { class: "picture" }, ["img", img], ["figcaption", 0]];
  },
  addCommands() {
    return { insertPicture: ({ caption, ...attrs }) => ({ commands }) => !!attrs.src && commands.command(insertBlock({ type: "picture", attrs, content: caption ? [{ type: "text", text: caption }] : undefined })) };
  },
});

// Tables without style, colgroup or width.
const cell = { addAttributes() { const { colspan, rowspan, colwidth } = this.parent(); return { colspan, rowspan, colwidth: { ...colwidth, rendered: false }, scope: { default: null } }; } };
const PlainTable = Table.extend({ renderHTML() { return ["table", ["tbody", 0]]; }, addNodeView() { return null; } });

const removable = ["check", "post", "callout", "table", "picture", "film", "codeBlock"];
const Keys = Extension.create({
  name: "keys", priority: 1100,
  addCommands() {
    return {
      // Leaves a callout, check, post, table, picture or code block: a new paragraph below it.
      exitBlock: () => ({ state, tr, dispatch }) => {
        const { $from, to } = tr.selection;
        if ($from.depth && !within($from, ...removable)) return false;
        const at = $from.depth ? $from.after(1) : to, next = tr.doc.nodeAt(at);
        if (dispatch) { if (next?.type.name !== "paragraph" || next.content.size) tr.insert(at, state.schema.nodes.paragraph.create()); caret(tr, at + 1); }
        return true;
      },
      removeBlock: () => ({ state, tr, dispatch }) => {
        const { $from, node } = tr.selection, d = node ? 0 : within($from, ...removable);
        if (!node && !d) return false;
        const from = node ? tr.selection.from : $from.before(d), to = node ? tr.selection.to : $from.after(d);
        if (dispatch) {
          tr.delete(from, to);
          if (!tr.doc.childCount) tr.insert(0, state.schema.nodes.paragraph.create());
          tr.setSelection(Selection.near(tr.doc.resolve(Math.min(from, tr.doc.content.size))));
        }
        return true;
      },
    };
  },
  addKeyboardShortcuts() {
    const { editor } = this;
    const at = () => { const { $from, empty } = editor.state.selection; return { $from, empty, type: $from.parent.type.name }; };
    const go = (pos) => editor.commands.command(({ tr, dispatch }) => { if (dispatch) caret(tr, pos); return true; });
    return {
      Enter: () => {
        const { $from, empty, type } = at();
        if (!empty) return false;
        const end = $from.parentOffset === $from.parent.content.size;
        if (type === "checkQuestion") return go($from.after());
        if (["calloutTitle", "postBy"].includes(type) && end && $from.indexAfter(-1) < $from.node(-1).childCount && !$from.node(-1).child($from.indexAfter(-1)).content.size) return go($from.after());
        if (type === "picture") return editor.commands.exitBlock();
        const d = within($from, "checkChoice");
        if (!d) return false;
        const item = $from.node(d), list = $from.node(d - 1), last = $from.index(d - 1) === list.childCount - 1;
        if (!item.textContent && last && list.childCount > 2) return editor.chain().removeChoice().exitBlock().run();
        if (type === "checkWhy") return last ? editor.commands.addChoice() : go($from.after(d));
        if (item.lastChild.type.name === "checkWhy") return go($from.end(d) - item.lastChild.nodeSize);
        return editor.commands.command(({ state, tr, dispatch }) => { if (dispatch) { tr.insert($from.end(d), state.schema.nodes.checkWhy.create()); caret(tr, $from.end(d) + 1); } return true; });
      },
      Backspace: () => {
        const { $from, empty, type } = at();
        if (!empty || $from.parentOffset) return false;
        if (type === "calloutTitle") return editor.commands.toggleCalloutTitle();
        if (["postBy", "checkQuestion"].includes(type)) return $from.node(-1).textContent ? true : editor.commands.removeBlock();
        const d = within($from, "checkChoice");
        if (d && type === "paragraph" && !$from.index(d)) return $from.node(d).textContent ? true : editor.commands.removeChoice() || true;
        return false;
      },
      "Mod-Enter": () => editor.commands.exitBlock(),
      // Tab belongs to tables and lists; Escape gives it back to the page.
      Escape: () => editor.commands.blur(),
    };
  },
  addProseMirrorPlugins() {
    const { words } = this.editor.storage, names = { calloutTitle: "calloutTitle", postBy: "post", checkQuestion: "question", checkWhy: "why", picture: "caption" };
    return [new Plugin({ props: { decorations: ({ doc }) => {
      const found = [];
      doc.descendants((node, pos, parent, index) => {
        if (!node.isTextblock || node.content.size) return;
        const key = names[node.type.name] || (node.type.name === "paragraph" && !(parent.type.name === "checkChoice" && index) && { checkChoice: "choice", post: parent.childCount < 3 && "postText" }[parent.type.name]);
        if (key) found.push(Decoration.node(pos, pos + node.nodeSize, { class: "is-empty", "data-placeholder": words[key] }));
      });
      return DecorationSet.create(doc, found);
    } } })];
  },
});

// What the editor needs and readers do not is taken out: one paragraph alone in an item or cell, empty lines with a role, empty paragraphs at the end.
const tidy = (html) => {
  const body = parse(html);
  for (const el of body.querySelectorAll("figure[data-film]")) el.replaceWith(...parse(el.dataset.film).childNodes);
  for (const el of body.querySelectorAll("p.callout-title, p.post-by, p.check-why, figure.picture > figcaption")) if (!el.childNodes.length) el.remove();
  for (const el of body.querySelectorAll("li:not(.check-choice), td, th")) {
    const [first, ...rest] = el.children;
    if (first?.localName === "p" && !first.attributes.length && rest.every((r) => /^[uo]l$/.test(r.localName) && el.localName === "li")) first.replaceWith(...first.childNodes);
  }
  for (const table of body.querySelectorAll("table")) {
    const row = table.rows[0];
    if (row && [...row.cells].every((c) => c.localName === "th" && c.rowSpan === 1)) { const head = table.createTHead(); head.append(row); }
    for (const part of table.tBodies) if (!part.rows.length) part.remove();
    for (const td of table.querySelectorAll("td[scope]")) td.removeAttribute("scope");
    for (const th of table.querySelectorAll("th")) if (th.closest("thead")) th.scope = th.getAttribute("scope") || "col"; else if (!th.scope || th.scope === "col") th.scope = "row";
  }
  while (body.lastElementChild?.matches("p:empty")) body.lastElementChild.remove();
  return [...body.children].map((el) => el.outerHTML).join("\n");
};

// window.tip(element, html[, { label, lang, words }]) → Editor. injectCSS: false keeps the strict content security policy.
window.tip = (element, html, { label, lang = document.documentElement.lang, words } = {}) => {
  // Of commands with one name the last wins. Text is read as a browser reads it: line breaks between words stay spaces.
  const Content = Extension.create({ name: "content", priority: 1, addCommands: () => ({ setContent: (content, options) => (props) => core.setContent(typeof content === "string" ? PMParser.fromSchema(props.editor.schema).parse(parse(content)) : content, options)(props) }) });
  const Words = Extension.create({ name: "words", priority: 1200, addStorage: () => ({ ...WORDS.en, ...WORDS[(lang || "en").slice(0, 2)], ...words }) });
  const editor = new Editor({
    element, injectCSS: false,
    editorProps: { transformPastedHTML: (pasted) => cleanPaste(pasted, (detail) => element.dispatchEvent(new CustomEvent("pictures-left", { detail }))), attributes: { class: "prose", role: "textbox", "aria-multiline": "true", ...(label ? { "aria-label": label } : {}) } },
    extensions: [Words, Keys, Content, Document, Paragraph, Text, Link, Highlight, Bold, Italic, Code.extend({ excludes: "" }), HardBreak, Heading.configure({ levels: [2, 3] }), Blockquote, BulletList, OrderedList, ListItem, CodeBlock, HorizontalRule,
      UndoRedo, Gapcursor, TrailingNode.configure({ notAfter: ["paragraph", "heading", "bulletList", "orderedList", "blockquote"] }),
      PlainTable, TableRow, TableCell.extend(cell), TableHeader.extend(cell), Image, Callout, CalloutTitle, Post, PostBy, Check, CheckQuestion, CheckChoices, CheckChoice, CheckWhy, Film, Picture],
  });
  const raw = editor.getHTML.bind(editor);
  editor.getHTML = () => tidy(raw());
  editor.chain().setContent(html || "", { emitUpdate: false }).setMeta("addToHistory", false).run();
  return editor;
};
