// One cell of a table of figures: what it says, how it is marked, and its tip.
import type { Context } from "../context";
import type { Cell } from "../data";
import { cellFigures, cellNotes, cellTitle, figure, reasonText } from "../describe";
import { h, type Child } from "../dom";
import { formatRatio, formatShare, missing } from "../format";
import { medianOf } from "../resultIndex";
import { describe } from "../tooltip";
import type { Metric, Standing } from "../view";

export interface Entry {
  cell: Cell | undefined;
  metric: Metric;
  value: number | null;
  // To the best of the column; null for what is not compared, and to a best of nothing.
  ratio: number | null;
  standing: Standing;
}

const leadTexts: Partial<Record<Standing, string>> = {
  best: "best",
  level: "no difference to the best proven",
};

export const leadNote = "* the best of its column, or no difference to it is proven";

// A figure, and the mark of those that lead its column.
export function figureNodes(context: Context, cell: Cell, metric: string): Child[] {
  const lead = leadTexts[context.index.standing(cell, metric)];
  return [
    h("span", { class: "value" }, figure(cell, metric)),
    ...(lead
      ? [
          h("span", { class: "lead-mark", "aria-hidden": "true" }, "*"),
          h("span", { class: "sr" }, `, ${lead}`),
        ]
      : []),
  ];
}

// Why its figures are another thing than those of the others.
export function apartText(context: Context, cell: Cell): string | null {
  if (cell.saturated) return "saturated";
  if (!context.index.viewOf(cell).lossy) return null;
  const lost = medianOf(cell, "lost_share");
  return lost !== null && lost > 0 ? `${formatShare(lost)} lost` : "lossy";
}

// `far`: from 0, the best of the column, to 1, the farthest of the table; null: not compared.
// `hasId`: whether the cell's name is an anchor here.
export function heatCell(
  context: Context,
  entry: Entry,
  far: number | null,
  hasId: boolean,
): HTMLElement {
  const { cell, metric } = entry;
  if (!cell) {
    const text = "Not in the plan of this run.";
    return focusable(h("td", { class: "gap", "aria-label": text }, missing), () => [
      h("p", {}, text),
    ]);
  }
  const id = hasId ? cell.name : undefined;
  if (cell.status !== "ok") return gap(context, cell, id);
  if (entry.value === null) {
    const why = `${metric.label} has no figure here: not measured, or too few samples`;
    return focusable(h("td", { id, class: "gap", "aria-label": why }, missing), () =>
      tip(context, cell, why),
    );
  }
  const td = h(
    "td",
    { id, class: leadTexts[entry.standing] ? "leads" : undefined },
    ...figureNodes(context, cell, metric.key),
    isFlagged(cell) ? h("span", { class: "flagged", "aria-label": "flagged" }, "!") : null,
    note(context, entry),
  );
  if (far === null) td.classList.add("unranked");
  else td.style.setProperty("--far", far.toFixed(3)); // the style sheet mixes the colours
  return focusable(td, () => tip(context, cell));
}

const isFlagged = (cell: Cell) =>
  (cell.flags ?? []).length > 0 || cell.repetitions_ok < cell.repetitions_planned;

// Of counts and shares there is no distance in words: their best may be zero.
const countUnits = ["1/message", "share", "1"];

function note(context: Context, { cell, metric, ratio, standing }: Entry): HTMLElement | null {
  const apart = standing === "reference" ? null : apartText(context, cell!);
  const isTold = ratio !== null && !countUnits.includes(metric.unit);
  const text = apart ?? (isTold ? formatRatio(ratio) : null);
  return text === null ? null : h("span", { class: "ratio" }, text);
}

function gap(context: Context, cell: Cell, id: string | undefined): HTMLElement {
  const short = context.index.viewOf(cell).absence;
  const text = `${context.words.status(cell.status)}: ${reasonText(context, cell)}`;
  const label = text.startsWith(short) ? text : `${short}, ${text}`;
  return focusable(h("td", { id, class: `gap ${cell.status}`, "aria-label": label }, short), () => [
    h("p", { class: "tip-title" }, cellTitle(context, cell)),
    h("p", {}, text),
  ]);
}

function tip(context: Context, cell: Cell, lead?: string): Child[] {
  const main = context.index.groupOf(cell)?.main_metric ?? "";
  const listed = context.words.mainFirst(main).filter((metric) => metric.listed);
  return [
    h("p", { class: "tip-title" }, cellTitle(context, cell)),
    lead ? h("p", { class: "tip-lead" }, lead) : null,
    h(
      "dl",
      {},
      ...cellFigures(listed, cell).flatMap(([label, text]) => [
        h("dt", {}, label),
        h("dd", {}, text),
      ]),
    ),
    ...cellNotes(context, cell).map((line) => h("p", { class: "tip-note" }, line)),
  ];
}

function focusable(td: HTMLElement, content: () => Child[]): HTMLElement {
  td.tabIndex = -1;
  describe(td, content);
  return td;
}
