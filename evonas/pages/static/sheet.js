// The selected architecture in full.

function drawSheet() {
  const host = byId('sheet');
  const found = selectedPlace();
  if (!found) {
    host.replaceChildren(el('h2', { text: 'No architecture selected' }),
      el('p', { class: 'note', text: 'Select one in a chart or in the table to see its genes, what it costs, how it learnt, and how to train it.' }));
    return;
  }
  const { run, place } = found;
  const told = run.networks.sheets[place] ?? {};
  host.replaceChildren(...[
    sheetHead(run, place), commands(run, place), metricsTable(run, place), priceTable(run, place), genesOf(run, place, told),
    curveOf(run, place), networkOf(run, place, told),
  ].filter(Boolean));
}

function sheetHead(run, place) {
  const mark = run.marks[place];
  const fault = run.faults[place];
  const lines = [
    runs.length > 1 ? `Run ${run.name}.` : '',
    mark === 'b' ? `It breaks a constraint; they are ${run.constraints.join(', ')}.` : '',
    mark === 'l' ? 'It stayed at a rung below the whole training.' : '',
    mark === 'i' ? 'Not all objectives were measured.' : '',
    fault === undefined ? '' : `It failed (${run.reasons[fault][0]}): ${run.reasons[fault][1]}`,
  ];
  return el('div', {},
    el('h2', {}, el('code', { text: run.ids[place] }), el('span', { class: `badge ${mark}`, text: MARKS[mark] }),
      el('button', { type: 'button', class: 'close', 'aria-label': 'Close the sheet of this architecture', text: '×', onclick: () => select(null) })),
    ...lines.filter(Boolean).map((text) => el('p', { text })),
    el('p', { class: 'genome' }, 'Genome ', el('code', { text: genomeText(run, place) })));
}

function commands(run, place) {
  const id = run.ids[place];
  return run.commands.length ? el('div', { class: 'commands' }, run.commands
    .filter((command) => !command.for || command.for.includes(run.marks[place]))
    .map((command) => el('div', { class: 'command' }, el('span', { text: command.label }),
      el('code', { text: `${command.text} ${id}` }), copyButton(`${command.text} ${id}`, `the command: ${command.label}`)))) : null;
}

function pairs(caption, rows) {
  return rows.length ? el('table', { class: 'pairs' }, el('caption', { text: caption }),
    el('tbody', {}, rows.map(([name, value]) => el('tr', {}, el('th', { scope: 'row', text: name }), el('td', { text: value }))))) : null;
}

function metricsTable(run, place) {
  const columns = [...run.columns.values()].filter((column) => column.kind === 'metric' && column.values[place] !== null);
  return pairs('Measured', columns.map((column) => [`${column.label === column.name ? '' : `${column.name}: `}${column.label}${unitOf(column)}`, exact(column.values[place])]));
}

function priceTable(run, place) {
  const price = run.prices[place];
  return price ? pairs('CO2e, by the carbon model', price) : null;
}

// Each gene as a row of its choices, the chosen one filled; one that makes no difference is faint.
function genesOf(run, place, told) {
  const written = run.written[place];
  const rows = run.genes.map((gene) => {
    const isIdle = Boolean(told.active) && !told.active.includes(gene.name);
    const value = gene.values[place];
    const chosen = valueText(gene, place);
    const choices = gene.choices && gene.choices.length <= 12
      ? gene.choices.map((choice, i) => el('span', { class: i === value ? 'choice chosen' : 'choice', 'aria-hidden': i === value ? null : 'true', text: choice }))
      : [el('span', { class: 'choice chosen', text: chosen })];
    const name = el('th', { scope: 'row', text: gene.name });
    if (isIdle) name.append(el('span', { class: 'unseen', text: ' (makes no difference)' }));
    return el('tr', { class: isIdle ? 'idle' : null }, name, el('td', {}, choices));
  });
  const nIdle = told.active ? run.genes.filter((gene) => !told.active.includes(gene.name)).length : 0;
  return el('div', {},
    el('table', { class: 'genes' }, el('caption', { text: 'Genes' }), el('tbody', {}, rows)),
    nIdle ? el('p', { class: 'note', text: `${nounOf(nIdle, 'gene')} in grey make no difference to this network.` }) : null,
    written ? pairs('As its problem reads the genes', Object.entries(written)) : null);
}

function curveOf(run, place) {
  const curve = run.curves[place];
  if (!curve) return null;
  const names = Object.keys(curve).filter((name) => name !== 'epoch' && curve[name].some((value) => value !== null));
  const x = curve.epoch ?? curve[names[0]]?.map((_, i) => i + 1);
  const width = widthOf(byId('sheet')) - 24;
  const charts = names.filter((name) => !/seconds|rate/.test(name)).map((name) => lineChart(
    { x: 'epoch', y: name, series: [{ name, x, y: curve[name] }] },
    { width, height: 170, name: `Learning curve: ${name} by epoch, ${exact(curve[name][0])} at first and ${exact(curve[name].at(-1))} in the end` }));
  return charts.length ? el('div', {}, el('h3', { text: 'Learning curve' }), charts) : null;
}

const BOX = { width: 210, height: 36, gapX: 26, gapY: 18, margin: 26 };

// The layers from the input down; a deep network goes on in a second column.
function networkOf(run, place, told) {
  const { boxes, sums } = told;
  if (!boxes) return told.sums ? el('p', { class: 'note', text: `The network has ${nounOf(sums.layers, 'layer')}: too many to draw.` }) : null;
  const columns = [...new Set(boxes.map((box) => box.place[0]))].sort((a, b) => a - b);
  const of = (column) => boxes.filter((box) => box.place[0] === column);
  const lanes = columns.map((column) => Math.max(...of(column).map((box) => box.place[2])) + 1);
  const heads = columns.map((column) => Math.min(...of(column).map((box) => box.place[1])));
  const widths = lanes.map((n) => n * (BOX.width + BOX.gapX) + BOX.margin);
  const lefts = columns.map((_, i) => widths.slice(0, i).reduce((a, b) => a + b, BOX.margin));
  const spots = boxes.map(({ place: [column, rank, lane] }) => ({
    x: lefts[column] + lane * (BOX.width + BOX.gapX), y: 8 + (rank - heads[column]) * (BOX.height + BOX.gapY),
  }));
  const width = widths.reduce((a, b) => a + b, BOX.margin);
  const height = Math.max(...spots.map((spot) => spot.y)) + BOX.height + 12;
  const words = boxes.map((box) => box.text.join(', ')).join('; ');
  const size = Math.min(1, Math.max(0.7, (widthOf(byId('sheet')) - 36) / width));
  const picture = svg('svg', { class: 'network', viewBox: `0 0 ${width} ${height}`, width: width * size, height: height * size, role: 'img', 'aria-label': `Layers: ${words}` });
  picture.append(svg('defs', {}, svg('marker', { id: 'arrow', viewBox: '0 0 6 6', refX: 5.5, refY: 3, markerWidth: 6, markerHeight: 6, orient: 'auto' },
    svg('path', { d: 'M0,0L6,3L0,6z' }))));
  boxes.forEach((box, i) => box.sources.forEach((source) => picture.append(svg('path', { class: 'feeds', 'marker-end': 'url(#arrow)', d: wayOf(boxes, spots, source, i) }))));
  boxes.forEach((box, i) => picture.append(boxOf(box, spots[i])));
  const used = run.networks.families.map((name, i) => [name, i]).filter(([, i]) => boxes.some((box) => box.family === i));
  const legend = el('figcaption', { class: 'legend' }, used.map(([name, i]) => el('span', {}, el('i', { class: `swatch layer${i}` }), name)));
  const head = `${nounOf(sums.layers, 'layer')}, ${nounOf(sums.params, 'parameter')}, ${nounOf(sums.flops, 'FLOP')} of one input`;
  return el('div', {}, el('h3', { text: 'Network' }), el('p', { class: 'note', text: head }), el('figure', { class: 'scrolling', tabindex: '0', 'aria-label': 'Picture of the network' }, picture), legend);
}

function boxOf(box, { x, y }) {
  return svg('g', { class: `box layer${box.family}` },
    svg('rect', { x, y, width: BOX.width, height: BOX.height, rx: 6 }),
    box.text.map((line, i) => svg('text', { x: x + BOX.width / 2, y: y + (box.text.length > 1 ? 15 : 22) + 14 * i, 'text-anchor': 'middle', text: line })));
}

function wayOf(boxes, spots, from, to) {
  const [a, b] = [spots[from], spots[to]];
  const [columnA, rankA, laneA] = boxes[from].place;
  const [columnB, rankB, laneB] = boxes[to].place;
  const [x0, y0, x1, y1] = [a.x + BOX.width / 2, a.y + BOX.height, b.x + BOX.width / 2, b.y];
  if (columnA !== columnB) { // over to the next column, on its left side
    const side = b.x - laneB * (BOX.width + BOX.gapX) - BOX.margin / 2;
    return `M${x0},${y0}v8H${side}V${y1 - 7}H${x1}V${y1}`;
  }
  const isBlocked = laneA === laneB && boxes.some(({ place: [c, r, l] }) => c === columnA && l === laneA && r > rankA && r < rankB);
  if (isBlocked) {
    const out = a.x - Math.min(22, 8 + 2 * (rankB - rankA));
    return `M${a.x},${y0 - 10}C${out},${y0 - 10} ${out},${y1 + 10} ${b.x},${y1 + 10}`;
  }
  if (laneA === laneB) return `M${x0},${y0}V${y1}`;
  const turn = y1 - BOX.gapY;
  return `M${x0},${y0}V${turn}C${x0},${(turn + y1) / 2} ${x1},${(turn + y1) / 2} ${x1},${y1}`;
}
