// Writing a text in a quiz: how long it is, and a button that begins with the post. The page works without this file.
import { say } from "./app.js";

export function helpWriting() {
  for (const box of document.querySelectorAll(".rewrite")) help(box);
}

function help(box) {
  const field = box.querySelector("textarea");
  const counted = box.querySelector("[data-counted]");
  const copy = box.querySelector("[data-begin]");
  const post = field.form.querySelector(".post-text");
  const most = Number(field.dataset.most);
  let wasOver = false;

  const show = () => {
    const count = [...field.value].length;
    const over = count > most;
    const words = over ? field.dataset.over : field.dataset.count;
    counted.textContent = words.replace("{count}", over ? count - most : count).replace("{most}", most);
    counted.classList.toggle("err", over);
    counted.classList.toggle("t3", !over);
    counted.hidden = false;
    if (over && !wasOver) say(counted.textContent);
    wasOver = over;
    copy.hidden = !post || count > 0;
  };
  field.addEventListener("input", show);
  copy.addEventListener("click", () => {
    field.value = post.textContent.trim();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
  show();
}
