import * as Plot from "@observablehq/plot";
import { twin } from "../chart";
import type { Context, View } from "../context";
import type { Cell } from "../data";
import { h, table } from "../dom";
import { endLabels, logAxis, logDomain } from "../endLabels";
import { axisMark, formatPayload, formatTime, missing, placementWords, words } from "../format";
import { curve, deepest, ladder, percentileMarks, percentileName, tailAxis, type CurvePoint } from "../histogram";
import { instrument } from "../resultIndex";
import { chosenSeries, look, seriesPicker, slotOf } from "../series";

interface Line { name: string; cell: Cell; slot: number | null; points: CurvePoint[]; marks: CurvePoint[] }

export const percentilesView: View = {
  id: "percentiles",
  title: "Latency by percentile",
  short: "Percentiles",
  mount(section, context) {
    section.append(seriesPicker(context), twin({
      title: "Round-trip latency by percentile",
      keys: ["placement", "touch", "payload", "series"],
      context,
      summary: () => `Round trip, ${formatPayload(context.payload())}, ${words(context.placement(), placementWords)}; all spawns pooled. ` +
        "Each curve ends where fewer than ten samples lie beyond it.",
      chart: (width) => draw(lines(context), width),
      table: () => numbers(lines(context)),
    }), h("p", { class: "note" }, "Read it from left to right: half of all messages are faster than the 50 mark, one in a thousand is slower than the 99.9 mark."));
  },
};

function lines(context: Context): Line[] {
  const chosen = chosenSeries(context);
  const found: Line[] = [];
  for (const name of context.index.transports) {
    const cell = context.cell("round_trip", name, context.payload());
    if (!cell || cell.status !== "ok" || !cell.histogram) continue;
    const points = curve(cell.histogram);
    if (points.length > 0) found.push({ name, cell, slot: slotOf(chosen, name), points, marks: percentileMarks(cell.histogram) });
  }
  return found;
}

const shownName = (name: string) => (name === instrument ? "instrument (null)" : name);

function draw(found: Line[], width: number): Element | null {
  const competing = found.filter((line) => line.name !== instrument);
  const framing = competing.length > 0 ? competing : found;
  if (framing.length === 0) return null;
  // The instrument takes many more samples: it must not stretch the axis.
  const end = Math.max(...framing.map((line) => line.points[line.points.length - 1]!.x));
  const clipped = found.map((line) => ({ ...line, points: line.points.filter((p) => p.x <= end), marks: line.marks.filter((p) => p.x <= end) }));
  const shown = clipped.filter((line) => line.points.length > 0);
  const narrow = width < 560;
  const size = { width, height: narrow ? 340 : 480, marginLeft: 58, marginBottom: 42, marginTop: 24, marginRight: narrow ? 16 : 160 };
  const yDomain = logDomain(shown.flatMap((line) => line.points.map((p) => p.ns)));
  const frame = {
    xDomain: [0, end] as [number, number], yDomain, logX: false,
    plotWidth: width - size.marginLeft - size.marginRight, plotHeight: size.height - size.marginTop - size.marginBottom,
  };
  const ends = shown.filter((line) => line.slot !== null || line.name === instrument).map((line) => {
    const last = line.points[line.points.length - 1]!;
    return { name: shownName(line.name), x: last.x, y: last.ns, color: line.slot === null ? "var(--ink-soft)" : look(line.slot).color };
  });
  const tips = shown.flatMap((line) => line.points.map((p) => ({ ...p, name: shownName(line.name) })));
  return Plot.plot({
    ...size,
    x: { domain: frame.xDomain, ticks: [0, ...ladder.map(tailAxis).filter((x) => x <= end + 1e-9)],
      tickFormat: (x: number) => (x === 0 ? "0" : percentileName(1 - 10 ** -x).slice(1)), label: "percentile", labelOffset: 36, grid: true },
    y: { type: "log", domain: yDomain, axis: null },
    marks: [
      ...logAxis(yDomain, "round trip", axisMark(formatTime)),
      ...shown.filter((line) => line.slot === null).map(quietLine),
      ...shown.filter((line) => line.slot !== null).flatMap(brightLine),
      ...(narrow ? [] : endLabels(ends, frame)),
      Plot.tip(tips, Plot.pointer({ x: "x", y: "ns",
        title: (p: CurvePoint & { name: string }) => `${p.name}\n${percentileName(Number(p.p.toPrecision(6)))}: ${formatTime(p.ns)}` })),
    ],
  });
}

function quietLine(line: Line): Plot.Markish {
  const isNull = line.name === instrument;
  return Plot.line(line.points, {
    x: "x", y: "ns", stroke: isNull ? "var(--ink-soft)" : "var(--quiet-line)", strokeWidth: isNull ? 1.5 : 1,
    ...(isNull ? { strokeDasharray: "1 3" } : {}),
  });
}

function brightLine(line: Line): Plot.Markish[] {
  const { color, dash, symbol } = look(line.slot!);
  return [
    Plot.line(line.points, { x: "x", y: "ns", stroke: color, strokeWidth: 2, ...(dash ? { strokeDasharray: dash } : {}) }),
    Plot.dot(line.marks, { x: "x", y: "ns", stroke: color, fill: "var(--page)", symbol: symbol as Plot.SymbolType, r: 4 }),
  ];
}

function numbers(found: Line[]): HTMLElement {
  const most = Math.max(0, ...found.map((line) => deepest(line.cell.histogram!) ?? 0));
  const steps = ladder.filter((p) => p <= most + 1e-12);
  return table("Round-trip percentiles, all spawns pooled", [
    { head: "Mechanism", cell: (line) => shownName(line.name) },
    ...steps.map((p) => ({
      head: percentileName(p), numeric: true,
      cell: (line: Line) => formatTime(line.marks.find((mark) => mark.p === p)?.ns ?? null) || missing,
    })),
    { head: "samples", numeric: true, cell: (line) => String(line.cell.histogram!.count) },
  ], [...found].sort((a, b) => (a.marks[0]?.ns ?? 0) - (b.marks[0]?.ns ?? 0)));
}
