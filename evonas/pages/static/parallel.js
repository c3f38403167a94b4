// The architectures as lines over any number of axes, each of which can be narrowed to a range.

const parallel = { axes: [], lines: [] };
const PER_PATH = 60; // lines in one path: many in one are slow to draw
const MOST_AXES = 7; // without a choice of the reader

function usualAxes() {
  const names = commonNames(true);
  const metrics = names.filter((name) => runs[0].columns.get(name).kind === 'metric' && runs[0].columns.get(name).when);
  const first = metrics.filter((name) => runs[0].objectives.includes(name));
  const rest = metrics.filter((name) => !first.includes(name) && runs[0].columns.get(name).when !== 'hinted');
  const genes = names.filter((name) => runs[0].columns.get(name).kind === 'gene');
  const metricsFirst = [...first, ...rest].slice(0, Math.max(MOST_AXES, first.length));
  return metricsFirst.length > 2 ? metricsFirst : [...metricsFirst, ...genes].slice(0, MOST_AXES);
}

function chosenAxes() {
  const names = commonNames(true);
  return (state.axes ?? usualAxes()).filter((name) => names.includes(name));
}

function axisAt(name, i, n, { width, top, bottom }) {
  const column = runs[0].columns.get(name);
  const ends = column.choices ? [0, column.choices.length - 1] : extent(numbersOf(name));
  const [start, end] = column.sign > 0 ? [top, bottom] : [bottom, top]; // up is better
  const log = !column.choices && wantsLog(name);
  const scale = scaleOf(ends, { start, end, log, room: 0.03 });
  const x = n > 1 ? 50 + (i * (width - 110)) / (n - 1) : width / 2;
  return { name, column, scale, x, ends, top, bottom };
}

function lineOf(run, place, axes) {
  let path = '';
  let isBroken = true;
  for (const axis of axes) {
    const value = run.columns.get(axis.name).values[place];
    if (typeof value !== 'number' || (axis.scale.log && value <= 0)) {
      isBroken = true;
    } else {
      path += `${isBroken ? 'M' : 'L'}${axis.x.toFixed(1)},${axis.scale.to(value).toFixed(1)}`;
      isBroken = false;
    }
  }
  return path;
}

function pathsOf(lines, className) {
  const paths = [];
  for (let i = 0; i < lines.length; i += PER_PATH) {
    paths.push(svg('path', { class: className, d: lines.slice(i, i + PER_PATH).join('') }));
  }
  return paths;
}

function drawLines() {
  const group = document.getElementById('lines');
  if (!group) return;
  const axes = parallel.axes;
  const paths = [];
  parallel.lines = [];
  for (const run of visibleRuns()) {
    const colour = colourClass(run.number);
    const kinds = { away: [], others: [], front: [] };
    for (let i = 0; i < run.n; i += 1) {
      if (run.marks[i] === 'x') continue;
      const kind = run.shown[i] ? (run.marks[i] === 'f' ? 'front' : 'others') : 'away';
      kinds[kind].push(lineOf(run, i, axes));
      if (run.shown[i]) parallel.lines.push({ run, place: i });
    }
    paths.push(...pathsOf(kinds.away, 'thread away'), ...pathsOf(kinds.others, `thread others ${runs.length > 1 ? colour : 'plain'}`),
      ...pathsOf(kinds.front, `thread front ${colour}`));
  }
  const found = selectedPlace();
  if (found) paths.push(svg('path', { class: 'thread chosen', d: lineOf(found.run, found.place, axes) }));
  group.replaceChildren(...paths);
}

function drawParallel() {
  const host = byId('parallel');
  const names = chosenAxes();
  const width = Math.max(widthOf(host), 90 * names.length);
  const [top, bottom, height] = [46, 330, 360];
  parallel.axes = names.map((name, i) => axisAt(name, i, names.length, { width, top, bottom }));
  const picture = svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'group', 'aria-label': 'Parallel coordinates' });
  picture.append(svg('g', { id: 'lines', 'aria-hidden': 'true' }), ...parallel.axes.map(axisElement));
  picture.addEventListener('click', selectLine);
  host.replaceChildren(names.length ? picture : el('p', { class: 'note', text: 'No axis is chosen.' }));
  drawLines();
}

function axisElement(axis) {
  const { column, scale, x, name } = axis;
  const group = svg('g', { class: 'axis upright', transform: `translate(${x},0)` });
  const ticks = column.choices ? column.choices.map((_, i) => i) : scale.ticks;
  group.append(svg('path', { class: 'rail', d: `M0,${axis.top}V${axis.bottom}` }));
  for (const tick of ticks.length > 12 ? ticks.filter((_, i) => i % Math.ceil(ticks.length / 12) === 0) : ticks) {
    const text = column.choices ? column.choices[tick] : short(tick);
    group.append(svg('text', { x: 12, y: scale.to(tick) + 4, 'aria-hidden': 'true', text: text.length > 9 ? `${text.slice(0, 8)}…` : text }));
  }
  const head = svg('text', { class: 'label', y: 16, 'text-anchor': 'middle', text: name.length > 15 ? `${name.slice(0, 14)}…` : name });
  head.append(svg('title', { text: `${column.label}${unitOf(column)}` }));
  group.append(head, svg('text', { y: 31, 'text-anchor': 'middle', 'aria-hidden': 'true', text: column.unit }));
  const zone = svg('rect', { class: 'zone', x: -13, y: axis.top - 6, width: 26, height: axis.bottom - axis.top + 12 });
  zone.addEventListener('pointerdown', (event) => dragAlong(axis, event));
  zone.addEventListener('dblclick', () => setRange(axis, null));
  group.append(zone, svg('rect', { class: 'kept', x: -6, width: 12 }), handle(axis, 0), handle(axis, 1));
  axis.group = group;
  placeHandles(axis);
  return group;
}

function handle(axis, end) {
  const text = `${['Lowest', 'Highest'][end]} ${axis.column.label}${unitOf(axis.column)} that is kept`;
  const found = svg('path', { id: `handle${end}-${axis.name}`, class: 'handle', d: 'M-9,-3h18v6h-18z', tabindex: '0', role: 'slider', 'aria-orientation': 'vertical', 'aria-label': text });
  found.addEventListener('keydown', (event) => moveByKey(axis, end, event));
  found.addEventListener('pointerdown', (event) => dragAlong(axis, event, end));
  return found;
}

function rangeOf(axis) {
  return state.ranges[axis.name] ?? axis.ends;
}

function placeHandles(axis) {
  const range = rangeOf(axis);
  const handles = axis.group.querySelectorAll('.handle');
  const places = range.map((value) => Math.min(axis.bottom + 6, Math.max(axis.top - 6, axis.scale.to(value))));
  range.forEach((value, end) => {
    handles[end].setAttribute('transform', `translate(0,${places[end].toFixed(1)})`);
    handles[end].setAttribute('aria-valuemin', axis.ends[0]);
    handles[end].setAttribute('aria-valuemax', axis.ends[1]);
    handles[end].setAttribute('aria-valuenow', value);
    const choice = axis.column.choices?.[Math.round(value)];
    handles[end].setAttribute('aria-valuetext', choice ?? `${exact(value)} ${axis.column.unit}`.trim());
  });
  const kept = axis.group.querySelector('.kept');
  kept.setAttribute('y', Math.min(...places));
  kept.setAttribute('height', Math.abs(places[1] - places[0]));
  axis.group.classList.toggle('narrowed', axis.name in state.ranges);
}

function setRange(axis, range) {
  const isWhole = !range || (range[0] <= axis.ends[0] && range[1] >= axis.ends[1]);
  if (isWhole) delete state.ranges[axis.name];
  else state.ranges[axis.name] = range.map((value) => Number(value.toPrecision(8)));
  placeHandles(axis);
  soon(showFiltered);
}

function moveByKey(axis, end, event) {
  const up = axis.scale.to(axis.ends[1]) < axis.scale.to(axis.ends[0]) ? 1 : -1;
  const moves = { ArrowUp: up, ArrowRight: 1, ArrowDown: -up, ArrowLeft: -1, PageUp: 10 * up, PageDown: -10 * up };
  const range = [...rangeOf(axis)];
  if (event.key === 'Escape' || event.key === 'Delete') setRange(axis, null);
  else if (event.key in moves || event.key === 'Home' || event.key === 'End') {
    if (event.key === 'Home' || event.key === 'End') range[end] = axis.ends[event.key === 'Home' ? 0 : 1];
    else range[end] = stepped(axis, range[end], moves[event.key]);
    const [low, high] = axis.ends;
    const bound = end ? Math.max(range[0], Math.min(high, range[1])) : Math.min(range[1], Math.max(low, range[0]));
    range[end] = bound;
    setRange(axis, range);
  } else return;
  event.preventDefault();
}

function stepped(axis, value, by) {
  if (axis.column.choices) return Math.round(value) + Math.sign(by);
  const pixels = (axis.scale.to(axis.ends[1]) - axis.scale.to(axis.ends[0])) / 50;
  return axis.scale.from(axis.scale.to(value) + by * pixels);
}

// A drag begins a new range, or moves one end of it.
function dragAlong(axis, event, end = null) {
  event.preventDefault();
  const frame = () => axis.group.ownerSVGElement.getBoundingClientRect();
  const valueAt = (e) => Math.min(axis.ends[1], Math.max(axis.ends[0], axis.scale.from(e.clientY - frame().top)));
  const begun = valueAt(event);
  const fixed = end === null ? begun : rangeOf(axis)[1 - end];
  const isStill = (e) => Math.abs(e.clientY - event.clientY) < 4;
  const move = (e) => {
    if (end === null && isStill(e)) return;
    const other = valueAt(e);
    const range = [Math.min(fixed, other), Math.max(fixed, other)];
    setRange(axis, axis.column.choices ? [Math.round(range[0]), Math.round(range[1])] : range);
  };
  const stop = () => {
    removeEventListener('pointermove', move);
    removeEventListener('pointerup', stop);
  };
  addEventListener('pointermove', move);
  addEventListener('pointerup', stop);
}

// A click between two axes selects the nearest line.
function selectLine(event) {
  if (event.target.closest('.upright')) return;
  const frame = event.currentTarget.getBoundingClientRect();
  const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
  const right = parallel.axes.findIndex((axis) => axis.x > x);
  if (right < 1) return;
  const [a, b] = [parallel.axes[right - 1], parallel.axes[right]];
  const share = (x - a.x) / (b.x - a.x);
  let [best, least] = [null, 8];
  for (const line of parallel.lines) {
    const [va, vb] = [a, b].map((axis) => line.run.columns.get(axis.name).values[line.place]);
    if (typeof va !== 'number' || typeof vb !== 'number') continue;
    const distance = Math.abs(a.scale.to(va) * (1 - share) + b.scale.to(vb) * share - y) - (line.run.marks[line.place] === 'f' ? 2 : 0);
    if (distance < least) [best, least] = [line, distance];
  }
  if (best) select(best.run.number, best.run.ids[best.place]);
}

function makeAxesChoice() {
  const chosen = chosenAxes();
  const boxes = commonNames(true).map((name) => {
    const box = el('input', { type: 'checkbox', checked: chosen.includes(name) });
    box.addEventListener('change', () => {
      const now = chosenAxes();
      state.axes = box.checked ? [...now, name] : now.filter((each) => each !== name);
      if (!box.checked) delete state.ranges[name];
      showFiltered();
      drawParallel();
    });
    return el('label', {}, box, ` ${name}`);
  });
  byId('axes-choice').replaceChildren(folding('axes', 'Choose axes', el('div', { class: 'boxes' }, boxes)));
}
