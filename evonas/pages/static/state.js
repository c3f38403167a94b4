// What the reader has chosen. It stands in the address behind #, so that it outlives a reload and can be passed on.

const state = {
  x: '', y: '', xlog: null, ylog: null, query: '', ranges: {}, axes: null, selected: null,
  hidden: [], onlyFront: false, open: [], sort: null, paused: false, at: '',
};

function readState() {
  const told = new URLSearchParams(location.hash.slice(1));
  const list = (name) => (told.get(name) || '').split(',').filter(Boolean).map(decodeURIComponent);
  const flag = (name) => (told.has(name) ? told.get(name) === '1' : null);
  state.x = told.get('x') || '';
  state.y = told.get('y') || '';
  state.xlog = flag('xlog');
  state.ylog = flag('ylog');
  state.query = told.get('q') || '';
  state.axes = told.has('axes') ? list('axes') : null;
  state.hidden = list('hidden').map(Number);
  state.onlyFront = flag('front') === true;
  state.open = list('open');
  state.paused = flag('paused') === true;
  state.at = told.get('at') || '';
  const [key, down] = list('sort');
  state.sort = key ? { key, down: down === '1' } : null;
  const [run, id] = list('sel');
  state.selected = id ? { run: Number(run), id } : null;
  state.ranges = {};
  for (const text of told.getAll('range')) {
    const [name, low, high] = text.split(',');
    if (Number.isFinite(Number(low)) && Number.isFinite(Number(high))) {
      state.ranges[decodeURIComponent(name)] = [Number(low), Number(high)];
    }
  }
}

function writeState() {
  const told = new URLSearchParams();
  const put = (name, value) => { if (value) told.set(name, value); };
  const joined = (values) => values.map((value) => encodeURIComponent(value)).join(',');
  put('x', state.x);
  put('y', state.y);
  if (state.xlog !== null) told.set('xlog', state.xlog ? '1' : '0');
  if (state.ylog !== null) told.set('ylog', state.ylog ? '1' : '0');
  put('q', state.query);
  if (state.axes) told.set('axes', joined(state.axes));
  put('hidden', joined(state.hidden));
  put('front', state.onlyFront ? '1' : '');
  put('open', joined(state.open));
  put('paused', state.paused ? '1' : '');
  put('at', state.at); // what had the focus when the page loaded itself again
  put('sort', state.sort && joined([state.sort.key, state.sort.down ? '1' : '0']));
  put('sel', state.selected && joined([state.selected.run, state.selected.id]));
  for (const [name, [low, high]] of Object.entries(state.ranges)) {
    told.append('range', `${encodeURIComponent(name)},${low},${high}`);
  }
  try {
    history.replaceState(null, '', `#${told}`);
  } catch { /* a browser that allows no address of its own to a file keeps no choices */ }
}
