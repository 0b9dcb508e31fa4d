// The forms of the media library: files are sent in pieces, with progress, several at once. Without this file they are plain forms.
import { say } from "./app.js";
import { upload } from "./upload.js";

const worded = (text, name, percent) => text.replace("%(name)s", name).replace("%(percent)s", percent);

for (const form of document.querySelectorAll("form[data-upload]")) {
  const input = form.elements.namedItem("file"), running = form.querySelector("[data-running]"), button = form.querySelector("button");
  const replaces = form.dataset.replaces || "";
  for (const hint of form.querySelectorAll("[data-without-js]")) hint.hidden = true;
  input.multiple = !replaces;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const files = [...input.files];
    if (!files.length || button.disabled) return;
    button.disabled = true;
    running.replaceChildren();
    const done = [];
    for (const file of files) {
      const item = await send(file);
      if (item) done.push(item);
    }
    button.disabled = false;
    input.value = "";
    if (done.length !== files.length) return;
    location.assign(done.length === 1 ? done[0].page : location.pathname);
  });

  async function send(file) {
    const line = document.createElement("li"), words = document.createElement("span"), bar = document.createElement("progress");
    bar.className = "bar";
    bar.max = 100;
    bar.setAttribute("aria-label", file.name);
    words.className = "sm";
    line.append(words, bar);
    running.append(line);
    let spoken = "";
    const progress = (share, state) => {
      const percent = Math.floor(share * 100);
      if (state === "checking") bar.removeAttribute("value"); else bar.value = percent;
      words.textContent = worded(form.dataset[state], file.name, percent);
      const step = `${state} ${Math.floor(percent / 25)}`;
      if (step !== spoken) { spoken = step; say(words.textContent); }
    };
    try {
      const item = await upload(file, { progress, replaces, token: form.elements.namedItem("csrf_token").value });
      bar.remove();
      words.textContent = worded(form.dataset.done, file.name, 100);
      say(words.textContent);
      return item;
    } catch (error) {
      bar.remove();
      words.className = "sm bad";
      words.textContent = `${file.name}: ${error.message || form.dataset.waiting.replace("%(name)s: ", "")}`;
      say(words.textContent);
      return null;
    }
  }
}
document.documentElement.dataset.media = "ready";
