// What is told of a run beside its architectures. Words and tables come ready with the data.

function folding(id, title, ...children) {
  const details = el('details', { id, open: state.open.includes(id) }, el('summary', { text: title }), ...children);
  details.addEventListener('toggle', () => {
    state.open = state.open.filter((each) => each !== id).concat(details.open ? [id] : []);
    writeState();
  });
  return details;
}

const LONG = 12; // rows beyond which a table is folded
const WORDS = ['value', 'version or value', 'run']; // heads of columns that are words even where all cells are numbers

function sectionTable(given, key, run) {
  const isText = given.header.map((name, j) => WORDS.includes(name) || given.rows.some((row) => !/^[\d.,e+–-]*$/.test(row[j])) || given.rows.every((row) => row[j] === ''));
  const rows = given.rows.map((row, i) => {
    const cells = row.map((cell, j) => el(j === 0 ? 'th' : 'td', { scope: j === 0 ? 'row' : null, class: isText[j] ? null : 'number', text: cell }));
    const named = given.header.indexOf('one of them');
    if (named >= 0) cells[named].replaceChildren(el('button', { type: 'button', class: 'id', text: row[named], onclick: () => select(run, row[named]) }));
    const trace = given.traces?.[i];
    if (trace) cells.at(given.header.indexOf('reason')).append(el('details', {}, el('summary', { text: 'where' }), el('pre', { text: trace })));
    return el('tr', {}, cells);
  });
  const built = el('div', { class: 'scrolling', tabindex: '0', role: 'region', 'aria-label': given.caption },
    el('table', {}, el('caption', { text: given.caption }), el('thead', {}, el('tr', {}, given.header.map((name, j) => el('th', { scope: 'col', class: isText[j] ? null : 'number', text: name })))), el('tbody', {}, rows)));
  return given.rows.length > LONG ? folding(key, `${given.caption}: ${nounOf(given.rows.length, 'row')}`, built) : built;
}

function sectionOf(section, prefix, run) {
  const id = `${prefix}${section.id}`;
  const host = el('section', { id, class: 'card', 'aria-labelledby': `${id}-title` }, el('h3', { id: `${id}-title`, text: section.title }),
    section.lines.map((line) => el('p', { text: line })));
  if (section.chart) {
    const slot = el('div', { class: 'slot' });
    host.append(slot);
    charts.push([slot, section]);
  }
  host.append(...section.tables.map((each, i) => sectionTable(each, `${id}-table${i}`, run)));
  return host;
}

const charts = [];

function drawCharts() {
  for (const [slot, section] of charts) {
    slot.replaceChildren(lineChart(section.chart, { width: Math.min(900, widthOf(slot)), name: `${section.title}: ${section.chart.y} by ${section.chart.x}; the table has the numbers` }));
  }
}

function makeSections() {
  charts.length = 0;
  const host = byId('sections');
  const grid = (sections, prefix, run) => el('div', { class: 'cards' }, sections.map((section) => sectionOf(section, prefix, run)));
  host.replaceChildren(...(page.sections.length ? [el('h2', { text: 'Side by side' }), grid(page.sections, '')] : []));
  for (const run of runs) {
    const content = grid(run.sections, `run${run.number}-`, run.number);
    host.append(runs.length > 1 ? folding(`run${run.number}`, `Run ${run.name}`, content) : content);
  }
  host.querySelectorAll(':scope > details').forEach((details) => details.addEventListener('toggle', drawCharts));
  drawCharts();
}
