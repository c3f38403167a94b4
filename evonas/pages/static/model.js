// The runs of the page as columns by name, and which architectures are shown.

const MARKS = {
  f: 'on the front', o: 'not on the front', b: 'breaks a constraint', l: 'stayed at a lower rung',
  x: 'failed', i: 'not measured in full',
};
let page = null; // the data as the page holds them
let runs = []; // what follows from them

function readPage(data) {
  page = data;
  runs = data.runs.map((run, number) => {
    const columns = new Map();
    for (const metric of run.metrics) columns.set(metric.name, { ...metric, kind: 'metric' });
    for (const gene of run.genes) {
      if (!columns.has(gene.name)) columns.set(gene.name, { ...gene, label: gene.name, unit: '', sign: 0, kind: 'gene' });
    }
    return { ...run, number, columns, n: run.ids.length, shown: new Uint8Array(run.ids.length) };
  });
}

// Names that every run has; numbers alone, or genes as well.
function commonNames(withGenes) {
  if (!runs.length) return [];
  const fits = (column) => column && (withGenes || column.kind === 'metric') && column.values.some((v) => typeof v === 'number');
  return [...runs[0].columns.keys()].filter((name) => runs.every((run) => fits(run.columns.get(name))));
}

function visibleRuns() {
  return runs.filter((run) => !state.hidden.includes(run.number));
}

function numbersOf(name) {
  return visibleRuns().flatMap((run) => run.columns.get(name)?.values ?? []).filter((v) => typeof v === 'number');
}

function extent(values) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 1];
}

// A cost that spans more than this factor has a logarithmic axis, as in every picture of evonas.
const LOG_SPAN = 20;
function wantsLog(name) {
  const [low, high] = extent(numbersOf(name));
  return (runs[0]?.columns.get(name)?.sign ?? 0) > 0 && low > 0 && high > LOG_SPAN * low;
}

function canBeLog(name) {
  return extent(numbersOf(name))[0] > 0;
}

function valueText(column, place) {
  const value = column.values[place];
  if (column.choices && Number.isInteger(value)) return column.choices[value] ?? String(value);
  return exact(value);
}

function genomeText(run, place) {
  const values = run.genes.map((gene) => gene.values[place]);
  const isPlain = values.every((value) => Number.isInteger(value) && value >= 0);
  return values.map(String).join(isPlain ? '-' : ',');
}

// What somebody looks for: words of ids, genes or choices, and conditions such as acc>=90 or block1=residual.
function readQuery(text) {
  return text.trim().split(/\s+/).filter(Boolean).map((word) => {
    const found = /^([^<>=]+)(<=|>=|<|>|=)(.+)$/.exec(word);
    return found ? { name: found[1], relation: found[2], bound: found[3] } : { word: word.toLowerCase() };
  });
}

function keeps(run, place, condition) {
  if (condition.word !== undefined) {
    return run.ids[place].startsWith(condition.word) || genomeText(run, place) === condition.word
      || MARKS[run.marks[place]].includes(condition.word)
      || run.genes.some((gene) => gene.choices && valueText(gene, place).toLowerCase() === condition.word);
  }
  const column = run.columns.get(condition.name);
  if (!column) return false;
  const value = column.choices ? valueText(column, place) : column.values[place];
  if (value === null || value === undefined) return false;
  if (condition.relation === '=') {
    return String(value).toLowerCase() === condition.bound.toLowerCase() || Number(value) === Number(condition.bound);
  }
  const [number, bound] = [Number(value), Number(condition.bound)];
  const relations = { '<=': number <= bound, '>=': number >= bound, '<': number < bound, '>': number > bound };
  return relations[condition.relation];
}

function unknownNames(query) {
  return readQuery(query).filter((c) => c.name && !runs.some((run) => run.columns.has(c.name))).map((c) => c.name);
}

function filter() {
  const conditions = readQuery(state.query);
  const ranges = Object.entries(state.ranges);
  for (const run of runs) {
    for (let i = 0; i < run.n; i += 1) {
      run.shown[i] = (!state.onlyFront || run.marks[i] === 'f')
        && conditions.every((condition) => keeps(run, i, condition))
        && ranges.every(([name, [low, high]]) => {
          const value = run.columns.get(name)?.values[i];
          return typeof value === 'number' && value >= low && value <= high;
        }) ? 1 : 0;
    }
  }
}

function countShown() {
  const count = (run) => run.shown.reduce((sum, each) => sum + each, 0);
  return visibleRuns().reduce((sum, run) => sum + count(run), 0);
}

function selectedPlace() {
  const run = state.selected && runs[state.selected.run];
  const place = run ? run.ids.indexOf(state.selected.id) : -1;
  return place < 0 ? null : { run, place };
}
