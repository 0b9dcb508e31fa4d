// Putting lines in order: two buttons move a line up and down. Without this file each line has a list of places.
import { say } from "./app.js";

// Shows each list of lines in the order that its fields say, and hides the fields. May be called again.
export function arrange() {
  for (const list of document.querySelectorAll("[data-order]")) {
    if (!list.dataset.ready) prepare(list);
    const lines = [...list.children];
    lines.sort((one, other) => (Number(placeOf(one).value) || lines.length) - (Number(placeOf(other).value) || lines.length));
    list.append(...lines);
    show(list);
  }
}

const placeOf = (line) => line.querySelector("select");

function prepare(list) {
  list.dataset.ready = "yes";
  for (const hidden of list.parentElement.querySelectorAll("[data-order-move]")) hidden.hidden = false;
  for (const place of list.querySelectorAll("[data-order-place]")) place.hidden = true;
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (button) move(list, button);
  });
  list.parentElement.querySelector("[data-order-keep]")?.addEventListener("click", () => number(list));
}

function move(list, button) {
  const line = button.closest("[data-order] > *");
  const other = button.dataset.move === "up" ? line.previousElementSibling : line.nextElementSibling;
  if (!other) return;
  if (button.dataset.move === "up") other.before(line);
  else other.after(line);
  number(list);
  button.focus();
  const at = [...list.children].indexOf(line) + 1;
  say(list.dataset.moved.replace("{place}", at).replace("{count}", list.children.length));
}

// Writes into the fields what is seen, and tells the form once.
function number(list) {
  [...list.children].forEach((line, index) => { placeOf(line).value = String(index + 1); });
  show(list);
  placeOf(list.firstElementChild).dispatchEvent(new Event("change", { bubbles: true }));
}

function show(list) {
  const lines = [...list.children];
  lines.forEach((line, index) => {
    line.querySelector("[data-order-number]").textContent = String(index + 1);
    line.querySelector("[data-move=up]").setAttribute("aria-disabled", String(index === 0));
    line.querySelector("[data-move=down]").setAttribute("aria-disabled", String(index === lines.length - 1));
  });
  const keep = list.parentElement.querySelector("[data-order-keep]");
  if (keep) keep.hidden = lines.every((line) => placeOf(line).value);
}

arrange();
