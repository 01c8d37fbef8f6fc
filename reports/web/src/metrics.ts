// The figures of a cell that tables, comparisons and downloads know by name.
import type { Cell, Pattern, Touch } from "./data";
import { formatBytesRate, formatCount, formatMessageRate, formatRatio, formatTime } from "./format";
import { hasBandwidth, losesMessages } from "./resultIndex";

type Format = (value: number | null | undefined) => string;

export interface Metric {
  id: string;
  key: string;
  label: string;
  // In a sentence: "the p50 of ...".
  long: string;
  better: "lower" | "higher";
  format: Format;
  comparable: (cell: Cell) => boolean;
}

const always = () => true;
const metric = (
  id: string,
  key: string,
  label: string,
  long: string,
  better: "lower" | "higher",
  format: Format,
  comparable: Metric["comparable"] = always,
): Metric => ({ id, key, label, long, better, format, comparable });

const formatFloor: Format = (value) =>
  typeof value === "number" && Number.isFinite(value) ? formatRatio(value) : "\u2013";

const p50 = metric(
  "p50",
  "p50_ns",
  "p50",
  "median time to the peer and back, one message at a time",
  "lower",
  formatTime,
);
const p99 = metric(
  "p99",
  "p99_ns",
  "p99",
  "99th percentile of the time to the peer and back",
  "lower",
  formatTime,
);
const bytes = metric(
  "bytes",
  "bytes_per_second",
  "throughput",
  "bytes per second of a saturated stream, as the consumer sees them",
  "higher",
  formatBytesRate,
  (cell) => hasBandwidth(cell) && !losesMessages(cell),
);
const messages = metric(
  "messages",
  "messages_per_second",
  "messages/s",
  "messages per second of a saturated stream, as the consumer sees them",
  "higher",
  formatMessageRate,
  (cell) => !losesMessages(cell),
);
const cpu = metric(
  "cpu",
  "cpu_ns_per_message",
  "CPU / message",
  "CPU time per message, both processes together",
  "lower",
  formatTime,
);
const switches = metric(
  "switches",
  "switches_per_message",
  "switches / message",
  "context switches per message, both processes together",
  "lower",
  formatCount,
);
const floor = metric(
  "floor",
  "ratio_to_floor",
  "\u00d7 floor",
  "times the physical limit measured in the same run: 1\u00d7 is at the floor",
  "lower",
  formatFloor,
);

export const tripMetrics: readonly Metric[] = [p50, p99, cpu, switches, floor];
export const rateMetrics: readonly Metric[] = [bytes, messages, cpu, switches, floor];

export const metricsOf = (pattern: Pattern): readonly Metric[] =>
  pattern === "one_way" ? rateMetrics : tripMetrics;

export const defaultMetric = (pattern: Pattern, touch: Touch): Metric =>
  pattern !== "one_way" ? p50 : touch === "desc" ? messages : bytes;

const byUnit: Record<string, Format> = {
  ns: formatTime,
  "ns/message": formatTime,
  "B/s": formatBytesRate,
  bytes_per_second: formatBytesRate,
  "1/s": formatMessageRate,
};

export const formatUnit = (unit: string): Format => byUnit[unit] ?? formatCount;
