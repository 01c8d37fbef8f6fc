// What tables, tips and details say about one cell.
import type { Context } from "./context";
import type { Cell, Summary } from "./data";
import type { Column } from "./dom";
import { figureText, formatPayload, missing, plural, typeset } from "./format";
import { medianOf, summaryOf } from "./resultIndex";
import type { Metric } from "./view";

// The median of a metric, in the unit that the result states, as median_text of
// reports/view/figure_text.cpp marks it.
export function figure(cell: Cell | undefined, metric: string): string {
  const summary = summaryOf(cell, metric);
  if (!summary) return missing;
  return figureText(summary.median, summary.unit) + (summary.pooled ? " pooled" : "");
}

// A column of one metric.
export const figureColumn = <Row>(
  head: string,
  metric: string,
  cellOf: (row: Row) => Cell | undefined,
): Column<Row> => ({
  head,
  numeric: true,
  cell: (row) => figure(cellOf(row), metric),
  amount: (row) => {
    const cell = cellOf(row);
    return { value: medianOf(cell, metric), unit: summaryOf(cell, metric)?.unit ?? "" };
  },
});

export function figureRange(cell: Cell, metric: string): string {
  const summary = summaryOf(cell, metric);
  return summary ? range(summary) : "";
}

export function reasonText(context: Context, cell: Cell): string {
  if (!cell.reason) return context.words.status(cell.status);
  const stage = cell.reason.stage ? ` (stage: ${cell.reason.stage})` : "";
  return `${cell.reason.text}${stage}`;
}

export const payloadText = (bytes: number) => (bytes > 0 ? formatPayload(bytes) : "no payload");

export function cellTitle(context: Context, cell: Cell): string {
  return (
    `${cell.transport}, ${context.words.pattern(cell.pattern)}, ` +
    `${payloadText(cell.payload_bytes)}, ${context.words.placement(cell.placement)}`
  );
}

export function range(summary: Summary): string {
  const text = (from: number, to: number) =>
    `${figureText(from, summary.unit)} to ${figureText(to, summary.unit)}`;
  if (typeof summary.low === "number" && typeof summary.high === "number")
    return `interval ${text(summary.low, summary.high)}`;
  return summary.n >= 2 && typeof summary.min === "number" && typeof summary.max === "number"
    ? `${plural(summary.n, "repetition")}: ${text(summary.min, summary.max)}`
    : "";
}

// Label and text, one line each; what has no figure is left out.
export function cellFigures(metrics: readonly Metric[], cell: Cell): [string, string][] {
  return metrics.flatMap(({ key, label }): [string, string][] => {
    const summary = summaryOf(cell, key);
    if (!summary || summary.median === null) return [];
    const about = range(summary);
    return [[label, about ? `${figure(cell, key)} (${about})` : figure(cell, key)]];
  });
}

export function cellNotes(context: Context, cell: Cell): string[] {
  const view = context.index.viewOf(cell);
  const waits = context.words.waits(view.waits);
  return [
    `${cell.repetitions_ok} of ${plural(cell.repetitions_planned, "repetition")} ended ok; ` +
      `${context.words.touch(cell.touch)}; depth ${cell.depth}`,
    ...(waits === "" ? [] : [waits]),
    ...(view.lossy && medianOf(cell, "lost_share") === 0 ? ["keeps only the latest value"] : []),
    ...(cell.floor && view.doubt === ""
      ? [
          `floor ${cell.floor.name}: ${figureText(cell.floor.value, cell.floor.unit)}` +
            (cell.floor.why ? `, ${cell.floor.why}` : ""),
        ]
      : []),
    ...(view.doubt === "" ? [] : [typeset(view.doubt)]),
    ...(cell.flags ?? []).map((flag) => `flag: ${flag}`),
    ...(cell.failures ?? []).map((failure) => `a repetition did not end ok: ${failure.text}`),
  ];
}

// What tells cells of one pattern apart: the rate, the pause, the length of the burst.
export const parameterText = (context: Context, cell: Cell) =>
  typeset(context.index.groupOf(cell)?.parameter ?? "");

export const parameterSuffix = (context: Context, cell: Cell) =>
  cell.parameter || cell.parties ? `, ${parameterText(context, cell)}` : "";

// "a, b and 3 more", as the program tells it.
export function someOf(names: readonly string[], atMost: number): string {
  const told = names.length <= atMost + 1 ? names.length : atMost;
  const text = names
    .slice(0, told)
    .map((name, n) => (n === 0 ? "" : n + 1 === names.length ? " and " : ", ") + name)
    .join("");
  return told < names.length ? `${text} and ${names.length - told} more` : text;
}
