// Runs in every document before its own scripts. It reports each sign that a
// script of an attack ran, then pokes at the page as a person would.
(() => {
	const send = window.datelineHit;
	const owner = () => {
		for (let w = window; ; w = w.parent) {
			try { if (/^[vo]:/.test(w.name)) return w.name.slice(2).replace(/#\d+$/, ''); } catch { /* another origin */ }
			if (w === w.parent) return 'top';
		}
	};
	const tell = (kind, detail) => send(JSON.stringify({ Case: owner(), Kind: kind, Detail: String(detail).slice(0, 8000) }));
	// A link or a form of a text leads its frame on, often to itself. The third
	// document there is the last that is poked at, or it would go on for ever.
	const turn = Number(/#(\d+)$/.exec(window.name)?.[1] ?? 0);
	if (/^v:/.test(window.name)) window.name = window.name.replace(/#\d+$/, '') + '#' + (turn + 1);
	const ours = window === window.top || /^o:/.test(window.name);
	const answers = { alert: undefined, prompt: '', confirm: true, print: undefined, open: null };
	for (const name of Object.keys(answers)) {
		window[name] = function () { tell('run', name); return answers[name]; };
	}
	document.addEventListener('securitypolicyviolation', e => tell('csp', e.effectiveDirective + ' ' + e.blockedURI), true);

	const attacked = e => e.getAttributeNames().some(n => /^on/i.test(n)) ||
		['href', 'xlink:href', 'action', 'formaction'].some(n => /^[\s\u0000-\u001f]*(java|vb)?\s*script\s*:|^\s*data:/i.test(e.getAttribute(n) || ''));
	const events = ['click', 'dblclick', 'mousedown', 'mouseup', 'mouseover', 'mouseenter', 'mousemove', 'mouseout', 'mouseleave', 'wheel', 'contextmenu',
		'pointerdown', 'pointerup', 'pointerover', 'pointerenter', 'pointermove', 'focus', 'focusin', 'blur', 'focusout', 'keydown', 'keypress', 'keyup',
		'input', 'beforeinput', 'change', 'select', 'submit', 'reset', 'invalid', 'search', 'copy', 'cut', 'paste', 'drag', 'dragstart', 'dragend', 'dragenter',
		'dragover', 'drop', 'toggle', 'beforetoggle', 'scroll', 'scrollend', 'resize', 'load', 'error', 'animationstart', 'animationend', 'animationiteration',
		'transitionrun', 'transitionstart', 'transitionend', 'touchstart', 'touchend', 'play', 'canplay', 'loadeddata', 'ended', 'begin', 'end', 'repeat'];
	const poke = () => {
		const everything = !ours; // a page of ours keeps its links
		for (const e of document.querySelectorAll('*')) {
			if (attacked(e)) {
				for (const type of new Set(events.concat(e.getAttributeNames().filter(n => /^on/i.test(n)).map(n => n.slice(2).toLowerCase())))) {
					try { e.dispatchEvent(new Event(type, { bubbles: false, cancelable: true })); } catch { /* not an event */ }
				}
			}
			try {
				if (attacked(e) || (everything && e.matches('a, area, button, summary, label, input, [contenteditable], option'))) {
					e.focus && e.focus();
					e.click && e.click();
					if (e.tagName === 'a') e.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true })); // SVG links have no click()
				}
				if (everything && e.tagName === 'FORM') e.requestSubmit();
			} catch { /* it does not take part */ }
		}
	};
	let done = false;
	const finish = () => {
		if (done) return;
		done = true;
		if (turn < 3) try { poke(); } catch { /* the page broke its own methods */ }
		const root = document.documentElement;
		if (ours && window !== window.top && root.scrollWidth > root.clientWidth) tell('wide', root.scrollWidth + ' of ' + root.clientWidth);
		setTimeout(() => tell('done', location.href), 60);
	};
	window.datelinePoke = () => { // before what stands there goes
		try { poke(); } catch { /* the page broke its own methods */ }
	};
	window.datelineAgain = () => { // after something happened to the page
		done = false;
		finish();
	};
	// Timers are kept before the page can replace them.
	const setTimeout = window.setTimeout.bind(window);
	window.addEventListener('load', () => setTimeout(finish, 20));
	if (!ours) setTimeout(finish, 1500); // a picture that never loads holds the load event back
})();
