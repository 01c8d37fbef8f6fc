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
export type Verdict = "regressed" | "improved" | "equivalent" | "inconclusive";

export interface Answer {
  topic: string;
  mechanism: string;
  cell: number;
  figure: string;
  range: string;
  sentences: string[];
}

// Cells that differ in nothing but the mechanism: `cells` are positions in the result, `standings`
// go with them.
export interface GroupView {
  pattern: Pattern;
  placement: Placement;
  touch: Touch;
  payload_bytes: number;
  parameter: string;
  headline: boolean;
  main_metric: string;
  cells: number[];
  columns: { metric: string; standings: Standing[] }[];
  answers: Answer[];
}

export interface CellView {
  absence: string;
  waits: Waiting;
  lossy: boolean;
  percentiles: [number, number][];
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

export interface NamedReason {
  name: string;
  text: string;
}

export interface ResultView {
  name: string;
  host: string;
  trust: string[];
  notices: Notice[];
  groups: GroupView[];
  cells: CellView[];
  problems: Problem[];
  unavailable: NamedReason[];
  partial: NamedReason[];
}

export interface ComparedRow {
  cell: string;
  before: number;
  after: number;
  ratio: number;
  low: number | null;
  high: number | null;
  verdict: Verdict;
}

export interface ComparisonTable {
  pattern: Pattern;
  metric: string;
  title: string;
  summary: string;
  margin: number;
  rows: ComparedRow[];
}

export interface ComparisonView {
  after: number;
  title: string;
  environment: string;
  differences: { fact: string; before: string; after: string }[];
  note: string;
  tables: ComparisonTable[];
}

export interface ViewModel {
  words: {
    patterns: PatternInfo[];
    metrics: Metric[];
    placements: Title[];
    touches: Title[];
    statuses: Title[];
    waits: Title[];
    verdicts: Title[];
  };
  results: ResultView[];
  comparisons: ComparisonView[];
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
