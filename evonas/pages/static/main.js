// Puts the page together, and keeps it up to date while a run goes on.

let waiting = null;
function soon(draw) {
  if (waiting) return;
  waiting = requestAnimationFrame(() => { waiting = null; draw(); });
}

function select(run, id) {
  state.selected = run === null ? null : { run, id };
  writeState();
  drawChosen();
  drawLines();
  drawTable();
  drawSheet();
  if (run !== null) announce(`Selected ${tipLines({ run: runs[run], place: runs[run].ids.indexOf(id) }).join(', ')}`);
}

function showFiltered() {
  filter();
  writeState();
  if (hasPoints()) {
    drawScatter();
    labelScatter();
  }
  drawLines();
  drawTable();
  showCount();
}

function showCount() {
  const n = visibleRuns().reduce((sum, run) => sum + run.n, 0);
  const strange = unknownNames(state.query);
  const count = byId('count');
  const text = strange.length ? `No metric or gene is called ${strange.join(' or ')}.` : `${countShown().toLocaleString('en')} of ${n.toLocaleString('en')} kept`;
  if (count.textContent !== text) count.textContent = text;
  byId('clear').disabled = !state.query && !state.onlyFront && !Object.keys(state.ranges).length;
}

function labelled(text, control) {
  return el('span', { class: 'field' }, el('label', { for: control.id, text }), control);
}

function metricChoice(side) {
  const options = commonNames(false).map((name) => el('option', { value: name, text: `${name}${unitOf(runs[0].columns.get(name))}` }));
  const choice = el('select', { id: `${side}-choice` }, options);
  choice.value = state[side];
  choice.addEventListener('change', () => {
    state[side] = choice.value;
    state[`${side}log`] = null;
    makeControls();
    showFiltered();
    byId(`${side}-choice`).focus();
  });
  return choice;
}

function logChoice(side) {
  const name = state[side];
  const box = el('input', { type: 'checkbox', id: `${side}-log`, disabled: !canBeLog(name), checked: canBeLog(name) && (state[`${side}log`] ?? wantsLog(name)) });
  box.addEventListener('change', () => {
    state[`${side}log`] = box.checked;
    showFiltered();
  });
  return el('label', { class: 'check' }, box, el('span', { text: ` ${side} logarithmic` }));
}

function makeControls() {
  const search = el('input', { type: 'search', id: 'search', value: state.query, placeholder: 'id, gene=value, acc>=90', autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'count' });
  search.addEventListener('input', () => {
    state.query = search.value;
    table.nRows = 50;
    soon(showFiltered);
  });
  const front = el('input', { type: 'checkbox', checked: state.onlyFront });
  front.addEventListener('change', () => { state.onlyFront = front.checked; showFiltered(); });
  const clear = el('button', { type: 'button', id: 'clear', text: 'Show all' });
  clear.addEventListener('click', () => {
    Object.assign(state, { query: '', onlyFront: false, ranges: {} });
    makeControls();
    showFiltered();
    drawParallel();
    byId('search').focus();
  });
  byId('controls').replaceChildren(...(hasPoints() ? [labelled('Right', metricChoice('x')), logChoice('x'), labelled('Up', metricChoice('y')), logChoice('y')] : []),
    labelled('Find', search), el('label', { class: 'check' }, front, el('span', { text: ' the front alone' })), clear,
    el('span', { id: 'count', role: 'status' }));
  showCount();
}

function makeLegend() {
  const key = (run) => [sample(run.number), ` ${run.name}`];
  const entries = runs.length > 1 ? runs.map((run) => {
    const box = el('input', { type: 'checkbox', checked: !state.hidden.includes(run.number) });
    box.addEventListener('change', () => {
      state.hidden = state.hidden.filter((n) => n !== run.number).concat(box.checked ? [] : [run.number]);
      showFiltered();
      drawParallel();
    });
    return el('label', {}, box, ...key(run), ` (${nounOf(run.n, 'architecture')}, front ${run.marks.split('f').length - 1})`);
  }) : [el('span', {}, sample(0), ' front')];
  const has = (letters) => runs.some((run) => [...letters].some((letter) => run.marks.includes(letter)));
  const swatch = (className, d) => svg('svg', { width: 14, height: 14, viewBox: '-7 -7 14 14', 'aria-hidden': 'true' }, svg('path', { class: className, d }));
  if (has('oli')) entries.push(el('span', {}, swatch('cloud others plain', 'M0,0h0'), ' others'));
  if (has('b')) entries.push(el('span', {}, swatch('crosses', 'M-3,-3l6,6m0,-6l-6,6'), ' breaks a constraint'));
  entries.push(el('span', {}, swatch('stairs c0', 'M-6,-4V3H6'), ' best of what is kept, in these two metrics'));
  byId('legend').replaceChildren(el('div', { class: 'legend' }, entries));
}

function makeFacts() {
  byId('facts').replaceChildren(...runs.map((run) => el('dl', {}, runs.length > 1 ? el('div', { class: 'name' }, el('dt', { text: 'run' }), el('dd', {}, sample(run.number), ` ${run.name}`)) : null,
    run.facts.map(([name, value]) => el('div', {}, el('dt', { text: name }), el('dd', { text: value }))))));
  byId('subtitle').textContent = page.subtitle;
  const notes = runs.flatMap((run) => run.notes.map((text) => el('p', { class: 'note', text: runs.length > 1 ? `${run.name}: ${text}` : text })));
  byId('footer').replaceChildren(...notes, el('p', { text: page.footer }));
}

function chooseMetrics() {
  const names = commonNames(false);
  const own = (runs[0]?.objectives ?? []).filter((name) => names.includes(name));
  const spare = [...own, ...names.filter((name) => !own.includes(name))];
  if (!names.includes(state.y)) state.y = spare[0] ?? '';
  if (!names.includes(state.x)) state.x = spare.find((name) => name !== state.y) ?? state.y;
}

function hasPoints() {
  return Boolean(state.x) && runs.some((run) => [...run.marks].some((mark) => mark !== 'x'));
}

function drawAll() {
  chooseMetrics();
  filter();
  makeFacts();
  makeControls();
  document.body.classList.toggle('empty', !hasPoints());
  if (hasPoints()) {
    makeScatter();
    makeLegend();
    makeAxesChoice();
    drawParallel();
  } else {
    byId('scatter').replaceChildren(el('p', { class: 'plain-note', text: runs.some((run) => run.n) ? 'Every candidate failed, so there is nothing to draw. Below it says why.' : 'Nothing was measured yet.' }));
  }
  makeTable();
  showFiltered();
  drawTable();
  drawSheet();
  makeSections();
}

addEventListener('DOMContentLoaded', () => {
  readState();
  readPage(JSON.parse(byId('data').textContent));
  document.querySelector('.skip').addEventListener('click', (event) => { // the address behind # is taken
    event.preventDefault();
    byId('chart').focus();
  });
  makeTools();
  drawAll();
  focusAgain(state.at);
  keepUp();
  let width = innerWidth;
  addEventListener('resize', () => {
    if (innerWidth === width) return;
    width = innerWidth;
    soon(() => { if (hasPoints()) { drawScatter(); drawParallel(); } drawSheet(); drawCharts(); });
  });
  addEventListener('hashchange', () => { readState(); drawAll(); });
  let folded = [];
  addEventListener('beforeprint', () => {
    folded = [...document.querySelectorAll('details:not([open])')].filter((details) => details.id !== 'table-of-all' && details.id !== 'axes');
    folded.forEach((details) => { details.open = true; });
    drawCharts();
  });
  addEventListener('afterprint', () => folded.forEach((details) => { details.open = false; }));
});
