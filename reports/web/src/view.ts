// What the program says about the results (reports/view/view_model.hpp). The page draws, filters
// and sorts it.
import type { Pattern, Placement, Status, Touch } from "./data";

export interface Title {
  word: string;
  title: string;
}

export interface PatternInfo extends Title {
  question: string;
  method: string;
  main_metric: string;
}

export interface Metric {
  key: string;
  label: string;
  meaning: string;
  unit: string;
  better: "lower" | "higher" | "neither";
  listed: boolean;
}

export type Standing = "none" | "reference" | "apart" | "best" | "level" | "behind";
export type Waiting = "unknown" | "slept" | "spun" | "burns_core";
export type Frontier = "none" | "apart" | "beaten" | "sleepers" | "all";
export type Verdict = "regressed" | "improved" | "equivalent" | "inconclusive";

export interface Answer {
  topic: string;
  mechanism: string;
  cell: number;
  figure: string;
  range: string;
  sentences: string[];
  brief: string;
}

// Cells that differ in nothing but the mechanism: `cells` are positions in the result, `standings`
// go with them.
export interface GroupView {
  pattern: Pattern;
  placement: Placement;
  touch: Touch;
  payload_bytes: number;
  parameter: string;
  unit: string;
  headline: boolean;
  main_metric: string;
  cells: number[];
  columns: GroupColumn[];
  trade_off: TradeOff | null;
  // By the cells: positions of worse ones that are not proven to be behind by the main metric.
  unproven: number[][];
  answers: Answer[];
}

// Ratios are to the best of the group; null: not compared, or a best of 0.
export interface GroupColumn {
  metric: string;
  label: string;
  standings: Standing[];
  ratios: (number | null)[];
}

// Who no other beats on latency and CPU time, by the group's cells.
export interface TradeOff {
  latency: string;
  frontiers: Frontier[];
}

// Mechanisms at several rates. `cell` is a position in the result, `knee` one in the points.
export interface LoadView {
  placement: Placement;
  touch: Touch;
  payload_bytes: number;
  text: string;
  curves: LoadCurve[];
}

export interface LoadCurve {
  mechanism: string;
  metric: string;
  points: LoadPoint[];
  knee: number | null;
}

export interface LoadPoint {
  cell: number;
  offered_per_second: number;
  saturated: boolean;
}

// At the first of the quantiles and at the greatest, of the messages of all repetitions together:
// how many bins of the histogram after that of the value before. Curves end after `supported`
// values.
export interface Distribution {
  bin_steps: number[];
  supported: number;
  mean_ns: number;
  deviation_ns: number;
  greatest_ns: number;
}

// A bar: the lengths of its parts, up to the total; none where it was not taken apart.
export interface Stack {
  name: string;
  total: number;
  lengths: (number | null)[];
}

// By the repetitions: ratios to the median of the cell, and what disturbed them.
export interface RepetitionsView {
  metric: string;
  to_median: (number | null)[];
  disturbed_by: string[];
}

// Rates of streams whose every message costs the same; bytes per second by payload.
export interface EqualCost {
  text: string;
  messages_per_second: number;
  bytes_per_second: [number, number][];
}

export interface CellView {
  absence: string;
  waits: Waiting;
  lossy: boolean;
  doubt: string;
  percentiles: [number, number][];
  distribution: Distribution | null;
  stacks: Stack[];
  repetitions: RepetitionsView | null;
}

export interface Problem {
  status: Status;
  code: string;
  text: string;
  where: string;
  cells: number[];
}

export interface Notice {
  severity: "info" | "warning" | "error";
  head: string;
  text: string;
}

// The answers in the fewest words; those that are `under` add to the one before, and where room is
// short the highest rank goes first.
export interface ClosingLine {
  text: string;
  under: boolean;
  rank: number;
  elsewhere: boolean;
}

export interface NamedReason {
  name: string;
  text: string;
}

export interface DetectableView {
  repetitions: number;
  difference: string;
}

export interface ResultView {
  name: string;
  host: string;
  trust: string[];
  verdict: string;
  measured: string;
  closing: ClosingLine[];
  detectable: DetectableView[];
  notices: Notice[];
  groups: GroupView[];
  cells: CellView[];
  loads: LoadView[];
  equal_costs: EqualCost[];
  problems: Problem[];
  unavailable: NamedReason[];
  partial: NamedReason[];
  party_tables?: PartyTable[];
}

// By the number of processes, as text.
export interface PartyTable {
  title: string;
  corner: string;
  heads: string[];
  rows: { label: string; cells: { text: string }[] }[];
}

export interface ComparedRow {
  cell: string;
  before: number;
  after: number;
  ratio: number;
  low: number | null;
  high: number | null;
  verdict: Verdict;
  pairs?: number;
  adjusted_p?: number;
}

export interface ComparisonTable {
  pattern: Pattern;
  metric: string;
  title: string;
  summary: string;
  reading: string;
  margin_from: number;
  margin_to: number;
  rows: ComparedRow[];
}

export interface ComparisonView {
  after: number;
  title: string;
  summary: string;
  environment: string;
  differences: { fact: string; before: string; after: string }[];
  note: string;
  lines: string[];
  tables: ComparisonTable[];
}

// A change where it has a state, else a break.
export interface TrendMark {
  column: number;
  text: string;
  state: string;
  worse: boolean;
}

export interface TrendLine {
  cell: string;
  metric: string;
  title: string;
  base: string;
  higher_is_better: boolean;
  ratios: (number | null)[];
  figures: (number | null)[];
  levels: { first: number; last: number; ratio: number }[];
  changes: TrendMark[];
}

export interface TrendView {
  columns: string[];
  breaks: TrendMark[];
  lines: TrendLine[];
  summary: string;
}

// Metrics that make up another one. `beside` is a metric that is no part of it; both may be empty.
export interface StackInfo {
  name: string;
  whole: string;
  parts: string[];
  beside: string;
}

export interface ViewModel {
  words: {
    patterns: PatternInfo[];
    metrics: Metric[];
    quantiles: number[];
    stacks: StackInfo[];
    placements: Title[];
    touches: Title[];
    statuses: Title[];
    waits: Title[];
    verdicts: Title[];
    flags: { word: string; meaning: string }[];
  };
  results: ResultView[];
  comparisons: ComparisonView[];
  trends?: TrendView;
}

const titleIn = (list: readonly Title[], word: string) =>
  list.find((entry) => entry.word === word)?.title ?? word.replace(/_/g, " ");

export class Words {
  constructor(private readonly all: ViewModel["words"]) {}

  get patterns(): readonly PatternInfo[] {
    return this.all.patterns;
  }
  get metrics(): readonly Metric[] {
    return this.all.metrics;
  }

  get flags(): readonly { word: string; meaning: string }[] {
    return this.all.flags;
  }

  get quantiles(): readonly number[] {
    return this.all.quantiles;
  }

  readonly stack = (name: string): StackInfo =>
    this.all.stacks.find((stack) => stack.name === name)!;

  // The main metric leads its table.
  readonly mainFirst = (main: string, list: readonly Metric[] = this.all.metrics): Metric[] => [
    ...list.filter(({ key }) => key === main),
    ...list.filter(({ key }) => key !== main),
  ];

  readonly mainMetric = (pattern: string): Metric =>
    this.metric(this.patterns.find(({ word }) => word === pattern)?.main_metric ?? "");

  readonly pattern = (word: string) => titleIn(this.all.patterns, word);
  readonly placement = (word: string) => titleIn(this.all.placements, word);
  readonly touch = (word: string) => titleIn(this.all.touches, word);
  readonly status = (word: string) => titleIn(this.all.statuses, word);
  readonly waits = (word: string) => titleIn(this.all.waits, word);
  readonly verdict = (word: string) => titleIn(this.all.verdicts, word);

  metric(key: string): Metric {
    const found = this.metrics.find((metric) => metric.key === key);
    return found ?? { key, label: key, meaning: "", unit: "1", better: "neither", listed: false };
  }
}
