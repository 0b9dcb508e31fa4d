// The outline of a course: dragged by its handles, moved with Alt and an arrow key. The forms on the page do the same.
import { say } from "./app.js";

const $ = (selector, root = document) => root.querySelector(selector);
const tree = () => document.getElementById("outline");
const REACH = 60, STEP = 14;

const ready = () => {
  tree().classList.add("ready");
  for (const element of tree().querySelectorAll("[data-needs-js]")) element.hidden = false;
};

// ---- a deed is sent; what the page then shows is the server's word
let busy = false;
async function send(address, fields, at) {
  if (busy) return;
  busy = true;
  const refusal = document.getElementById("outline-refused");
  refusal.hidden = true;
  try {
    const body = new FormData(document.getElementById("deeds"));
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
    const told = /json/.test(answer.headers.get("Content-Type") || "") ? await answer.json() : null;
    const shown = await refresh();
    if (!answer.ok || !told || !shown) refuse(refusal, told?.detail || tree().dataset.failed);
    else if (at) arrive(at);
  } catch {
    refuse(refusal, tree().dataset.failed);
  } finally {
    busy = false;
  }
}

function refuse(refusal, words) {
  $("p", refusal).textContent = words;
  refusal.hidden = false;
  say(words);
}

async function refresh() {
  const answer = await fetch(tree().dataset.outline, { headers: { Accept: "text/html" } });
  if (!answer.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page.getElementById("outline")) return false;
  for (const old of document.querySelectorAll("[data-fresh]")) {
    const fresh = page.getElementById(old.id);
    if (fresh) old.replaceWith(document.adoptNode(fresh));
  }
  ready();
  return true;
}

function arrive(at) {
  const row = tree().querySelector(`[data-row="${CSS.escape(at)}"]`);
  if (!row) return;
  document.getElementById(at)?.focus();
  say(tree().dataset.moved.replace(/{(title|place)}/g, (_, name) => row.dataset[name]));
}

// ---- Alt and an arrow key on a row
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const row = event.target.closest("#outline [data-row]");
  if (!row || event.target.closest("input, select, textarea")) return;
  event.preventDefault();
  const way = event.key === "ArrowUp" ? "up" : "down";
  const button = $(`[formaction$="/${way}"]`, row);
  if (button) send(button.formAction, {}, row.dataset.row);
  else arrive(row.dataset.row);
});

// ---- dragging by the handle
let drag = null;
const unmark = () => { for (const one of tree().querySelectorAll(".drop-before, .drop-end")) one.classList.remove("drop-before", "drop-end"); };

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("#outline [data-grip]");
  if (!grip || event.button || busy) return;
  event.preventDefault();
  const thing = grip.closest("[data-move]");
  drag = { grip, thing, place: null, start: event.clientY, begun: false };
  grip.setPointerCapture(event.pointerId);
});

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  if (!drag.begun && Math.abs(event.clientY - drag.start) < 4) return;
  drag.begun = true;
  drag.thing.classList.add("dragged");
  tree().classList.add("dragging");
  if (event.clientY < REACH) scrollBy(0, -STEP);
  else if (event.clientY > innerHeight - REACH) scrollBy(0, STEP);
  unmark();
  drag.place = drag.thing.dataset.lesson === undefined ? moduleAt(event.clientY) : lessonAt(event.clientY);
  if (!drag.place) return;
  const { before, list } = drag.place;
  (before || list).classList.add(before ? "drop-before" : "drop-end");
});

const middle = (element) => { const box = element.getBoundingClientRect(); return box.top + box.height / 2; };

function lessonAt(y) {
  const lists = [...tree().querySelectorAll("[data-list]")];
  const list = lists.findLast((one) => one.closest("[data-module]").getBoundingClientRect().top <= y) || lists[0];
  return list && { list, before: [...list.children].find((row) => y < middle(row)) || null };
}

function moduleAt(y) {
  const list = $("[data-modules]", tree());
  return { list, before: [...list.children].find((module) => y < middle(module)) || null };
}

function drop(done) {
  if (!drag) return;
  const { thing, place, begun } = drag;
  drag = null;
  unmark();
  thing.classList.remove("dragged");
  tree().classList.remove("dragging");
  if (!done || !begun || !place || place.before === thing) return;
  const { lesson, module, move } = thing.dataset;
  const next = thing.parentElement === place.list && thing.nextElementSibling;
  if (next !== false && next === place.before) return;
  const before = place.before ? place.before.dataset.lesson || place.before.dataset.module : "";
  if (lesson === undefined) send(move, { before }, `module-${module}`);
  else send(move, { module: place.list.dataset.list, before }, `lesson-${lesson}`);
}
document.addEventListener("pointerup", () => drop(true));
document.addEventListener("pointercancel", () => drop(false));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") drop(false); });

ready();
document.documentElement.dataset.outline = "ready";
