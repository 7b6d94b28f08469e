// The script of a sign-up that takes work: it looks for a number that makes the
// SHA-256 sum of the form's token, the address and the number begin with zeros,
// a little at a time, so that the page stays alive. Who has no script waits.

import {sha256} from './sha256';

const form = document.querySelector<HTMLFormElement>('form:has([name=proof])');
if (form) work(form);

function work(form: HTMLFormElement): void {
  const field = <T extends HTMLElement>(name: string): T => form.elements.namedItem(name) as unknown as T;
  const address = field<HTMLInputElement>('address');
  const proof = field<HTMLInputElement>('proof');
  const token = field<HTMLInputElement>('token').value;
  const said = form.querySelector<HTMLElement>('.newsletter-proof')!;
  const bits = Number(proof.dataset.bits);
  let pressed: HTMLElement | null = null, waits = false; // for the proof, after it was sent too early
  let round = 0, worked = ''; // the address that the proof is for

  function start(): void {
    const mine = ++round;
    worked = address.value.trim();
    const head = `${token}\n${worked}\n`;
    proof.value = '';
    said.textContent = said.dataset.busy!;
    let n = 0;
    const step = (): void => {
      if (mine !== round) return; // the address has changed
      for (const end = performance.now() + 12; performance.now() < end; n++) {
        if (Math.clz32(sha256(head + n)) < bits) continue;
        proof.value = String(n);
        said.textContent = said.dataset.done!;
        if (waits) form.requestSubmit(pressed);
        return;
      }
      setTimeout(step);
    };
    step();
  }

  address.addEventListener('input', start);
  form.addEventListener('submit', (e) => {
    const stale = worked !== address.value.trim(); // a browser that fills forms may tell nobody
    if (proof.value !== '' && !stale) return;
    e.preventDefault();
    [pressed, waits] = [e.submitter, true];
    if (stale) start();
  });
  start();
}
