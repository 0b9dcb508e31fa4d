// Taking a quiz: answers are saved when chosen, typed ones after a pause, also after a gap in the network; the clock is
// shown; letters choose. The page works without this file: each button of the form saves as well. Words come from the
// page, translated. Every control named `answer…` belongs to the answer, and `certainty` goes with it. What lies in an
// element with `data-manual` is sent by its button only.
import { say } from "./app.js";
import { letters } from "./quiz-letters.js";
import { arrange } from "./quiz-order.js";
import { helpWriting } from "./quiz-text.js";

const $ = (selector, root = document) => root.querySelector(selector);
const words = $("#quiz-words")?.dataset;
const form = $("#answer");
const clock = $("[data-seconds-left]");
const KEPT = `quiz-${words?.attempt}`;
const LONGEST_WAIT = 30_000;
const PAUSE = 2000; // so long nothing is typed before it is sent
const LONGEST_PAUSE = 15_000; // who types on and on is saved this often

// What is not yet acknowledged: one entry a question, in the order in which they were given, kept in this window.
const kept = readKept();
const waiting = new Map(kept.waiting);
// What the server could not read, by question: kept to be shown again, not sent again before it is changed.
const refused = new Map(kept.refused);
let typed = null; // since when something stands in a field that was not sent yet
let pause = null;
let revision = Number(form?.elements.revision.value ?? 0);
let sending = null;
// Sent, and no reply came: it may be saved, so it goes first, unchanged, also from the page that comes after this one.
// Saving what is saved already changes nothing and tells the revision.
let unsure = kept.unsure;
let wait = 1000;
let stopped = false;
let setLeft = null;

function readKept() {
  const nothing = { waiting: [], refused: [], unsure: null };
  try { return { ...nothing, ...JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") }; } catch { return nothing; }
}

function keep() {
  const unsent = new Map(waiting);
  if (typed !== null) unsent.set(form.dataset.question, answerNow());
  try {
    if (unsent.size || refused.size) sessionStorage.setItem(KEPT, JSON.stringify({ waiting: [...unsent], refused: [...refused], unsure }));
    else sessionStorage.removeItem(KEPT);
  } catch { /* a window without storage loses nothing but this net */ }
}

function tell(text, state = "") {
  const place = $("[data-saved]");
  if (!place) return;
  place.textContent = text;
  place.parentElement.className = `saved ${state}`.trim();
}

// Fields of the form that make the answer, as a list of name and value.
function answerNow() {
  const manual = new Set([...form.querySelectorAll("[data-manual] [name]")].map((field) => field.name));
  const ours = (name) => (name.startsWith("answer") || name === "certainty") && !manual.has(name);
  return [...new FormData(form)].filter(([name]) => ours(name));
}

function send() {
  sending ??= sendAll().finally(() => { sending = null; });
  return sending;
}

// Sends one answer after the other, each on top of the revision before. Ends when all are saved or one must wait.
async function sendAll() {
  while ((unsure || waiting.size) && !stopped) {
    unsure ??= waiting.entries().next().value;
    const [question, answer] = unsure;
    keep();
    tell(words.saving, "saved-wait");
    let outcome;
    try {
      outcome = await post(question, answer);
    } catch {
      later();
      return;
    }
    unsure = null;
    if (!outcome) return;
    if (outcome.refused) { refuse(question, answer, outcome.refused); continue; }
    revision = outcome.revision;
    setLeft?.(outcome.left);
    if (form) form.elements.revision.value = revision;
    if (waiting.get(question) === answer) waiting.delete(question);
    refused.delete(question);
    keep();
    wait = 1000;
    tell(outcome.saved);
    settle(question);
    mark(outcome.answered);
  }
}

// Posts an answer; returns what the server says, or nothing when sending again makes no sense. Throws to try again.
async function post(question, answer) {
  const token = $("input[name=csrf_token]").value;
  const body = new URLSearchParams([["question", question], ["revision", revision], ...answer]);
  const response = await fetch(words.save, {
    method: "POST",
    body,
    headers: { "X-CSRFToken": token, Accept: "application/json" },
    redirect: "manual",
    keepalive: true,
  });
  if (response.type === "opaqueredirect" || response.status === 401) return stop(words.signedOut);
  if (response.status >= 500 || response.status === 429) throw new Error(String(response.status));
  const outcome = await response.json();
  if (outcome.closed) { forget(); location.assign(outcome.address); return null; }
  if (response.ok) return outcome;
  if (response.status === 422) return { refused: outcome.detail };
  if (response.status !== 400) forget();
  return stop(outcome.detail);
}

// What was typed cannot be read: it stays in its field, with the reason beside it, and is sent again once it changes.
function refuse(question, answer, message) {
  if (waiting.get(question) !== answer) return;
  waiting.delete(question);
  refused.set(question, answer);
  keep();
  tell(words.refused, "saved-bad");
  fault(question, message);
}

function settle(question) {
  if (form?.dataset.question !== question) return;
  fault(question, "");
  if (!stopped) $("#problem").hidden = true;
}

function fault(question, message) {
  const place = form?.dataset.question === question ? $("[data-fault]", form) : null;
  if (!place) return;
  if ($("span", place).textContent !== message) $("span", place).textContent = message;
  place.hidden = !message;
  for (const field of form.querySelectorAll("input[type=text][name^=answer], textarea[name^=answer]")) {
    if (message) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}

function forget() {
  waiting.clear();
  refused.clear();
  unsure = null;
  keep();
}

function stop(message) {
  stopped = true;
  tell(words.refused, "saved-bad");
  const box = $("#problem");
  if (box) {
    $("[data-problem]", box).textContent = message;
    box.hidden = false;
    box.scrollIntoView({ block: "center" });
  } else {
    say(message);
  }
  return null;
}

function later() {
  tell(words.failed, "saved-bad");
  say(words.failed);
  setTimeout(send, wait);
  wait = Math.min(wait * 2, LONGEST_WAIT);
}

function mark(answered) {
  for (const pip of document.querySelectorAll(".pips button")) {
    const done = answered.includes(Number(pip.value));
    if (done && !pip.classList.contains("a")) pip.setAttribute("aria-label", `${pip.getAttribute("aria-label")}, ${words.answered}`);
    pip.classList.toggle("a", done);
  }
}

// An answer that was kept in this window and never reached the server is shown again before it is sent.
function restore() {
  const question = form.dataset.question;
  const answer = waiting.get(question) ?? refused.get(question);
  if (!answer) return;
  const left = [...answer];
  for (const field of controls()) {
    const at = left.findIndex(([name, value]) => name === field.name && (!isPicked(field) || value === field.value));
    if (isPicked(field)) field.checked = at >= 0;
    else if (at >= 0) field.value = left[at][1];
    if (at >= 0) left.splice(at, 1);
  }
  if (!waiting.has(question)) waiting.set(question, answer);
}

const controls = () => [...form.elements].filter((field) => isOurs(field) && field.type !== "hidden");
const isOurs = (field) => /^answer|^certainty$/.test(field.name ?? "") && !field.closest("[data-manual]");
const isPicked = (field) => field.type === "radio" || field.type === "checkbox";
const isTyped = (field) => field.matches("textarea, input") && !isPicked(field);

// Whether a control no longer stands as the page brought it.
function isChanged(field) {
  if (isPicked(field)) return field.checked !== field.defaultChecked;
  if (!field.options) return field.value !== field.defaultValue;
  const first = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
  return first?.selected === false;
}

// How sure somebody is goes with an answer; alone it says nothing.
function take() {
  clearTimeout(pause);
  typed = null;
  const question = form.dataset.question;
  const answer = answerNow();
  if (answer.every(([name]) => name === "certainty")) return;
  waiting.delete(question);
  waiting.set(question, answer);
  keep();
  send();
}

// Each letter is kept in this window at once; what was typed is sent after a pause, and when the field is left.
function type() {
  typed ??= performance.now();
  keep();
  clearTimeout(pause);
  pause = setTimeout(take, Math.max(0, Math.min(PAUSE, typed + LONGEST_PAUSE - performance.now())));
}

function takeTyped() {
  if (typed !== null) take();
}

if (form) {
  restore();
  arrange();
  helpWriting();
  form.addEventListener("input", (event) => { if (isOurs(event.target) && isTyped(event.target)) type(); });
  form.addEventListener("change", (event) => {
    if (!isOurs(event.target)) return;
    if (isTyped(event.target)) takeTyped();
    else take();
  });
  // What was chosen or typed before this script had come counts too.
  if (!waiting.has(form.dataset.question) && controls().some(isChanged)) take();
  // A button waits for what is under way, so that it never overtakes an answer of its own page.
  form.addEventListener("submit", async (event) => {
    takeTyped();
    if (!waiting.size || stopped) return;
    event.preventDefault();
    const button = event.submitter;
    await send();
    const field = refused.has(form.dataset.question) && $("[aria-invalid]", form);
    if (field) field.focus();
    else if (!waiting.size) form.requestSubmit(button);
  });
  letters(form);
}

// The server holds the deadline; this only shows it, and hears of it again with each answer that is saved.
// It is said aloud at 5 minutes and at 1, not each second.
if (clock) {
  const shown = $("b", clock);
  let until = 0;
  let before = Number(clock.dataset.secondsLeft) + 1;
  setLeft = (seconds) => { until = performance.now() + seconds * 1000; };
  setLeft(before - 1);
  const tick = async () => {
    const seconds = Math.max(0, Math.round((until - performance.now()) / 1000));
    shown.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    for (const [limit, text] of [[300, words.five], [60, words.one]]) if (seconds <= limit && before > limit) say(text);
    before = Math.min(before, seconds);
    if (seconds) { setTimeout(tick, 1000); return; }
    say(words.over);
    if (form) takeTyped();
    await send();
    if (!waiting.size || stopped) $("#time-up").submit();
    else setTimeout(tick, 2000);
  };
  tick();
}

// The clock of one case. What stands chosen when it ends is sent, for the server allows the network a few seconds.
const ownClock = $("[data-case-left]");
if (ownClock) {
  const end = performance.now() + Number(ownClock.dataset.caseLeft) * 1000;
  let before = Number(ownClock.dataset.caseLeft) + 1;
  const tick = () => {
    const seconds = Math.max(0, Math.round((end - performance.now()) / 1000));
    $("b", ownClock).textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    for (const [limit, text] of [[60, ownClock.dataset.one], [10, ownClock.dataset.ten]]) if (seconds <= limit && before > limit) say(text);
    before = Math.min(before, seconds);
    if (seconds) { setTimeout(tick, 1000); return; }
    say(ownClock.dataset.over);
    const chosen = $("[data-manual] :checked", form);
    if (chosen) form.requestSubmit($("[data-manual] button", form));
    else location.reload();
  };
  tick();
}

// While a machine sleeps, its clocks may stand still: whoever comes back after long gets a fresh page.
let hiddenAt = 0;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) { hiddenAt = Date.now(); if (form) takeTyped(); }
  else if (words && hiddenAt && Date.now() - hiddenAt > 300_000 && !waiting.size) location.reload();
});
addEventListener("online", () => { if (words && waiting.size) { wait = 1000; send(); } });
// A page out of the browser's memory may be older than the answers.
addEventListener("pageshow", (event) => { if (event.persisted && words) location.reload(); });
if (words && waiting.size) send();
