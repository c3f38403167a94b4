// The news of a page while a run goes on.

const QUIET_SECONDS = 3; // after a key or a click, before a page may renew itself
let lastTouch = 0;

function makeTools() {
  const tools = [themeButton()];
  if (page.home) tools.unshift(el('a', { href: page.home, text: 'All runs' }));
  if (page.live) {
    const button = el('button', { type: 'button', id: 'pause', 'aria-pressed': String(state.paused), text: 'Hold still' });
    button.addEventListener('click', () => {
      state.paused = !state.paused;
      button.setAttribute('aria-pressed', String(state.paused));
      writeState();
    });
    tools.push(button);
  }
  byId('tools').replaceChildren(...tools);
}

// What had the focus has it again, with the cursor where one goes on writing.
function focusAgain(id) {
  state.at = '';
  const found = id ? byId(id) : null;
  if (!found) return;
  found.focus({ preventScroll: true });
  if (found.matches('input[type="search"]')) found.setSelectionRange(found.value.length, found.value.length);
}

// A page that was served asks for news; one that is a file loads itself again, with all choices in its address.
function keepUp() {
  if (!page.live) return;
  for (const kind of ['keydown', 'pointerdown', 'input']) addEventListener(kind, () => { lastTouch = Date.now(); }, true);
  setTimeout(async () => {
    const isBusy = state.paused || document.hidden || Date.now() - lastTouch < QUIET_SECONDS * 1000;
    if (!isBusy && page.source) await fetchNews();
    else if (!isBusy) {
      state.at = document.activeElement?.id || '';
      writeState();
      location.reload();
      return;
    }
    keepUp();
  }, page.live * 1000);
}

let seal = '';
async function fetchNews() {
  try {
    const answer = await fetch(page.source, { headers: seal ? { 'If-None-Match': seal } : {} });
    if (answer.status === 304) return;
    if (!answer.ok) throw new Error(answer.statusText);
    seal = answer.headers.get('ETag') || '';
    const focused = document.activeElement?.id;
    readPage(await answer.json());
    drawAll();
    focusAgain(focused);
    byId('subtitle').classList.remove('stale');
  } catch {
    byId('subtitle').textContent = 'No answer from the dashboard: what is shown is what it said last.';
    byId('subtitle').classList.add('stale');
  }
}
