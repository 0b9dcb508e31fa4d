// Enhancements only: every page works without this file.
const $ = (selector, root = document) => root.querySelector(selector);

export const say = (text) => {
  const live = $("#live");
  if (!live) return;
  live.textContent = "";
  setTimeout(() => { live.textContent = text; }, 60);
};

// Menus are <details>: they close on Escape and on a click outside.
addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && $(".menu[open]");
  if (open) { open.open = false; $("summary", open).focus(); }
});
addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

// The choice of light or dark applies at once; the form tells the server.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-theme-form]");
  if (!form || !event.submitter) return;
  event.preventDefault();
  const chosen = event.submitter.value;
  const data = new FormData(form, event.submitter);
  const answer = await fetch(form.action, { method: "POST", body: data, redirect: "manual" });
  if (answer.type !== "opaqueredirect" && !answer.ok) { form.submit(); return; }
  if (chosen === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button === event.submitter));
});

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    try {
      await navigator.clipboard.writeText(copy.dataset.copy);
      say(copy.dataset.copied);
      $("span", copy).textContent = copy.dataset.copied;
    } catch {
      say(copy.dataset.failed);
    }
  }
  if (event.target.closest("[data-print]")) print();
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog) { event.preventDefault(); dialog.showModal(); }
});

// On paper nothing can be opened: what is folded away in a text is printed too.
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("article.reading details:not([open])")) { folded.open = true; folded.dataset.printed = ""; }
});
addEventListener("afterprint", () => {
  for (const opened of document.querySelectorAll("details[data-printed]")) { opened.open = false; delete opened.dataset.printed; }
});

for (const element of document.querySelectorAll("[data-needs-js]")) element.hidden = false;
$("#errors")?.focus();
