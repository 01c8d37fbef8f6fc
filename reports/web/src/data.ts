// The result format, reports/schema/ipcmark.result.v1.schema.json, as types.

export type Placement =
  "same_cpu" | "smt" | "l2" | "l3" | "package" | "numa" | "free" | "cross" | "efficient" | "mixed";
export type Pattern =
  | "round_trip"
  | "one_way"
  | "paced"
  | "wake"
  | "setup"
  | "switch"
  | "switch_ring"
  | "programs"
  | "burst"
  | "state";
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
  // The median is the percentile of the messages of all repetitions together.
  pooled?: boolean;
  method?: string;
  unit: string;
  better: "lower" | "higher" | "neither";
  source?: string;
}

export interface Parameter {
  name: string;
  value: number;
  text?: string;
  working_set_bytes?: number;
}

export interface Floor {
  name: string;
  value: number;
  unit: "ns" | "bytes_per_second";
  why?: string;
  best?: number;
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
  repetitions_planned: number;
  repetitions_ok: number;
  repetitions_excluded?: number;
  failures?: Reason[];
  summary: Record<string, Summary>;
  histogram: Histogram | null;
  verify?: { status: string; messages: number } | null;
  counting?: Record<string, unknown> | null;
  flags?: string[];
  parameter?: Parameter | null;
  parties?: Parties;
  floor?: Floor | null;
  saturated?: boolean | null;
  hop_note?: string | null;
}

// More than a pair.
export interface Parties {
  text: string;
  topology: string;
  oversubscribed: boolean;
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
  role?: string;
  traits: Record<string, unknown>;
  available: boolean;
  reason: string | null;
  code?: MechanismCode;
}

export interface MechanismCode {
  file: string;
  language: string;
  adds: string;
  flags: string;
  optimised: boolean;
}

export interface FloorSeries {
  name: string;
  unit: "ns" | "bytes_per_second";
  placement?: Placement | null;
  block_bytes?: number | null;
  samples?: { round: number; value: number }[];
  summary?: Summary | null;
  drift?: number | null;
  note?: string;
}

export interface Noise {
  verdict: "quiet" | "noisy" | "unusable";
  text: string;
  repetitions?: { quiet?: number; usable?: number; disturbed?: number };
  rerun?: number;
  smallest_ratio?: number | null;
}

export interface Calibration {
  date?: string;
  repetitions?: number;
  cells?: { name: string; spread: number }[];
  false_alarm_rate?: number | null;
  detectable?: { repetitions: number; ratio: number }[];
}

// One process pair, as Google Benchmark writes it: the figures stand beside the block of ours.
export interface RepetitionEntry {
  name: string;
  real_time: number;
  cpu_time: number;
  ipc: {
    cell: string;
    sequence: number;
    round: number;
    t_start_s: number;
    messages: number;
    elapsed_ns: number;
    flags?: string[];
    quality?: string | null;
    noise?: Record<string, unknown> | null;
    peers: { role: string; notes?: Record<string, unknown> }[];
    clock: Record<string, unknown>;
  };
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
    repetition_ms: number;
    cells: number;
    time_budget_s?: number | null;
  };
  run: {
    started: string;
    elapsed_s: number;
    measuring_s: number;
    repetitions: number;
    rounds_done?: number;
  };
  mechanisms: Mechanism[];
  cells: Cell[];
  benchmarks: RepetitionEntry[];
  set_aside?: RepetitionEntry[];
  floors?: FloorSeries[];
  noise?: Noise | null;
  calibration?: Calibration | null;
}
