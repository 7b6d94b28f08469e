// The focal point of the lead picture: a click on the picture, or the arrow keys.

import type { Media } from '../../editor/types';
import { post, Refusal } from './api';
import { h, later, type Words } from './dom';

const step = 20; // thousandths that an arrow key goes; with Shift five times that
const svg = 'http://www.w3.org/2000/svg';

/** A medium as /desk/write/media answers it. */
export type Framed = Media & { focal_x?: number; focal_y?: number; frames?: boolean };

const inside = (v: number) => Math.min(Math.max(Math.round(v), 0), 1000);

/** The picture with its focal point on it. Pictures of others are only shown. */
export function focal(m: Framed, alt: string, t: Words): HTMLElement {
  const img = h('img', { src: m.url, alt, class: 'w-lead-picture' });
  if (!m.frames) return img;
  let x = m.focal_x ?? 500, y = m.focal_y ?? 500;
  const cross = document.createElementNS(svg, 'svg');
  cross.setAttribute('viewBox', '0 0 1000 1000');
  cross.setAttribute('preserveAspectRatio', 'none');
  cross.setAttribute('aria-hidden', 'true');
  const [down, across] = [document.createElementNS(svg, 'line'), document.createElementNS(svg, 'line')];
  cross.append(down, across);
  const button = h('button', { type: 'button', class: 'w-focal', 'aria-describedby': 'w-focal-help' }, img, cross);
  const says = h('p', { class: 'help', role: 'status', id: 'w-focal-says' });
  const draw = () => {
    for (const end of ['x1', 'x2']) down.setAttribute(end, String(x));
    for (const end of ['y1', 'y2']) across.setAttribute(end, String(y));
    for (const [line, end] of [[down, 'y'], [across, 'x']] as const) { line.setAttribute(end + '1', '0'); line.setAttribute(end + '2', '1000'); }
    button.setAttribute('aria-label', t('focal_at', Math.round(x / 10), Math.round(y / 10)));
  };
  const send = later(400, () => {
    post<{ x: number; y: number }>('/desk/media/' + m.id + '/focus', { x, y }).then(
      () => { says.textContent = t('focal_saved', Math.round(x / 10), Math.round(y / 10)); says.classList.remove('wrong'); },
      (e: Refusal) => { says.textContent = e.status ? e.message : t('focal_failed'); says.classList.add('wrong'); });
  });
  const move = (toX: number, toY: number) => { x = inside(toX); y = inside(toY); m.focal_x = x; m.focal_y = y; draw(); send(); };
  button.addEventListener('click', (e) => {
    if (e.detail === 0) return; // Enter and Space: the arrow keys move it
    const box = img.getBoundingClientRect();
    move((e.clientX - box.left) / box.width * 1000, (e.clientY - box.top) / box.height * 1000);
  });
  button.addEventListener('keydown', (e) => {
    const by = step * (e.shiftKey ? 5 : 1);
    const way = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] }[e.key];
    if (!way) return;
    e.preventDefault();
    move(x + way[0]!, y + way[1]!);
  });
  draw();
  return h('div', {}, button, h('p', { class: 'help', id: 'w-focal-help' }, t('focal_help')), says);
}
