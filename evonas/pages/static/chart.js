// Scales, axes and lines: what every chart needs.

const SHAPES = [
  (r) => `M${-r},0a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0z`,
  (r) => `M${-r * 0.9},${-r * 0.9}h${1.8 * r}v${1.8 * r}h${-1.8 * r}z`,
  (r) => `M0,${-1.2 * r}L${1.1 * r},${0.8 * r}H${-1.1 * r}z`,
  (r) => `M0,${-1.25 * r}L${1.25 * r},0L0,${1.25 * r}L${-1.25 * r},0z`,
  (r) => `M0,${1.2 * r}L${1.1 * r},${-0.8 * r}H${-1.1 * r}z`,
  (r) => `M${-r * 0.4},${-r}h${0.8 * r}v${0.6 * r}h${0.6 * r}v${0.8 * r}h${-0.6 * r}v${0.6 * r}h${-0.8 * r}v${-0.6 * r}h${-0.6 * r}v${-0.8 * r}h${0.6 * r}z`,
];
const N_COLOURS = 7;

function shape(run, radius) {
  return SHAPES[run % SHAPES.length](radius);
}

function colourClass(run) {
  return `c${run % N_COLOURS}`;
}

function linearTicks(low, high, n) {
  const rough = (high - low) / n;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i += 1) ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

function logTicks(low, high) {
  const decades = Math.log10(high / low);
  const steps = decades < 2 ? [1, 2, 5] : decades < 4 ? [1, 3] : [1];
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const step of steps) {
      const tick = step * 10 ** power;
      if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(Number(tick.toPrecision(12)));
    }
  }
  return ticks.length > 1 ? ticks : linearTicks(low, high, 4);
}

// From values to places: from start to end in pixels, with a little room at both sides.
function scaleOf([low, high], { start, end, log = false, room = 0.04 }) {
  if (low === high) {
    const half = log ? 0 : Math.abs(low) * 0.05 || 0.5;
    [low, high] = log ? [low / 1.5, high * 1.5] : [low - half, high + half];
  }
  const turn = log ? Math.log10 : (value) => value;
  const back = log ? (value) => 10 ** value : (value) => value;
  const margin = (turn(high) - turn(low)) * room;
  const [a, b] = [turn(low) - margin, turn(high) + margin];
  const to = (value) => start + ((turn(value) - a) / (b - a)) * (end - start);
  const from = (place) => back(a + ((place - start) / (end - start)) * (b - a));
  const n = Math.max(3, Math.min(7, Math.abs(end - start) / 70));
  return { to, from, ticks: log ? logTicks(back(a), back(b)) : linearTicks(a, b, n), log };
}

function axisGroup(side, scale, { left, right, top, bottom, label }) {
  const isX = side === 'x';
  const group = svg('g', { class: `axis ${side}`, 'aria-hidden': 'true' });
  let last = -Infinity;
  for (const tick of scale.ticks) {
    const place = scale.to(tick);
    if (place < (isX ? left : top) - 1 || place > (isX ? right : bottom) + 1) continue;
    group.append(isX
      ? svg('path', { class: 'grid', d: `M${place},${top}V${bottom}` })
      : svg('path', { class: 'grid', d: `M${left},${place}H${right}` }));
    const text = short(tick);
    if (isX && place - last < text.length * 7 + 6) continue;
    last = place;
    group.append(isX
      ? svg('text', { x: place, y: bottom + 16, 'text-anchor': 'middle', text })
      : svg('text', { x: left - 7, y: place + 4, 'text-anchor': 'end', text }));
  }
  group.append(isX
    ? svg('text', { class: 'label', x: (left + right) / 2, y: bottom + 36, 'text-anchor': 'middle', text: label })
    : svg('text', { class: 'label', transform: `translate(13,${(top + bottom) / 2})rotate(-90)`, 'text-anchor': 'middle', text: label }));
  return group;
}

function widthOf(element, least = 280) {
  return Math.max(least, Math.round(element.clientWidth || element.parentElement?.clientWidth || 640));
}

// Lines of a section or of a learning curve, each with its own colour and marks.
function lineChart(chart, { width, height = 260, name, yOf = (series) => series.y }) {
  const box = { left: 62, right: width - 14, top: 12, bottom: height - 46 };
  const all = (pick) => chart.series.flatMap(pick).filter((value) => typeof value === 'number');
  const x = scaleOf(extent(all((s) => s.x)), { start: box.left, end: box.right, room: 0.02 });
  x.ticks = x.ticks.filter(Number.isInteger); // epochs and evaluations are whole
  const y = scaleOf(extent(all(yOf)), { start: box.bottom, end: box.top });
  const picture = svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': name });
  picture.append(axisGroup('x', x, { ...box, label: chart.x }), axisGroup('y', y, { ...box, label: chart.y }));
  chart.series.forEach((series, i) => {
    const number = series.run ?? i;
    const points = series.x.map((value, j) => [value, yOf(series)[j]]).filter(([a, b]) => typeof a === 'number' && typeof b === 'number');
    const places = points.map(([a, b]) => [x.to(a), y.to(b)]);
    const group = svg('g', { class: `line ${colourClass(number)} dash${number % 4}` }, svg('title', { text: series.name }));
    group.append(svg('path', { class: 'stroke', d: places.map(([a, b], j) => `${j ? 'L' : 'M'}${a.toFixed(1)},${b.toFixed(1)}`).join('') }));
    const step = Math.max(1, Math.ceil(places.length / 15));
    places.forEach(([a, b], j) => {
      if (j % step && j !== places.length - 1) return;
      group.append(svg('path', { class: 'mark', d: shape(number, 3.4), transform: `translate(${a.toFixed(1)},${b.toFixed(1)})` }));
    });
    picture.append(group);
  });
  return el('figure', {}, picture, chart.series.length > 1 ? legendOf(chart.series) : null);
}

function sample(number) {
  return svg('svg', { width: 14, height: 14, viewBox: '-7 -7 14 14', 'aria-hidden': 'true', class: `line ${colourClass(number)}` },
    svg('path', { class: 'mark', d: shape(number, 4.5) }));
}

function legendOf(series) {
  return el('figcaption', { class: 'legend' }, series.map((each, i) => el('span', {}, sample(each.run ?? i), ` ${each.name}`)));
}
