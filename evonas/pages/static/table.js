// The architectures as a table: what the charts show, for everyone.

const table = { nRows: 50 };

function tableColumns() {
  return commonNames(false).filter((name) => name !== 'seconds' || runs[0].columns.get(name));
}

function rowsShown() {
  const rows = visibleRuns().flatMap((run) => Array.from({ length: run.n }, (_, place) => ({ run, place })).filter(({ place }) => run.shown[place]));
  const sort = state.sort;
  const key = ({ run, place }) => {
    if (!sort) return 'folbix'.indexOf(run.marks[place]);
    if (sort.key === 'id') return run.ids[place];
    if (sort.key === 'standing') return 'folbix'.indexOf(run.marks[place]);
    if (sort.key === 'run') return run.name;
    return run.columns.get(sort.key)?.values[place] ?? null;
  };
  const turn = sort?.down ? -1 : 1;
  return rows.map((row) => ({ ...row, key: key(row) })).sort((a, b) => {
    if (a.key === null || b.key === null) return (a.key === null) - (b.key === null);
    return a.key < b.key ? -turn : a.key > b.key ? turn : 0;
  });
}

function headCell(name, text) {
  const isSorted = state.sort?.key === name;
  const button = el('button', { type: 'button', text });
  button.addEventListener('click', () => {
    state.sort = { key: name, down: isSorted ? !state.sort.down : false };
    writeState();
    drawTable();
    byId('table').querySelector(`th[data-name="${CSS.escape(name)}"] button`)?.focus();
  });
  const order = isSorted ? (state.sort.down ? 'descending' : 'ascending') : null;
  return el('th', { scope: 'col', 'data-name': name, 'aria-sort': order }, button);
}

function drawTable() {
  const host = byId('table');
  if (!host.closest('details').open) return;
  const names = tableColumns();
  const rows = rowsShown();
  const several = runs.length > 1;
  const head = el('tr', {}, headCell('id', 'id'), several ? headCell('run', 'run') : null, headCell('standing', 'standing'),
    names.map((name) => headCell(name, `${name}${unitOf(runs[0].columns.get(name))}`)));
  const body = rows.slice(0, table.nRows).map(({ run, place }) => {
    const id = run.ids[place];
    const isChosen = state.selected?.id === id && state.selected.run === run.number;
    return el('tr', { class: isChosen ? 'chosen' : null },
      el('th', { scope: 'row' }, el('button', { id: `row${run.number}-${id}`, type: 'button', class: 'id', 'aria-pressed': String(isChosen), text: id, onclick: () => select(run.number, id) })),
      several ? el('td', { text: run.name }) : null, el('td', { text: MARKS[run.marks[place]] }),
      names.map((name) => el('td', { class: 'number', text: exact(run.columns.get(name).values[place]) })));
  });
  const more = rows.length > table.nRows
    ? el('button', { type: 'button', text: `Show ${Math.min(200, rows.length - table.nRows)} more of ${rows.length.toLocaleString('en')}`, onclick: () => { table.nRows += 200; drawTable(); } }) : null;
  host.replaceChildren(el('div', { class: 'scrolling', tabindex: '0', role: 'region', 'aria-label': 'Table of architectures' },
    el('table', {}, el('caption', { text: `${nounOf(rows.length, 'architecture')} kept` }), el('thead', {}, head), el('tbody', {}, body))), ...(more ? [more] : []));
}

function makeTable() {
  const folded = folding('table-of-all', 'Table of architectures', el('div', { id: 'table' }));
  folded.addEventListener('toggle', drawTable);
  byId('listing').replaceChildren(folded);
}
