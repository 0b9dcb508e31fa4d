// Taking a quiz: answers are saved when chosen, also after a gap in the network; the clock is shown; letters choose.
// The page works without this file: each button of the form saves as well. Words come from the page, translated.
import { say } from "./app.js";

const $ = (selector, root = document) => root.querySelector(selector);
const words = $("#quiz-words")?.dataset;
const form = $("#answer");
const clock = $("[data-seconds-left]");
const KEPT = `quiz-${words?.attempt}`;
const LONGEST_WAIT = 30_000;

// What is not yet acknowledged: one entry a question, in the order in which they were given, kept in this window.
const waiting = new Map(readKept());
let revision = Number(form?.elements.revision.value ?? 0);
let sending = null;
let unsure = null; // sent, and no reply came: it may be saved, so it goes first, unchanged
let wait = 1000;
let stopped = false;
let setLeft = null;

function readKept() {
  try { return JSON.parse(sessionStorage.getItem(KEPT) ?? "[]"); } catch { return []; }
}

function keep() {
  try {
    if (waiting.size) sessionStorage.setItem(KEPT, JSON.stringify([...waiting]));
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
function answerOf(data) {
  return [...data].filter(([name]) => name.startsWith("answer"));
}

function send() {
  sending ??= sendAll().finally(() => { sending = null; });
  return sending;
}

// Sends one answer after the other, each on top of the revision before. Ends when all are saved or one must wait.
async function sendAll() {
  while ((unsure || waiting.size) && !stopped) {
    const [question, answer] = unsure ?? waiting.entries().next().value;
    tell(words.saving, "saved-wait");
    let outcome;
    try {
      outcome = await post(question, answer);
    } catch {
      unsure = [question, answer];
      later();
      return;
    }
    unsure = null;
    if (!outcome) return;
    revision = outcome.revision;
    setLeft?.(outcome.left);
    if (form) form.elements.revision.value = revision;
    if (waiting.get(question) === answer) waiting.delete(question);
    keep();
    wait = 1000;
    tell(outcome.saved);
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
  if (response.status !== 400) forget();
  return stop(outcome.detail);
}

function forget() {
  waiting.clear();
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
  const kept = waiting.get(form.dataset.question);
  if (!kept) return;
  for (const input of form.querySelectorAll("input[name^=answer]")) {
    input.checked = kept.some(([name, value]) => name === input.name && value === input.value);
  }
}

function take() {
  const question = form.dataset.question;
  waiting.delete(question);
  waiting.set(question, answerOf(new FormData(form)));
  keep();
  send();
}

if (form) {
  restore();
  form.addEventListener("change", (event) => {
    if (event.target.name?.startsWith("answer")) take();
  });
  // What was chosen before this script had come counts too.
  const chosen = [...form.querySelectorAll("input[name^=answer]")].some((input) => input.checked !== input.defaultChecked);
  if (chosen && !waiting.has(form.dataset.question)) take();
  // A button waits for what is under way, so that it never overtakes an answer of its own page.
  form.addEventListener("submit", async (event) => {
    if (!waiting.size || stopped) return;
    event.preventDefault();
    const button = event.submitter;
    await send();
    if (!waiting.size) form.requestSubmit(button);
  });
  for (const group of form.querySelectorAll("[data-letters]")) group.addEventListener("keydown", chooseByLetter);
}

// Letters work only while focus is inside the list of answers (WCAG 2.1.4).
function chooseByLetter(event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const place = event.key.length === 1 ? "abcdefgh".indexOf(event.key.toLowerCase()) : -1;
  const input = place < 0 ? null : event.currentTarget.querySelectorAll("input")[place];
  if (!input) return;
  input.focus();
  input.click();
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
    await send();
    if (!waiting.size || stopped) $("#time-up").submit();
    else setTimeout(tick, 2000);
  };
  tick();
}

// While a machine sleeps, its clocks may stand still: whoever comes back after long gets a fresh page.
let hiddenAt = 0;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hiddenAt = Date.now();
  else if (words && hiddenAt && Date.now() - hiddenAt > 300_000 && !waiting.size) location.reload();
});
addEventListener("online", () => { if (words && waiting.size) { wait = 1000; send(); } });
// A page out of the browser's memory may be older than the answers.
addEventListener("pageshow", (event) => { if (event.persisted && words) location.reload(); });
if (words && waiting.size) send();
