// The result format, reports/schema/ipcmark.result.v1.schema.json, as types.

export type Placement = "same_cpu" | "smt" | "l2" | "l3" | "package" | "numa" | "free";
export type Pattern =
  | "round_trip" | "one_way" | "paced" | "wake" | "setup" | "switch" | "switch_ring" | "burst";
export type Touch = "desc" | "line" | "rw" | "copy" | "verify";
export type Status = "ok" | "skipped" | "failed" | "timed_out";
export type Wait = "blocks" | "spins" | "spins_then_blocks";

export type Fact = unknown;
export type FactMap = Record<string, Fact>;

export interface Warning {
  id: string;
  severity?: "info" | "warning" | "error";
  text: string;
  remedy: string;
}

export interface Reason {
  code: string;
  stage?: string | null;
  text: string;
}

export interface Summary {
  n: number;
  median: number | null;
  low: number | null;
  high: number | null;
  min?: number | null;
  max?: number | null;
  level?: number | null;
  method?: string;
  unit: string;
  better: "lower" | "higher" | "neither";
  source?: string;
}

export interface Histogram {
  scheme: "log_linear";
  sub_bucket_bits: number;
  unit: "ns";
  count: number;
  bins: [number, number][];
}

export interface Cell {
  name: string;
  transport: string;
  pattern: Pattern;
  payload_bytes: number;
  placement: Placement;
  touch: Touch;
  depth: number;
  cpus?: number[];
  status: Status;
  reason: Reason | null;
  spawns_planned: number;
  spawns_ok: number;
  failures?: Reason[];
  summary: Record<string, Summary>;
  histogram: Histogram | null;
  verify?: { status: string; messages: number } | null;
  counting?: Record<string, unknown> | null;
  flags?: string[];
}

export interface Mechanism {
  name: string;
  summary: string;
  family: string;
  reference?: string;
  wait: Wait;
  copies_per_message: number;
  payload_min_bytes: number;
  payload_max_bytes: number;
  traits: Record<string, unknown>;
  available: boolean;
  reason: string | null;
}

export interface PlacementInfo {
  name: Placement;
  available: boolean;
  cpus: number[];
  reason: string | null;
}

export interface Result {
  schema: { name: string; version: string };
  complete: boolean;
  incomplete_reason?: string | null;
  context: {
    date: string;
    host_name: string;
    num_cpus: number;
    mhz_per_cpu: number;
    load_avg: number[];
    library_version?: string;
  };
  environment: {
    fingerprint: string;
    identity: FactMap;
    ipc_limits: FactMap;
    state_begin: FactMap;
    state_end: FactMap | null;
    warnings: Warning[];
  };
  build: {
    version: string;
    type: string;
    optimised: boolean;
    sanitizers?: string;
    compiler: string;
    flags: string;
    libraries: Record<string, string>;
    git: { revision: string; dirty: boolean };
  };
  clock: {
    source: string;
    stamp_cost_ns: number;
    ticks_per_ns?: number | null;
    cross_cpu_offset_low_ns?: number | null;
    cross_cpu_offset_high_ns?: number | null;
    reason: string;
  };
  topology: { cpus: number[]; placements: PlacementInfo[] };
  plan: {
    seed: string;
    seed_note: string;
    argv: string[];
    profile: string;
    rounds: number;
    order: string;
    spawn_ms: number;
    cells: number;
    time_budget_s?: number | null;
  };
  run: {
    started: string;
    elapsed_s: number;
    measuring_s: number;
    spawns: number;
    rounds_done?: number;
  };
  mechanisms: Mechanism[];
  cells: Cell[];
  benchmarks: unknown[];
}

export interface Embedded {
  results: Result[];
  problems: string[];
}

export function readEmbedded(root: ParentNode): Embedded {
  const embedded: Embedded = { results: [], problems: [] };
  const blocks = root.querySelectorAll<HTMLScriptElement>('script[type="application/json"].ipcmark-result');
  blocks.forEach((block, position) => {
    try {
      embedded.results.push(accept(JSON.parse(block.textContent ?? "")));
    } catch (error) {
      embedded.problems.push(`Result ${position + 1}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  return embedded;
}

// The renderer embeds only documents that passed the schema; this check is for a page
// that meets a result newer than itself.
function accept(value: unknown): Result {
  const result = value as Partial<Result> | null;
  if (result?.schema?.name !== "ipcmark.result") throw new Error("not an ipcmark result");
  const major = String(result.schema.version).split(".")[0];
  if (major !== "1") throw new Error(`schema version ${result.schema.version} is newer than this page (1.x)`);
  for (const key of ["cells", "mechanisms"] as const) {
    if (!Array.isArray(result[key])) throw new Error(`${key} is missing`);
  }
  return result as Result;
}
