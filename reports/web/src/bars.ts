// Horizontal stacked bars, one row per mechanism, cheapest first.
import * as Plot from "@observablehq/plot";
import type { Drawing } from "./chart";
import { h, table, type Column } from "./dom";
import { axisMark } from "./format";
import { instrumentName } from "./resultIndex";

export interface BarPart {
  name: string;
  pattern?: boolean;
}
export interface BarRow {
  name: string;
  total: number;
  parts: (number | null)[];
  note?: string;
}

export interface Bars {
  parts: BarPart[];
  format: (value: number | null | undefined) => string;
  label: string;
  // Of a total that was measured; a sum of medians has no figure.
  totalName?: string;
}

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
  // Medians of parts need not add up to the median of the sum: the bar keeps the sum, the parts its
  // shares.
  const pieces = data.flatMap((row) => {
    const known = row.parts.some((part) => part !== null);
    const sum = row.parts.reduce<number>((total, part) => total + Math.max(0, part ?? 0), 0);
    const scale = sum > 0 ? row.total / sum : 0;
    let from = 0;
    return (known && sum > 0 ? row.parts : [row.total]).map((part, position) => {
      const to = from + Math.max(0, part ?? 0) * (known && sum > 0 ? scale : 1);
      const piece = { name: row.name, x1: from, x2: to, part: known && sum > 0 ? position : -1 };
      from = to;
      return piece;
    });
  });
  const most = Math.max(...data.map((row) => row.total));
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
      tickFormat: axisMark(bars.format),
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
        text: (row: BarRow) => bars.format(row.total),
        textAnchor: "start",
        dx: 5,
        fill: "currentColor",
      }),
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
        : `${part.name} ${bars.format(row.parts[n])}`,
    )
    .filter((t) => t !== null);
  const apart = parts.join(", ");
  const total = bars.totalName === undefined ? "" : bars.format(row.total);
  const told = total && parts.length > 1 ? `${total} (${apart})` : total || apart;
  return `${told}${row.note ? `. ${row.note}` : ""}`;
}

export function barLegend(bars: Bars): HTMLElement {
  return h(
    "p",
    { class: "parts" },
    ...bars.parts.map((part, n) => h("span", {}, h("i", { class: `part-${n}` }), part.name)),
  );
}

export function barTable(caption: string, bars: Bars, rows: BarRow[]): HTMLElement {
  const columns: Column<BarRow>[] = [
    { head: "Mechanism", cell: (row) => row.name },
    ...(bars.totalName === undefined
      ? []
      : [{ head: bars.totalName, numeric: true, cell: (row: BarRow) => bars.format(row.total) }]),
    ...(bars.parts.length > 1
      ? bars.parts.map((part, n) => ({
          head: part.name,
          numeric: true,
          cell: (row: BarRow) => bars.format(row.parts[n]),
        }))
      : []),
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
