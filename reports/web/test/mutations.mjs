// Results made of others.

const figures = ["median", "low", "high", "min", "max"];

// The repetitions alone, with those that stand apart: a result that is read like any other.
function repetitionsOf(result) {
  return [...result.benchmarks, ...(result.set_aside ?? [])].filter((entry) => entry.ipc);
}

function keepRepetitions(result, wanted = () => true) {
  result.benchmarks = repetitionsOf(result).filter(wanted);
  result.set_aside = [];
}

// The same run, with one mechanism slower in each of its repetitions.
export function slower(result, name, factor) {
  const later = structuredClone(result);
  const cells = new Set(later.cells.filter((c) => c.transport === name).map((c) => c.name));
  for (const cell of later.cells) {
    const summary = cells.has(cell.name) ? cell.summary.p50_ns : undefined;
    for (const key of figures) if (typeof summary?.[key] === "number") summary[key] *= factor;
  }
  keepRepetitions(later);
  for (const entry of later.benchmarks)
    if (cells.has(entry.ipc.cell) && typeof entry.p50_ns === "number") entry.p50_ns *= factor;
  return later;
}

// As if nothing else had run: every repetition counts, also where its samples were too few for the
// figure, and small differences do; rates were kept.
export function quiet(result) {
  const calm = structuredClone(result);
  calm.noise = null;
  const cells = new Map(calm.cells.map((cell) => [cell.name, cell]));
  for (const cell of calm.cells) {
    Object.assign(cell, { repetitions_excluded: 0, repetitions_disturbed: 0 });
    if (cell.saturated) cell.saturated = false;
    cell.flags = (cell.flags ?? []).filter((flag) => flag !== "saturated");
    for (const figures of Object.values(cell.summary)) delete figures.pooled;
  }
  keepRepetitions(calm);
  for (const entry of calm.benchmarks) {
    if (entry.ipc.quality) entry.ipc.quality = "quiet";
    for (const [metric, { median }] of Object.entries(cells.get(entry.ipc.cell).summary))
      if (entry[metric] === null && typeof median === "number") entry[metric] = median;
  }
  return calm;
}

// The result with some of its cells.
export function only(result, wanted) {
  const part = structuredClone(result);
  part.cells = part.cells.filter(wanted);
  const names = new Set(part.cells.map((cell) => cell.name));
  keepRepetitions(part, (entry) => names.has(entry.ipc.cell));
  return part;
}

// A cell that ended in another way has neither figures nor repetitions.
export function end(result, cell, status, reason) {
  Object.assign(cell, {
    status,
    reason,
    repetitions_ok: 0,
    summary: {},
    histogram: null,
    verify: null,
  });
  keepRepetitions(result, (entry) => entry.ipc.cell !== cell.name);
}

// The cells of one mechanism under another name.
export function rename(result, from, to) {
  const cells = new Map();
  for (const cell of result.cells.filter(({ transport }) => transport === from)) {
    const name = cell.name.replace(`/${from}/`, () => `/${to}/`);
    cells.set(cell.name, name);
    Object.assign(cell, { transport: to, name });
  }
  keepRepetitions(result);
  for (const entry of result.benchmarks) {
    const name = cells.get(entry.ipc.cell);
    if (name) Object.assign(entry, { name, run_name: name, ipc: { ...entry.ipc, cell: name } });
  }
  return result;
}
