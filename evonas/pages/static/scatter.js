// The architectures as points over any pair of metrics.

const scatter = { points: [], at: -1 };
const REACH = 16; // pixels within which a point is meant

function axisLabel(name) {
  const column = runs[0].columns.get(name);
  const better = { 1: ', lower is better', '-1': ', higher is better' }[column.sign] ?? '';
  return `${column.label}${unitOf(column)}${better}`;
}

function dot(places) {
  return places.map(([x, y]) => `M${x.toFixed(1)},${y.toFixed(1)}h0`).join('');
}

function cross(places) {
  return places.map(([x, y]) => `M${(x - 3).toFixed(1)},${(y - 3).toFixed(1)}l6,6m0,-6l-6,6`).join('');
}

// The best of what is drawn, in the two metrics alone, as stairs.
function stairs(points, sx, sy) {
  const sorted = [...points].sort((a, b) => sx * (a.vx - b.vx) || sy * (a.vy - b.vy));
  const kept = [];
  for (const point of sorted) {
    if (!kept.length || sy * point.vy < sy * kept.at(-1).vy) kept.push(point);
  }
  return kept.map((p, i) => (i ? `H${p.x.toFixed(1)}V${p.y.toFixed(1)}` : `M${p.x.toFixed(1)},${p.y.toFixed(1)}`)).join('');
}

function pointsOf(run, x, y) {
  const [cx, cy] = [run.columns.get(state.x).values, run.columns.get(state.y).values];
  const points = [];
  for (let i = 0; i < run.n; i += 1) {
    const [vx, vy] = [cx[i], cy[i]];
    if (typeof vx !== 'number' || typeof vy !== 'number' || (x.log && vx <= 0) || (y.log && vy <= 0)) continue;
    points.push({ run, place: i, vx, vy, x: x.to(vx), y: y.to(vy), mark: run.marks[i], shown: run.shown[i] === 1 });
  }
  return points;
}

function drawScatter() {
  const host = byId('scatter');
  const width = widthOf(host);
  const height = Math.max(300, Math.min(520, Math.round(width * 0.62)));
  const box = { left: 66, right: width - 16, top: 14, bottom: height - 48 };
  const isLog = (name, wish) => canBeLog(name) && (wish ?? wantsLog(name));
  const [xlog, ylog] = [isLog(state.x, state.xlog), isLog(state.y, state.ylog)];
  const x = scaleOf(extent(numbersOf(state.x)), { start: box.left, end: box.right, log: xlog });
  const y = scaleOf(extent(numbersOf(state.y)), { start: box.bottom, end: box.top, log: ylog });
  const picture = svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': 'true' });
  picture.append(axisGroup('x', x, { ...box, label: axisLabel(state.x) }), axisGroup('y', y, { ...box, label: axisLabel(state.y) }));
  scatter.points = [];
  scatter.at = -1;
  for (const run of visibleRuns()) {
    const points = pointsOf(run, x, y);
    scatter.points.push(...points.filter((point) => point.shown));
    picture.append(...cloudOf(run, points));
  }
  scatter.points.sort((a, b) => a.x - b.x || a.y - b.y);
  picture.append(svg('g', { id: 'chosen' }));
  host.querySelector('.plot').replaceChildren(picture);
  drawChosen();
  byId('remark').textContent = remark();
}

function cloudOf(run, points) {
  const [sx, sy] = [state.x, state.y].map((name) => run.columns.get(name).sign);
  const of = (letters, shown) => points.filter((p) => letters.includes(p.mark) && p.shown === shown).map((p) => [p.x, p.y]);
  const colour = colourClass(run.number);
  const best = sx && sy ? stairs(points.filter((p) => p.shown && 'fo'.includes(p.mark)), sx, sy) : '';
  const cloud = [
    svg('path', { class: 'cloud away', d: dot(of('foli', false)) }),
    svg('path', { class: `cloud others ${runs.length > 1 ? colour : 'plain'}`, d: dot(of('oli', true)) }),
    svg('path', { class: 'crosses', d: cross(of('b', true)) }),
    svg('path', { class: `stairs ${colour}`, d: best }),
  ];
  const members = points.filter((p) => p.mark === 'f' && p.shown).map((p) => svg('path', {
    class: `front ${colour}`, d: shape(run.number, 5), transform: `translate(${p.x.toFixed(1)},${p.y.toFixed(1)})`, 'data-id': run.ids[p.place],
  }));
  return [...cloud.filter((path) => path.getAttribute('d')), ...members];
}

function remark() {
  const lacking = visibleRuns().reduce((sum, run) => sum + run.shown.reduce((n, is, i) => {
    const has = [state.x, state.y].every((name) => typeof run.columns.get(name).values[i] === 'number');
    return n + (is && !has ? 1 : 0);
  }, 0), 0);
  if (!lacking) return '';
  const names = [...new Set([state.x, state.y])].join(' or ');
  return `${lacking.toLocaleString('en')} of those kept ${lacking === 1 ? 'has' : 'have'} no ${names} and cannot be drawn here; the table lists ${lacking === 1 ? 'it' : 'them'}.`;
}

// Rings around the selected point and the one that the keys or the mouse are at.
function drawChosen() {
  const group = document.getElementById('chosen');
  if (!group) return;
  const rings = [];
  const found = selectedPlace();
  const chosen = found && scatter.points.find((p) => p.run === found.run && p.place === found.place);
  if (chosen) rings.push(svg('circle', { class: 'ring chosen', cx: chosen.x, cy: chosen.y, r: 9 }));
  const at = scatter.points[scatter.at];
  if (at) rings.push(svg('circle', { class: 'ring', cx: at.x, cy: at.y, r: 8 }));
  group.replaceChildren(...rings);
}

function nearestPoint(x, y) {
  let best = -1;
  let least = REACH ** 2;
  scatter.points.forEach((point, i) => {
    const distance = (point.x - x) ** 2 + (point.y - y) ** 2 - (point.mark === 'f' ? 9 : 0); // a member before what lies under it
    if (distance < least) [best, least] = [i, distance];
  });
  return best;
}

function tipLines(point) {
  const { run, place } = point;
  const names = [...new Set([...run.objectives, state.x, state.y])].filter((name) => run.columns.has(name));
  const head = runs.length > 1 ? `${run.ids[place]} of ${run.name}` : run.ids[place];
  return [`${head}, ${MARKS[run.marks[place]]}`, ...names.map((name) => {
    const column = run.columns.get(name);
    return `${column.name} ${valueText(column, place)} ${column.unit}`.trim();
  })];
}

function showTip(point, host) {
  const tip = byId('tip');
  if (!point) {
    tip.hidden = true;
    return;
  }
  const [head, ...rest] = tipLines(point);
  tip.replaceChildren(el('strong', { text: head }), ...rest.map((line) => el('div', { text: line })));
  tip.hidden = false;
  const side = point.x > host.clientWidth / 2;
  tip.style.left = side ? '' : `${point.x + 14}px`;
  tip.style.right = side ? `${host.clientWidth - point.x + 14}px` : '';
  tip.style.top = `${Math.max(0, point.y - 24)}px`;
}

function step(by, isMember) {
  const n = scatter.points.length;
  for (let i = 1; i <= n; i += 1) {
    const place = (scatter.at + by * i + (scatter.at < 0 && by < 0 ? 1 : 0) + n * (i + 1)) % n;
    if (!isMember || scatter.points[place].mark === 'f') return place;
  }
  return -1;
}

function makeScatter() {
  const plot = el('div', {
    id: 'plot', class: 'plot', tabindex: '0', role: 'application', 'aria-roledescription': 'scatter plot', 'aria-describedby': 'scatter-help',
  });
  const help = el('p', {
    id: 'scatter-help', class: 'note',
    text: 'Point at a mark to read it, click to select it. By keys: left and right go through the front, up and down through all, Enter selects, Escape leaves.',
  });
  const tip = el('div', { id: 'tip', hidden: true });
  const place = (event) => {
    const frame = plot.getBoundingClientRect();
    return nearestPoint(event.clientX - frame.left, event.clientY - frame.top);
  };
  const go = (to) => {
    scatter.at = to;
    drawChosen();
    showTip(scatter.points[to], plot);
  };
  plot.addEventListener('pointermove', (event) => go(place(event)));
  plot.addEventListener('pointerleave', () => go(-1));
  plot.addEventListener('blur', () => go(-1));
  plot.addEventListener('click', (event) => {
    const point = scatter.points[place(event)];
    if (point) select(point.run.number, point.run.ids[point.place]);
  });
  plot.addEventListener('keydown', (event) => {
    const moves = { ArrowRight: [1, true], ArrowLeft: [-1, true], ArrowUp: [1, false], ArrowDown: [-1, false] };
    const point = scatter.points[scatter.at];
    if (event.key === 'Escape') go(-1);
    else if ((event.key === 'Enter' || event.key === ' ') && point) select(point.run.number, point.run.ids[point.place]);
    else if (moves[event.key]) {
      go(step(...moves[event.key]));
      if (scatter.points[scatter.at]) announce(tipLines(scatter.points[scatter.at]).join(', '));
    } else return;
    event.preventDefault();
  });
  byId('scatter').replaceChildren(el('div', { class: 'stage' }, plot, tip), help);
}

function labelScatter() {
  const n = scatter.points.length;
  byId('scatter').querySelector('.plot').setAttribute('aria-label',
    `${nounOf(n, 'architecture')} by ${axisLabel(state.x)} to the right and ${axisLabel(state.y)} upwards`);
}
