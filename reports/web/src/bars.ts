// Horizontal stacked bars, one row per mechanism, cheapest first.
import * as Plot from "@observablehq/plot";
import type { Drawing } from "./chart";
import type { Context } from "./context";
import type { Cell } from "./data";
import { h, table, type Column } from "./dom";
import { axisMark, figureText } from "./format";
import { instrumentName, medianOf } from "./resultIndex";
import type { StackInfo } from "./view";

export interface BarPart {
  name: string;
  pattern?: boolean;
}
export interface BarRow {
  name: string;
  total: number;
  parts: (number | null)[];
  // How long each part is drawn; none: the bar is not taken apart.
  lengths: (number | null)[];
  // Drawn as a mark of its own, at its own length.
  beside?: number | null;
  note?: string;
}

export interface Bars {
  parts: BarPart[];
  unit: string;
  label: string;
  // The axis goes at least so far, lest next to nothing look like much.
  least?: number;
  // Of a total that was measured; one that was not has no figure.
  totalName?: string;
  // A figure that is no part of the total.
  besideName?: string;
}

const format =
  ({ unit }: Bars) =>
  (value: number | null | undefined) =>
    figureText(value, unit);

export const mostRows = 30;

const fill = (n: number) => `var(--part-${n})`;
const isReference = (row: { name: string }) => row.name === instrumentName;

export function sortedRows(rows: BarRow[]): BarRow[] {
  return [...rows].sort(
    (a, b) => Number(isReference(a)) - Number(isReference(b)) || a.total - b.total,
  );
}

export function barChart(bars: Bars, all: BarRow[], width: number): Drawing {
  if (all.length === 0) return { chart: null };
  const competing = all.filter((row) => !isReference(row)).slice(0, mostRows);
  const data = [...competing, ...all.filter(isReference)];
  const pieces = data.flatMap((row) => {
    let from = 0;
    return (row.lengths.length > 0 ? row.lengths : [row.total]).map((length, position) => {
      const to = from + (length ?? 0);
      const part = row.lengths.length > 0 ? position : -1;
      const piece = { name: row.name, x1: from, x2: to, part };
      from = to;
      return piece;
    });
  });
  const most = Math.max(
    bars.least ?? 0,
    ...data.map((row) => Math.max(row.total, row.beside ?? 0)),
  );
  const wide = Math.max(...data.map((row) => row.name.length));
  const marginLeft = Math.min(14 + 7 * wide, width * 0.42);
  const room = Math.floor((marginLeft - 14) / 6.6);
  const short = (name: string) =>
    name.length > room ? `${name.slice(0, Math.max(3, room - 1))}\u2026` : name;
  const chart = Plot.plot({
    width,
    height: 46 + 22 * data.length,
    marginLeft,
    marginRight: 72,
    marginTop: 6,
    marginBottom: 36,
    x: {
      domain: [0, most > 0 ? most : 1],
      ticks: Math.max(2, Math.floor(width / 150)),
      tickFormat: axisMark(format(bars)),
      labelOffset: 34,
      label: bars.label,
      labelArrow: "none",
      grid: true,
    },
    y: { domain: data.map((row) => row.name), label: null, tickSize: 0, tickFormat: short },
    marks: [
      ...[-1, ...bars.parts.keys()].map((n) =>
        Plot.barX(
          pieces.filter((piece) => piece.part === n),
          {
            x1: "x1",
            x2: "x2",
            y: "name",
            fill: n < 0 ? "var(--quiet-line)" : fill(n),
            fillOpacity: (piece: { name: string }) => (isReference(piece) ? 0.45 : 1),
            insetTop: 2,
            insetBottom: 2,
            // A gap of page colour parts neighbours for those who see no hue.
            stroke: "var(--page)",
            strokeWidth: 0.75,
          },
        ),
      ),
      Plot.text(bars.totalName === undefined ? [] : data, {
        x: "total",
        y: "name",
        text: (row: BarRow) => format(bars)(row.total),
        textAnchor: "start",
        dx: 5,
        fill: "currentColor",
      }),
      Plot.dot(
        data.filter((row) => typeof row.beside === "number"),
        {
          x: "beside",
          y: "name",
          symbol: "diamond",
          r: 5,
          fill: "var(--page)",
          stroke: "currentColor",
          strokeWidth: 1.5,
        },
      ),
      Plot.ruleX([0]),
    ],
  });
  return {
    chart,
    stops: data.map((row) => ({
      series: row.name,
      x: row.total,
      y: row.name,
      text: spoken(bars, row),
    })),
  };
}

function spoken(bars: Bars, row: BarRow): string {
  const parts = bars.parts
    .map((part, n) =>
      row.parts[n] === null || row.parts[n] === undefined
        ? null
        : `${part.name} ${format(bars)(row.parts[n])}`,
    )
    .filter((t) => t !== null);
  const apart = parts.join(", ");
  const total = bars.totalName === undefined ? "" : format(bars)(row.total);
  const told = total && parts.length > 1 ? `${total} (${apart})` : total || apart;
  const beside =
    bars.besideName !== undefined && typeof row.beside === "number"
      ? `; beside it ${bars.besideName} ${format(bars)(row.beside)}`
      : "";
  return `${told}${beside}${row.note ? `. ${row.note}` : ""}`;
}

export function barLegend(bars: Bars): HTMLElement {
  return h(
    "p",
    { class: "parts" },
    ...bars.parts.map((part, n) => h("span", {}, h("i", { class: `part-${n}` }), part.name)),
    bars.besideName === undefined ? null : h("span", {}, `\u25c7 ${bars.besideName}, no part`),
  );
}

export function barTable(caption: string, bars: Bars, rows: BarRow[]): HTMLElement {
  const figureOf = (
    head: string,
    value: (row: BarRow) => number | null | undefined,
  ): Column<BarRow> => ({
    head,
    numeric: true,
    cell: (row) => format(bars)(value(row)),
    amount: (row) => ({ value: value(row), unit: bars.unit }),
  });
  const columns: Column<BarRow>[] = [
    { head: "Mechanism", cell: (row) => row.name },
    ...(bars.totalName === undefined ? [] : [figureOf(bars.totalName, (row) => row.total)]),
    ...(bars.parts.length > 1
      ? bars.parts.map((part, n) => figureOf(part.name, (row) => row.parts[n]))
      : []),
    ...(bars.besideName === undefined ? [] : [figureOf(bars.besideName, (row) => row.beside)]),
    ...(rows.some((row) => row.note)
      ? [{ head: "note", wide: true, cell: (row: BarRow) => row.note ?? "" }]
      : []),
  ];
  return table(caption, columns, rows);
}

export const cutNote = (rows: BarRow[]): string => {
  const competing = rows.filter((row) => !isReference(row)).length;
  return competing > mostRows
    ? ` The ${mostRows} cheapest of ${competing}; the table has all, the filters narrow them.`
    : "";
};

// A bar of this cell; null where it has no total.
export function barOf(context: Context, cell: Cell, stack: StackInfo): BarRow | null {
  const found = context.index.viewOf(cell).stacks.find(({ name }) => name === stack.name);
  if (!found) return null;
  const isTold = (n: number) => stack.name !== "hop" || typeof found.lengths[n] === "number";
  return {
    name: cell.transport,
    total: found.total,
    parts: stack.parts.map((metric, n) => (isTold(n) ? medianOf(cell, metric) : null)),
    lengths: found.lengths,
    ...(stack.beside ? { beside: medianOf(cell, stack.beside) } : {}),
  };
}
