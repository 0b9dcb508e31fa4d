// Letters choose an answer, only while focus is inside the list of answers (WCAG 2.1.4).
export function letters(root) {
  for (const group of root.querySelectorAll("[data-letters]")) group.addEventListener("keydown", choose);
}

function choose(event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const place = event.key.length === 1 ? "abcdefgh".indexOf(event.key.toLowerCase()) : -1;
  const input = place < 0 ? null : event.currentTarget.querySelectorAll("input")[place];
  if (!input) return;
  input.focus();
  input.click();
}
