// Sentences about a cell and its figures, shared by the tables, the tip and the headlines.
import type { Cell, Summary } from "./data";
import {
  formatBytesRate,
  formatCount,
  formatMessageRate,
  formatPayload,
  formatShare,
  formatTime,
  patternWords,
  placementWords,
  plural,
  words,
} from "./format";
import { spread, summaryOf } from "./resultIndex";

export const statusWords: Record<string, string> = {
  ok: "ok",
  skipped: "skipped",
  failed: "failed",
  timed_out: "timed out",
};

const reasonShort: Record<string, string> = {
  limit: "limit",
  unavailable: "missing",
  placement: "no place",
  pattern: "n/a",
  error: "failed",
  peer: "failed",
  stall: "stalled",
  interrupted: "stopped",
  integrity: "corrupt",
};

export function shortStatus(cell: Cell): string {
  if (cell.status === "timed_out") return "timed out";
  if (cell.status === "failed") return "failed";
  return reasonShort[cell.reason?.code ?? ""] ?? "skipped";
}

export function reasonText(cell: Cell): string {
  if (!cell.reason) return statusWords[cell.status] ?? cell.status;
  const stage = cell.reason.stage ? ` (stage: ${cell.reason.stage})` : "";
  return `${cell.reason.text}${stage}`;
}

export function cellTitle(cell: Cell): string {
  return (
    `${cell.transport}, ${words(cell.pattern, patternWords)}, ` +
    `${formatPayload(cell.payload_bytes)}, ` +
    `${words(cell.placement, placementWords)}`
  );
}

export function range(summary: Summary, format: (v: number | null) => string): string {
  const found = spread(summary);
  if (!found) return "";
  const ends = `${format(found.low)} to ${format(found.high)}`;
  if (!found.isInterval) return `indicative: spawns ${ends}`;
  const level =
    typeof summary.level === "number" ? `${(100 * summary.level).toFixed(1)}\u202f% ` : "";
  return `${level}interval ${ends}`;
}

const shownMetrics: [string, string, (v: number | null | undefined) => string][] = [
  ["p50_ns", "p50", formatTime],
  ["p90_ns", "p90", formatTime],
  ["p99_ns", "p99", formatTime],
  ["p99.9_ns", "p99.9", formatTime],
  ["p99.99_ns", "p99.99", formatTime],
  ["max_ns", "max", formatTime],
  ["messages_per_second", "messages", formatMessageRate],
  ["bytes_per_second", "bytes", formatBytesRate],
  ["lost_share", "lost", formatShare],
  ["switches_per_message", "switches / message", formatCount],
  ["cpu_ns_per_message", "CPU / message", formatTime],
  ["auxiliary_cpu_ns_per_message", "of it the daemon's", formatTime],
  ["idle_cpu_share", "CPU while idle", formatShare],
  ["syscalls_per_message", "system calls / message", formatCount],
  ["block_mean_ns", "mean without clock readings", formatTime],
  ["send_p50_ns", "p50 from the send", formatTime],
  ["send_p99_ns", "p99 from the send", formatTime],
  ["sched_lag_p99_ns", "sender late, p99", formatTime],
  ["achieved_per_second", "rate kept", formatMessageRate],
  ["missed_share", "slots missed", formatShare],
  ["drain_ns", "drained in", formatTime],
  ["construct_ns", "construct", formatTime],
  ["first_message_ns", "first message", formatTime],
  ["teardown_ns", "tear down", formatTime],
  ["one_process_ns", "in one process", formatTime],
  ["one_cpu_ns", "on one CPU", formatTime],
  ["two_cpus_ns", "on two CPUs", formatTime],
  ["syscall_copy_ns", "calls and copies", formatTime],
  ["context_switch_ns", "context switch", formatTime],
  ["wake_up_ns", "wake-up", formatTime],
  [
    "ratio_to_floor",
    "\u00d7 floor",
    (v) =>
      typeof v === "number" ? `${v < 999.5 ? v.toPrecision(3) : v.toFixed(0)}\u00d7` : "\u2013",
  ],
];

// Label and text, one line each; what has no figure is left out.
export function cellFigures(cell: Cell): [string, string][] {
  const lines: [string, string][] = [];
  for (const [metric, label, format] of shownMetrics) {
    if (metric === "bytes_per_second" && cell.touch === "desc") continue;
    const summary = summaryOf(cell, metric);
    if (!summary || summary.median === null) continue;
    if (metric === "lost_share" && summary.median === 0) continue;
    const about = range(summary, format);
    lines.push([label, about ? `${format(summary.median)} (${about})` : format(summary.median)]);
  }
  return lines;
}

export function cellNotes(cell: Cell): string[] {
  const notes: string[] = [];
  notes.push(
    `${plural(cell.spawns_ok, "spawn")} ok of ${cell.spawns_planned} planned; ` +
      `touch ${cell.touch}; depth ${cell.depth}`,
  );
  if (cell.floor) {
    const { name, unit, value, why } = cell.floor;
    const text = unit === "ns" ? formatTime(value) : formatBytesRate(value);
    notes.push(`floor ${name}: ${text}${why ? `, ${why}` : ""}`);
  }
  for (const flag of cell.flags ?? []) notes.push(`flag: ${flag}`);
  for (const failure of cell.failures ?? []) notes.push(`a spawn did not end ok: ${failure.text}`);
  if (cell.touch === "desc") notes.push("touch desc: only the header was touched, so no bytes/s");
  return notes;
}

// What tells cells of one pattern apart: the rate, the pause, the length of the burst.
// After the other words that name a cell.
export const parameterSuffix = (cell: Cell) => (cell.parameter ? `, ${parameterText(cell)}` : "");

export function parameterText(cell: Cell): string {
  const { parameter } = cell;
  if (!parameter) return "";
  if (parameter.name === "gap_ns")
    return `after ${formatTime(parameter.value).replace(/\.0+(?=\D)/, "")}`;
  if (parameter.name === "rate_hz")
    return formatMessageRate(parameter.value).replace(/\.0+(?=\D)/, "");
  if (parameter.name === "load") return `load ${formatShare(parameter.value)}`;
  if (parameter.name === "burst") return `${parameter.value} messages`;
  const set = parameter.working_set_bytes
    ? `, ${formatPayload(parameter.working_set_bytes)} touched`
    : "";
  return `${parameter.text || `${parameter.name} ${parameter.value}`}${set}`;
}
