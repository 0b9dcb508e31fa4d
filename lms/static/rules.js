// The editor of a rule without reloading: rows come and go, and the sentence follows what is typed.
// Every button here sends the form without this file, too; the server makes both answers.
import { say } from "./app.js";

const form = document.querySelector(".rule-form");
const PARTS = ["who", "ladder"];

const answer = async (deed) => {
  const data = new FormData(form);
  data.set("do", deed);
  const response = await fetch(form.action, { method: "POST", body: data, redirect: "error" });
  if (!response.ok) throw new Error(String(response.status));
  return new DOMParser().parseFromString(await response.text(), "text/html");
};

const take = (page, names) => {
  for (const name of names) {
    const fresh = page.getElementById(name);
    if (fresh) document.getElementById(name).replaceWith(document.adoptNode(fresh));
  }
};

const focusAfter = (deed) => {
  const part = document.getElementById(deed.includes("step") ? "ladder" : "who");
  const rows = part.querySelectorAll("fieldset");
  const row = rows[deed.startsWith("add") ? rows.length - 1 : Math.min(Number(deed.split("-")[1]), rows.length) - 1];
  const value = row?.querySelector(".rule-days .input, .rule-value .input");
  (value ?? part.querySelector("button:last-of-type"))?.focus();
};

let waiting = 0, asked = 0;
const speak = () => {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const mine = ++asked;
    try {
      const page = await answer("words");
      if (mine === asked) document.getElementById("said").replaceChildren(...page.body.childNodes);
    } catch { /* the sentence is told again with the next change */ }
  }, 400);
};

if (form) {
  for (const part of form.querySelectorAll("[data-without-js]")) part.hidden = true;
  form.addEventListener("input", (event) => { if (event.target.name !== "person") speak(); });
  form.addEventListener("submit", async (event) => {
    const deed = event.submitter?.value ?? "";
    if (!deed.startsWith("add-") && !deed.endsWith("-remove")) return;
    event.preventDefault();
    asked += 1;
    try {
      take(await answer(deed), PARTS);
    } catch {
      const field = Object.assign(document.createElement("input"), { type: "hidden", name: "do", value: deed });
      form.append(field);
      form.submit();
      return;
    }
    focusAfter(deed);
    speak();
    say(form.dataset[deed.startsWith("add") ? "added" : "removed"] ?? "");
  });
}
