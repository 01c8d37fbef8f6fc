// From the embedded blocks to results. The program embeds a packed form (reports/pack.hpp); a plain
// document is read as well.
import type { Cell, Histogram, Result, Spawn, Summary } from "./data";

// The spawns of one cell as columns: a row is one process pair.
export interface SpawnColumns {
  count: number;
  figures: Record<string, (number | null)[]>;
  sequence: (number | null)[];
  round: (number | null)[];
  start_s: (number | null)[];
  messages: (number | null)[];
  elapsed_ns: (number | null)[];
  quality: (string | null)[];
  flags: string[][];
  noise: (Record<string, unknown> | null)[];
  notes: { role: string; notes: Record<string, unknown> }[];
}

export interface Loaded {
  result: Result;
  spawns: Map<string, SpawnColumns>;
  // The figures of a packed document are rounded.
  packed: boolean;
}

export interface Embedded {
  results: Loaded[];
  problems: string[];
}

export const newestMinor = 1;

export async function readEmbedded(root: ParentNode): Promise<Embedded> {
  const embedded: Embedded = { results: [], problems: [] };
  const blocks = [...root.querySelectorAll<HTMLScriptElement>("script.ipcmark-result")];
  for (const [position, block] of blocks.entries()) {
    try {
      const text = block.textContent ?? "";
      embedded.results.push(
        load(JSON.parse(block.type === "application/json" ? text : await inflated(text))),
      );
    } catch (error) {
      embedded.problems.push(
        `Result ${position + 1}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  return embedded;
}

// The program deflates what it embeds: a full run would be tens of megabytes.
async function inflated(text: string): Promise<string> {
  const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  return new Response(
    new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate")),
  ).text();
}

function load(value: unknown): Loaded {
  const result = value as (Partial<Result> & { packed?: number }) | null;
  if (result?.schema?.name !== "ipcmark.result") throw new Error("not an ipcmark result");
  const major = String(result.schema.version).split(".")[0];
  if (major !== "1")
    throw new Error(`schema version ${result.schema.version} is newer than this page (1.x)`);
  for (const key of ["cells", "mechanisms"] as const) {
    if (!Array.isArray(result[key])) throw new Error(`${key} is missing`);
  }
  return result.packed === 1
    ? unpack(result as unknown as Packed)
    : { ...plain(complete(result as Result)), packed: false };
}

// A reader does without what is missing: an empty block says "not recorded" in its view.
function complete(result: Result): Result {
  const block = <T extends object>(value: T | undefined | null, otherwise: T): T =>
    value && typeof value === "object" ? { ...otherwise, ...value } : otherwise;
  result.context = block(result.context, {
    date: "",
    host_name: "unknown",
    num_cpus: 0,
    mhz_per_cpu: 0,
    load_avg: [],
  });
  result.environment = block(result.environment, {
    fingerprint: "",
    identity: {},
    ipc_limits: {},
    state_begin: {},
    state_end: null,
    warnings: [],
  });
  result.environment.warnings ??= [];
  result.build = block(result.build, {
    version: "unknown",
    type: "unknown",
    optimised: true,
    compiler: "",
    flags: "",
    libraries: {},
    git: { revision: "", dirty: false },
  });
  result.clock = block(result.clock, { source: "", stamp_cost_ns: NaN, reason: "" });
  result.topology = block(result.topology, { cpus: [], placements: [] });
  result.plan = block(result.plan, {
    seed: "",
    seed_note: "",
    argv: [],
    profile: "",
    rounds: 0,
    order: "",
    spawn_ms: 0,
    cells: result.cells.length,
  });
  result.run = block(result.run, { started: "", elapsed_s: NaN, measuring_s: NaN, spawns: 0 });
  result.benchmarks = Array.isArray(result.benchmarks) ? result.benchmarks : [];
  result.mechanisms = result.mechanisms.filter((m) => m && typeof m.name === "string");
  for (const mechanism of result.mechanisms) mechanism.traits ??= {};
  result.cells = result.cells.filter(
    (c) => c && typeof c.name === "string" && typeof c.transport === "string",
  );
  for (const cell of result.cells) {
    cell.summary ??= {};
    cell.histogram ??= null;
  }
  return result;
}

function empty(): SpawnColumns {
  return {
    count: 0,
    figures: {},
    sequence: [],
    round: [],
    start_s: [],
    messages: [],
    elapsed_ns: [],
    quality: [],
    flags: [],
    noise: [],
    notes: [],
  };
}

function plain(result: Result): { result: Result; spawns: Map<string, SpawnColumns> } {
  const spawns = new Map<string, SpawnColumns>();
  for (const entry of result.benchmarks) {
    const ipc = entry?.ipc;
    if (!ipc || typeof ipc.cell !== "string") continue;
    const columns = spawns.get(ipc.cell) ?? empty();
    spawns.set(ipc.cell, columns);
    append(columns, entry);
  }
  return { result, spawns };
}

const numeric = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;

function append(columns: SpawnColumns, entry: Spawn): void {
  const { ipc } = entry;
  const row = columns.count++;
  columns.sequence.push(numeric(ipc.sequence));
  columns.round.push(numeric(ipc.round));
  columns.start_s.push(numeric(ipc.t_start_s));
  columns.messages.push(numeric(ipc.messages));
  columns.elapsed_ns.push(numeric(ipc.elapsed_ns));
  columns.quality.push(ipc.quality ?? null);
  columns.flags.push(ipc.flags ?? []);
  columns.noise.push(ipc.noise ?? null);
  if (row === 0)
    columns.notes = (ipc.peers ?? [])
      .filter((p) => Object.keys(p.notes ?? {}).length > 0)
      .map((p) => ({ role: p.role, notes: p.notes! }));
  for (const [name, value] of Object.entries(entry)) {
    if (notFigures.has(name) || (typeof value !== "number" && value !== null)) continue;
    const column = (columns.figures[name] ??= []);
    while (column.length < row) column.push(null);
    column.push(numeric(value));
  }
}

const notFigures = new Set([
  "family_index",
  "per_family_instance_index",
  "repetitions",
  "repetition_index",
  "threads",
  "iterations",
  "items_per_second",
]);

// --- the packed form -----------------------------------------------------------------------------

type Column = number | null | (number | null)[];

interface Packed extends Omit<Result, "cells"> {
  packed: 1;
  metrics: {
    key: string;
    unit: string;
    better: Summary["better"];
    source?: string;
    method?: string;
  }[];
  cells: (Omit<Cell, "summary" | "histogram"> & {
    n?: number;
    level?: number | null;
    // metric, median, low, high, then n, level, min and max where they cannot be told from the rest
    summary: (number | null)[][];
    histogram: (Omit<Histogram, "bins"> & { bins: number[] }) | null;
    spawns?: PackedSpawns;
  })[];
}

interface PackedSpawns {
  count: number;
  sequence?: Column;
  round?: Column;
  start_s?: Column;
  messages?: Column;
  elapsed_ns?: Column;
  quality?: (string | null)[] | string | null;
  flags?: string[][];
  noise?: Record<string, Column>;
  notes?: SpawnColumns["notes"];
  // by the position of the metric
  figures?: Record<string, Column>;
}

function unpack(packed: Packed): Loaded {
  const spawns = new Map<string, SpawnColumns>();
  const cells = packed.cells.map((cell): Cell => {
    const columns = cell.spawns ? unpackSpawns(cell.spawns, packed.metrics) : null;
    if (columns) spawns.set(cell.name, columns);
    const summary: Record<string, Summary> = {};
    for (const row of cell.summary) {
      const metric = packed.metrics[row[0]!];
      if (!metric) continue;
      const column = columns?.figures[metric.key]?.filter((v) => v !== null);
      const hasRange = column !== undefined && column.length > 0;
      summary[metric.key] = {
        median: row[1] ?? null,
        low: row[2] ?? null,
        high: row[3] ?? null,
        n: row[4] ?? cell.n ?? 0,
        level: row[5] ?? (row[2] === null || row[2] === undefined ? null : (cell.level ?? null)),
        min: row[6] ?? (hasRange ? Math.min(...column) : null),
        max: row[7] ?? (hasRange ? Math.max(...column) : null),
        unit: metric.unit,
        better: metric.better,
        ...(metric.source === undefined ? {} : { source: metric.source }),
        ...(metric.method === undefined ? {} : { method: metric.method }),
      };
    }
    const { n: _n, level: _level, spawns: _spawns, ...rest } = cell;
    return {
      ...rest,
      summary,
      histogram: cell.histogram
        ? { ...cell.histogram, bins: unpackBins(cell.histogram.bins) }
        : null,
    };
  });
  const { packed: _packed, metrics: _metrics, ...rest } = packed;
  return { result: complete({ ...rest, cells, benchmarks: [] }), spawns, packed: true };
}

function unpackSpawns(packed: PackedSpawns, metrics: Packed["metrics"]): SpawnColumns {
  const { count } = packed;
  const fill = <T>(column: T | T[] | undefined, otherwise: T): T[] =>
    Array.isArray(column)
      ? column
      : Array.from({ length: count }, () => (column === undefined ? otherwise : column));
  const figures: Record<string, (number | null)[]> = {};
  for (const [position, column] of Object.entries(packed.figures ?? {})) {
    const metric = metrics[Number(position)];
    if (metric) figures[metric.key] = fill(column, null);
  }
  return {
    count,
    figures,
    sequence: fill(packed.sequence, null),
    round: fill(packed.round, null),
    start_s: fill(packed.start_s, null),
    messages: fill(packed.messages, null),
    elapsed_ns: fill(packed.elapsed_ns, null),
    quality: fill(packed.quality, null),
    flags: packed.flags ?? Array.from({ length: count }, () => []),
    noise: noiseRows(packed.noise, count, fill),
    notes: packed.notes ?? [],
  };
}

function noiseRows(
  group: Record<string, Column> | undefined,
  count: number,
  fill: (column: Column, otherwise: number | null) => (number | null)[],
): (Record<string, unknown> | null)[] {
  const columns = Object.entries(group ?? {}).map(
    ([name, column]) => [name, fill(column, null)] as const,
  );
  return Array.from({ length: count }, (_, n) =>
    columns.length === 0
      ? null
      : Object.fromEntries(columns.map(([name, column]) => [name, column[n]])),
  );
}

// Pairs of (distance to the bucket before, count).
function unpackBins(flat: number[]): [number, number][] {
  const bins: [number, number][] = [];
  let index = 0;
  for (let at = 0; at + 1 < flat.length; at += 2) {
    index += flat[at]!;
    bins.push([index, flat[at + 1]!]);
  }
  return bins;
}
