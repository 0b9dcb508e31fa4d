// Fields in which a person is chosen: names to pick from appear while one types. Without this file one types the whole.
const PAUSE = 200;

for (const field of document.querySelectorAll("[data-finds-people]")) {
  const list = document.getElementById(field.getAttribute("list"));
  let waiting = 0;
  let asked = "";
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const words = field.value.trim();
      if (words.length < 2 || words === asked || [...list.options].some((option) => option.value === words)) return;
      asked = words;
      const answer = await fetch(`${field.dataset.findsPeople}?words=${encodeURIComponent(words)}`);
      if (!answer.ok || asked !== words) return;
      const found = await answer.json();
      list.replaceChildren(...found.map(({ email, name }) => new Option(name, email)));
    }, PAUSE);
  });
}
