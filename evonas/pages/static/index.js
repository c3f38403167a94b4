// The runs of a folder: what state they are in, and which are to be compared.

const chosen = new Set();
const state = { paused: false };
const HEADER = ['compare', 'run', 'state', 'problem', 'measured', 'failed', 'front', 'hypervolume', 'last change'];
let page = null;

function writeState() { /* nothing of this page outlives a reload */ }

function ago(seconds) {
  const units = [[86400, 'day'], [3600, 'hour'], [60, 'minute'], [1, 'second']];
  const [size, unit] = units.find(([each]) => seconds >= each) ?? [1, 'second'];
  return `${nounOf(Math.floor(Math.max(0, seconds) / size), unit)} ago`;
}

function runRow(run) {
  const box = el('input', { type: 'checkbox', id: `compare-${run.name}`, checked: chosen.has(run.name), disabled: Boolean(run.error), 'aria-label': `Compare ${run.name}` });
  box.addEventListener('change', () => {
    if (box.checked) chosen.add(run.name);
    else chosen.delete(run.name);
    showChoice();
  });
  const link = run.error ? el('span', { text: run.name }) : el('a', { id: `open-${run.name}`, href: `/run/${encodeURIComponent(run.name)}`, text: run.name });
  const head = [el('td', {}, box), el('th', { scope: 'row' }, link)];
  if (run.error) return el('tr', {}, head, el('td', { colspan: '7', text: `cannot be read: ${run.error}` }));
  const state_ = el('td', {}, el('span', { class: run.state === 'going on' ? 'badge f' : 'badge', text: run.state }));
  const numbers = [run.measured, run.failed, run.front].map((value) => el('td', { class: 'number', text: exact(value) }));
  return el('tr', {}, head, state_, el('td', { text: run.problem }), numbers,
    el('td', { class: 'number', text: run.hypervolume === null ? '–' : run.hypervolume.toFixed(4) }),
    el('td', { class: 'number', text: ago(run.seconds_ago) }));
}

function showChoice() {
  const words = [...chosen].map((name) => `run=${encodeURIComponent(name)}`).join('&');
  const link = byId('compare');
  link.hidden = chosen.size < 2;
  link.href = `/compare?${words}`;
  link.textContent = `Compare ${nounOf(chosen.size, 'run')}`;
}

function drawRuns() {
  const focused = document.activeElement?.id;
  const names = page.runs.map((run) => run.name);
  [...chosen].filter((name) => !names.includes(name)).forEach((name) => chosen.delete(name));
  const going = page.runs.filter((run) => run.state === 'going on').length;
  byId('subtitle').textContent = `${nounOf(page.runs.length, 'run')} in ${page.folder}, ${going} going on`;
  byId('subtitle').classList.remove('stale');
  const numeric = ['measured', 'failed', 'front', 'hypervolume', 'last change'];
  const table = el('div', { class: 'scrolling' }, el('table', {}, el('caption', { text: 'The run that changed last comes first.' }),
    el('thead', {}, el('tr', {}, HEADER.map((text) => el('th', { scope: 'col', class: numeric.includes(text) ? 'number' : null, text })))),
    el('tbody', {}, page.runs.map(runRow))));
  byId('runs').replaceChildren(page.runs.length ? table : el('p', { text: 'There is no run here yet. A new one appears by itself.' }),
    el('p', {}, el('a', { id: 'compare', hidden: true })));
  showChoice();
  if (focused) byId(focused)?.focus();
}

async function renew() {
  try {
    const answer = await fetch(page.source);
    if (!answer.ok) throw new Error(answer.statusText);
    const told = await answer.json();
    const fresh = told.runs.map((run) => run.name).filter((name) => !page.runs.some((run) => run.name === name));
    page = told;
    drawRuns();
    if (fresh.length) announce(`New: ${fresh.join(', ')}`);
  } catch {
    byId('subtitle').textContent = 'No answer from the dashboard: what is shown is what it said last.';
    byId('subtitle').classList.add('stale');
  }
}

addEventListener('DOMContentLoaded', () => {
  page = JSON.parse(byId('data').textContent);
  byId('tools').replaceChildren(themeButton());
  drawRuns();
  setInterval(renew, page.live * 1000);
});
