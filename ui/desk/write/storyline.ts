// The storyline that the text seems to belong to: proposed after a save, taken
// with one key, and never by itself.

import { get, post } from './api';
import { byId, later, type Words } from './dom';

interface Proposal { ref: string; name: string; why: string }

export class Storyline {
  private proposal: Proposal | null = null;
  private asked = 0;
  private readonly box = byId('w-line-offer');
  private readonly take = byId<HTMLButtonElement>('w-line-take');
  private readonly field = byId<HTMLInputElement>('w-storyline');
  private readonly refresh = later(1200, () => void this.ask());

  constructor(private readonly at: string, private readonly t: Words, editable: boolean) {
    if (!this.box || !editable) return;
    this.take.addEventListener('click', () => this.accept());
    byId('w-line-dismiss').addEventListener('click', () => this.dismiss());
    this.box.addEventListener('keydown', (e) => {
      if (e.key !== 'Delete' && e.key !== 'Backspace') return;
      e.preventDefault();
      this.dismiss();
    });
    this.field.addEventListener('input', () => this.render());
  }

  /** The text was saved: look whether it belongs to a storyline. */
  saved(): void { if (this.box && !this.field.value.trim()) this.refresh(); }

  offered(): boolean { return !!this.box && !this.box.hidden; }

  focus(): void { this.take.focus(); }

  private async ask(): Promise<void> {
    const turn = ++this.asked;
    let r: Proposal;
    try { r = await get<Proposal>(this.at + '/storyline'); } catch { return; } // it is asked again after the next save
    if (turn !== this.asked) return;
    this.proposal = r.ref ? r : null;
    this.render();
  }

  private render(): void {
    const p = this.field.value.trim() ? null : this.proposal;
    if (p) {
      byId('w-line-name').textContent = p.name;
      byId('w-line-why').textContent = p.why;
      byId('w-line-dismiss').setAttribute('aria-label', this.t('subject_dismiss_x', p.name));
    }
    this.box.hidden = !p;
  }

  private say(text: string): void { byId('w-line-status').textContent = text; }

  private accept(): void {
    const p = this.proposal;
    if (!p) return;
    this.field.value = p.name;
    this.field.dispatchEvent(new Event('input', { bubbles: true })); // saved like what is typed
    this.say(this.t('line_taken', p.name));
    byId('w-subject-add')?.focus();
  }

  private dismiss(): void {
    const p = this.proposal;
    if (!p) return;
    this.proposal = null;
    this.render();
    this.say(this.t('subject_dismissed', p.name));
    byId('w-subject-add')?.focus();
    post(this.at + '/storyline/dismiss', { ref: p.ref }).catch((e: Error) => { this.say(e.message); void this.ask(); });
  }
}
