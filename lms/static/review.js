// Reviewing a lesson: the words selected in its text, with the mouse or the keyboard, go into the field for the passage.
// Without this file the passage is copied there by hand.
import { say } from "./app.js";

const text = document.querySelector("[data-passages]");
const quote = document.querySelector("[data-remark] [name=quote]");
const LONGEST = 1000, PAUSE = 250;
let timer = 0;

const take = () => {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return;
  if (!text.contains(selection.anchorNode) || !text.contains(selection.focusNode)) return;
  const words = selection.toString().replace(/\s+/g, " ").trim().slice(0, LONGEST);
  if (!words || words === quote.value) return;
  quote.value = words;
  say(quote.dataset.quoted);
};

if (text && quote) {
  document.addEventListener("selectionchange", () => { clearTimeout(timer); timer = setTimeout(take, PAUSE); });
}
