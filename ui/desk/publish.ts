// Beside the form of publishing: what a time means, and what the button does.
// The form works without.

import { get } from './write/api';
import { later } from './write/dom';

if (window !== parent) {
  document.documentElement.classList.add('w-framed');
  document.addEventListener('keydown', (e) => { if (e.key === 'Escape') parent.postMessage({ dateline: 'close' }, location.origin); });
}

const form = document.getElementById('publish') as HTMLFormElement | null;
if (form) begin(form);

interface When { says: string; wrong: boolean; twice: string[] }

function begin(form: HTMLFormElement): void {
  for (const box of form.querySelectorAll<HTMLElement>('[data-moment]')) {
    const [day, time] = [...box.querySelectorAll<HTMLInputElement>('input[type=date], input[type=time]')] as [HTMLInputElement, HTMLInputElement];
    const says = box.querySelector<HTMLElement>('.w-says')!, fold = box.querySelector<HTMLDetailsElement>('.w-fold')!;
    const labels = [...fold.querySelectorAll<HTMLElement>('label > span')], radios = [...fold.querySelectorAll<HTMLInputElement>('input')];
    fold.hidden = true;
    const look = later(150, () => {
      if (!day.value || !time.value) { says.textContent = ''; return; }
      get<When>(`${form.dataset.when!}?day=${encodeURIComponent(day.value)}&time=${encodeURIComponent(time.value)}`).then((w) => {
        says.textContent = w.says;
        says.classList.toggle('w-alarm', w.wrong);
        fold.hidden = !w.twice.length;
        if (w.twice.length) fold.open = true;
        w.twice.forEach((text, i) => { labels[i]!.textContent = text; });
        if (!w.twice.length) for (const r of radios) r.checked = false;
      }, () => {});
    });
    day.addEventListener('input', look);
    time.addEventListener('input', look);
    look();
  }
  const button = form.querySelector<HTMLButtonElement>('.w-end button')!;
  const chosen = () => {
    const later = (form.elements.namedItem('do') as RadioNodeList | HTMLInputElement | null)?.value === 'schedule';
    if (form.querySelector('input[name=do][type=radio]')) button.textContent = (later ? button.dataset.later : button.dataset.now) ?? '';
    form.classList.toggle('w-is-later', later);
    const change = form.querySelector<HTMLInputElement>('input[name=change]:checked')?.value;
    const told = form.querySelector<HTMLElement>('.w-told');
    if (told) told.hidden = !['correction', 'clarification', 'legal'].includes(change ?? '');
  };
  form.addEventListener('change', chosen);
  chosen();
}
