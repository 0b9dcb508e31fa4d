// The bank: tick all questions of a page, and say how many are ticked. Without this everything works all the same.
const form = document.querySelector('[data-bank]');
if (form) {
  const boxes = [...form.querySelectorAll('input[name="question"]')];
  const all = form.querySelector('[data-all]');
  const box = all.querySelector('input');
  const count = form.querySelector('[data-count]');
  const tell = () => {
    const ticked = boxes.filter((one) => one.checked).length;
    box.checked = ticked === boxes.length;
    box.indeterminate = ticked > 0 && ticked < boxes.length;
    count.textContent = form.dataset.ticked.replace('%(count)s', ticked);
  };
  box.addEventListener('change', () => {
    for (const one of boxes) one.checked = box.checked;
    tell();
  });
  for (const one of boxes) one.addEventListener('change', tell);
  all.hidden = false;
  tell();
  document.documentElement.dataset.bank = 'ready';
}
