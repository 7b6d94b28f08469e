// The script of the search page: it completes what somebody types in the box by
// words that public articles have. The page works without it. A combobox with a
// list as the ARIA Authoring Practices describe it; the words are set as text.

const wait = 150; // milliseconds without a key before the server is asked

for (const form of document.querySelectorAll<HTMLFormElement>('form.search-form')) {
  const box = form.querySelector<HTMLInputElement>('input[type=search]');
  box?.addEventListener('focus', () => complete(form, box), {once: true});
}

// complete makes a box one that completes. Who never enters it has the page as
// it came.
function complete(form: HTMLFormElement, box: HTMLInputElement): void {
  const list = document.createElement('ul');
  list.className = 'search-more';
  list.id = box.id + '-more';
  list.hidden = true;
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', box.labels?.[0]?.textContent ?? box.name);
  form.append(list);
  for (const [name, value] of [['role', 'combobox'], ['aria-autocomplete', 'list'], ['aria-controls', list.id], ['aria-expanded', 'false'], ['autocomplete', 'off']]) {
    box.setAttribute(name!, value!);
  }

  let timer = 0, chosen = -1;
  let typed = box.value; // without what the arrows have put there
  let asking: AbortController | undefined;

  const options = (): HTMLElement[] => [...list.children] as HTMLElement[];

  function close(): void {
    clearTimeout(timer);
    asking?.abort();
    list.hidden = true;
    chosen = -1;
    box.setAttribute('aria-expanded', 'false');
    box.removeAttribute('aria-activedescendant');
  }

  function show(texts: string[]): void {
    list.replaceChildren(...texts.map((text, i) => {
      const option = document.createElement('li');
      option.id = `${list.id}-${i}`;
      option.setAttribute('role', 'option');
      option.setAttribute('aria-selected', 'false');
      option.dir = 'auto';
      option.textContent = text;
      return option;
    }));
    chosen = -1;
    box.removeAttribute('aria-activedescendant');
    list.hidden = texts.length === 0;
    box.setAttribute('aria-expanded', String(texts.length > 0));
  }

  // choose marks an option and puts it into the box; -1 is what was typed.
  function choose(at: number): void {
    const all = options();
    all[chosen]?.setAttribute('aria-selected', 'false');
    chosen = at;
    const option = all[at];
    option?.setAttribute('aria-selected', 'true');
    option?.scrollIntoView({block: 'nearest'});
    if (option) box.setAttribute('aria-activedescendant', option.id); else box.removeAttribute('aria-activedescendant');
    box.value = option?.textContent ?? typed;
  }

  async function ask(): Promise<void> {
    const words = box.value;
    const mine = asking = new AbortController();
    const answer = await fetch(`${new URL('suggest', form.action)}?${new URLSearchParams({q: words})}`, {signal: mine.signal});
    const said: unknown = answer.ok ? await answer.json() : null; // too many questions: no list
    if (mine.signal.aborted || document.activeElement !== box || !Array.isArray(said) || !Array.isArray(said[1])) return;
    show(said[1].filter((text): text is string => typeof text === 'string' && text !== words));
  }

  box.addEventListener('input', (event) => {
    typed = box.value;
    close();
    if (!(event as InputEvent).isComposing && typed.trim().length > 1) timer = setTimeout(() => { ask().catch(() => undefined); }, wait);
  });
  box.addEventListener('compositionend', () => box.dispatchEvent(new InputEvent('input')));
  box.addEventListener('keydown', (event) => {
    if (list.hidden || event.isComposing) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      const n = options().length + 1; // the box itself is one of the places
      choose((chosen + 1 + step + n) % n - 1);
    } else if (event.key === 'Escape') {
      event.preventDefault(); // browsers empty the box
      choose(-1);
      close();
    }
  });
  box.addEventListener('blur', close);
  form.addEventListener('submit', close);
  list.addEventListener('pointerdown', (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener('click', (event) => {
    const at = options().indexOf((event.target as Element).closest('li') as HTMLElement);
    if (at < 0) return;
    choose(at);
    form.requestSubmit();
  });
}
