// The nudge of a team page in a dialog: the same form as on its own page, fetched when it is asked for.
const dialog = document.getElementById("nudge-dialog");
const form = document.querySelector("form[data-nudge]");
const ticked = () => form.querySelectorAll("[name=who]:checked:not(:disabled)").length;
let opener;

function count() {
  document.querySelector("button[form=nudge] span").textContent = [form.dataset.words, ticked() || ""].join(" ").trim();
}

async function ask(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  const shown = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-nudge-form]");
  if (!shown) throw new Error("no form");
  for (const title of shown.querySelectorAll("h1")) {
    const heading = document.createElement("h2");
    heading.className = title.className;
    heading.id = title.id;
    heading.append(...title.childNodes);
    title.replaceWith(heading);
  }
  dialog.replaceChildren(...shown.childNodes);
  dialog.setAttribute("aria-labelledby", "nudge-title");
  dialog.showModal();
  dialog.querySelector("textarea, [data-nudge-close]").focus();
}

function open(address, from) {
  opener = from;
  ask(address).catch(() => location.assign(address));
}

if (form) {
  form.addEventListener("change", count);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (ticked()) open(`${form.action}?${new URLSearchParams(new FormData(form))}`, event.submitter);
    else document.getElementById("live").textContent = form.dataset.none;
  });
  count();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-nudge]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    open(link.href, link);
  }
  if (event.target.closest("dialog [data-nudge-close]")) {
    event.preventDefault();
    dialog.close();
  }
});
dialog?.addEventListener("close", () => opener?.focus());
