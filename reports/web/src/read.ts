// From the embedded blocks to the view model and the results, which are in the packed form of
// reports/pack.hpp.
import type { Cell, Histogram, Result, Summary } from "./data";
import type { ResultView, ViewModel } from "./view";

// The repetitions of one cell as columns: a row is one repetition.
export interface RepetitionColumns {
  count: number;
  figures: Record<string, (number | null)[]>;
  sequence: (number | null)[];
  round: (number | null)[];
  start_s: (number | null)[];
  messages: (number | null)[];
  elapsed_ns: (number | null)[];
  real_time: (number | null)[];
  cpu_time: (number | null)[];
  quality: (string | null)[];
  flags: string[][];
  noise: (Record<string, unknown> | null)[];
  notes: { role: string; notes: Record<string, unknown> }[];
}

export interface Loaded {
  result: Result;
  repetitions: Map<string, RepetitionColumns>;
  view: ResultView;
}

export interface Embedded {
  model: ViewModel | null;
  results: Loaded[];
  problems: string[];
}

export async function readEmbedded(root: ParentNode): Promise<Embedded> {
  const embedded: Embedded = { model: null, results: [], problems: [] };
  const attempt = async (what: string, read: () => Promise<void>) => {
    try {
      await read();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      embedded.problems.push(`${what}: ${why}`);
    }
  };
  const view = root.querySelector<HTMLScriptElement>("script.ipcmark-view");
  await attempt("The view of the results", async () => {
    if (!view) throw new Error("it is missing; write the page again with ipcmark report");
    embedded.model = await inflated<ViewModel>(view);
  });
  const { model } = embedded;
  if (!model) return embedded;
  const blocks = [...root.querySelectorAll<HTMLScriptElement>("script.ipcmark-result")];
  for (const [position, block] of blocks.entries()) {
    const about = model.results[position];
    await attempt(about?.name ?? `Result ${position + 1}`, async () => {
      if (!about) throw new Error("the program says nothing about it");
      embedded.results.push(unpack(await inflated<Packed>(block), about));
    });
  }
  return embedded;
}

// The program deflates what it embeds: a full run would be tens of megabytes.
async function inflated<T>(block: HTMLScriptElement): Promise<T> {
  const text = (block.textContent ?? "").trim();
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text()) as T;
}

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
    // metric, median, low, high; n and level where they are not those of most; min and max, 1
    // where it is pooled, and the repetitions that are min and max instead of these
    summary: (number | null)[][];
    histogram: (Omit<Histogram, "bins"> & { bins: number[] }) | null;
    repetitions?: PackedRepetitions;
  })[];
}

interface PackedRepetitions {
  count: number;
  sequence?: Column;
  round?: Column;
  start_s?: Column;
  messages?: Column;
  elapsed_ns?: Column;
  real_time?: Column;
  cpu_time?: Column;
  quality?: (string | null)[] | string | null;
  flags?: string[][];
  noise?: Record<string, Column>;
  notes?: RepetitionColumns["notes"];
  // by the position of the metric
  figures?: Record<string, Column>;
}

function unpack(packed: Packed, view: ResultView): Loaded {
  const repetitions = new Map<string, RepetitionColumns>();
  const cells = packed.cells.map((cell): Cell => {
    const columns = cell.repetitions ? unpackRepetitions(cell.repetitions, packed.metrics) : null;
    if (columns) repetitions.set(cell.name, columns);
    const summary: Record<string, Summary> = {};
    for (const row of cell.summary) {
      const metric = packed.metrics[row[0]!];
      if (!metric) continue;
      const figureAt = (position: number | null | undefined) =>
        typeof position === "number" ? columns?.figures[metric.key]?.[position] : undefined;
      summary[metric.key] = {
        median: row[1] ?? null,
        low: row[2] ?? null,
        high: row[3] ?? null,
        n: row[4] ?? cell.n ?? 0,
        level: row[5] ?? (row[2] === null || row[2] === undefined ? null : (cell.level ?? null)),
        min: row[6] ?? figureAt(row[9]) ?? null,
        max: row[7] ?? figureAt(row[10]) ?? null,
        ...(row[8] === 1 ? { pooled: true } : {}),
        unit: metric.unit,
        better: metric.better,
        ...(metric.source === undefined ? {} : { source: metric.source }),
        ...(metric.method === undefined ? {} : { method: metric.method }),
      };
    }
    const { n: _n, level: _level, repetitions: _repetitions, ...rest } = cell;
    return {
      ...rest,
      summary,
      histogram: cell.histogram
        ? { ...cell.histogram, bins: unpackBins(cell.histogram.bins) }
        : null,
    };
  });
  const { packed: _packed, metrics: _metrics, ...rest } = packed;
  return { result: { ...rest, cells, benchmarks: [] }, repetitions, view };
}

function unpackRepetitions(
  packed: PackedRepetitions,
  metrics: Packed["metrics"],
): RepetitionColumns {
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
    real_time: fill(packed.real_time, null),
    cpu_time: fill(packed.cpu_time, null),
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
