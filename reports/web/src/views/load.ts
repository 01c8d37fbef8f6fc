// Open loop: latency under load, after a pause, and the price of the first message.
import * as Plot from "@observablehq/plot";
import {
  barChart,
  barLegend,
  barOf,
  barTable,
  cutNote,
  sortedRows,
  type BarRow,
  type Bars,
} from "../bars";
import { twin, type Drawing } from "../chart";
import { filterKeys, placeKeys, type Context, type View } from "../context";
import { offer } from "../controls";
import type { Cell } from "../data";
import { h, table } from "../dom";
import { figure, figureColumn, payloadText } from "../describe";
import { axisMark, figureText, formatTime, typeset } from "../format";
import { logTicks } from "../endLabels";
import { lineChart, type Series } from "../lines";
import { notForChoice } from "../missing";
import { intervalOf, medianOf } from "../resultIndex";
import { chosenSeries, looks, seriesPicker } from "../series";
import type { LoadCurve, LoadPoint, LoadView } from "../view";

const keys = ["series", "payload", "quantile", ...placeKeys, ...filterKeys] as const;

export const loadView: View = {
  id: "load",
  title: "Latency under load",
  short: "Load",
  lead: "How many messages per second before they queue?",
  applies: ({ index }) => index.cells("paced").length > 0,
  mount(section, context) {
    const quantile = h("span", {});
    section.append(
      seriesPicker(context, () => paced(context)),
      twin({
        title: "Latency against offered load",
        context,
        keys,
        extra: [quantile],
        summary: () =>
          `Messages sent on a schedule, ${place(context, "paced")}; latency from the ` +
          "intended send, so that waiting in the queue counts. " +
          "The ring is the knee: the first rate that cannot be kept, or whose latency is " +
          "more than twice that of the lowest rate. Hollow points are saturated. " +
          typeset(loadHere(context)?.text ?? ""),
        chart: (width) => loadChart(context, width),
        table: () => loadTable(context),
        nothing: () => nothing("paced"),
      }),
    );
    context.watch(quantile, ["quantile", "payload", ...placeKeys, ...filterKeys], () =>
      offer(quantile, [
        {
          label: "Percentile",
          value: chosenQuantile(context),
          options: quantiles.map((q) => ({ value: q, label: q })),
          choose: (q) => context.store.set({ quantile: q }),
        },
      ]),
    );
  },
};

export const wakeView: View = {
  id: "wake",
  title: "After a pause, and the first message",
  short: "Wake-up",
  lead: "What does a sporadic message cost, and what does it take to begin?",
  applies: ({ index }) => index.cells("wake").length > 0 || index.cells("setup").length > 0,
  mount(section, context) {
    if (context.index.cells("wake").length > 0)
      section.append(
        h("h3", {}, "Wake-up latency against the pause"),
        seriesPicker(context, () => waking(context)),
        wakeFigure(context),
      );
    if (context.index.cells("setup").length > 0) section.append(setupFigure(context));
  },
};

const wakeFigure = (context: Context): HTMLElement =>
  twin({
    title: "Latency of one message after a pause",
    context,
    keys,
    summary: () =>
      `One message after idle time, ${place(context, "wake")}; ` +
      `${context.words.mainMetric("wake").label} over repetitions. The longer the pause, the ` +
      "deeper the sleep of the core and the colder its caches.",
    chart: (width) => wakeChart(context, width),
    table: () => wakeTable(context),
    nothing: () => nothing("wake"),
  });

function setupFigure(context: Context): HTMLElement {
  const figure = twin({
    title: "Set-up cost",
    context,
    keys: [...placeKeys, ...filterKeys, "payload"],
    summary: () =>
      "From nothing to the first message, and to tear down, " +
      `${place(context, "setup")}; the start of a process is not part of ` +
      `it.${cutNote(setupRows(context))}`,
    chart: (width) => barChart(setupBars, setupRows(context), width),
    table: () => barTable("Set-up cost", setupBars, setupRows(context)),
    nothing: () => nothing("setup"),
  });
  figure.prepend(h("h3", {}, "Set-up"), barLegend(setupBars));
  return figure;
}

const rateText = (perSecond: number | null) => figureText(perSecond, "1/s");

const quantiles = ["p50", "p90", "p99", "p99.9"];

// With few samples there is no p99: the median is better than no answer.
function chosenQuantile(context: Context): string {
  const cells = context.cellsOf("paced", payloadOf(context, "paced"));
  const usual = cells.some((cell) => medianOf(cell, "p99_ns") !== null) ? "p99" : "p50";
  return quantiles.find((q) => q === context.store.get("quantile")) ?? usual;
}

const nothing = (pattern: Cell["pattern"]) =>
  notForChoice(`no ${pattern} cell of this placement in view has this figure`);

const place = (context: Context, pattern: Cell["pattern"]) =>
  `${payloadText(payloadOf(context, pattern))}, ${context.words.placement(context.placement())}`;

// The chosen payload if the pattern was measured there, else the smallest that was.
function payloadOf(context: Context, pattern: Cell["pattern"]): number {
  const payloads = new Set(context.cellsOf(pattern, null).map((cell) => cell.payload_bytes));
  const wanted = context.payload();
  const carrying = [...payloads].filter((p) => p > 0);
  return payloads.has(wanted) || payloads.size === 0
    ? wanted
    : carrying.length > 0
      ? Math.min(...carrying)
      : 0;
}

function grouped(
  context: Context,
  pattern: Cell["pattern"],
  parameter: string,
): Map<string, Cell[]> {
  const groups = new Map<string, Cell[]>();
  for (const cell of context.cellsOf(pattern, payloadOf(context, pattern))) {
    if (cell.status !== "ok" || cell.parameter?.name !== parameter) continue;
    const own = groups.get(cell.transport) ?? [];
    own.push(cell);
    groups.set(cell.transport, own);
  }
  for (const own of groups.values()) own.sort((a, b) => a.parameter!.value - b.parameter!.value);
  return groups;
}

const paced = (context: Context) => loadCurves(context).map(({ mechanism }) => mechanism);
const waking = (context: Context) => [...grouped(context, "wake", "gap_ns").keys()];

const looksIn = (context: Context, names: string[]) => looks(context, chosenSeries(context, names));

// --- load ----------------------------------------------------------------------------------------

const loadHere = (context: Context): LoadView | undefined =>
  context.index.loaded.view.loads.find(
    (load) =>
      load.placement === context.placement() &&
      load.touch === context.touch() &&
      load.payload_bytes === payloadOf(context, "paced"),
  );

function loadCurves(context: Context): LoadCurve[] {
  const shown = new Set(context.names());
  return (loadHere(context)?.curves ?? []).filter(({ mechanism }) => shown.has(mechanism));
}

const cellAt = (context: Context, point: LoadPoint) => context.result.cells[point.cell]!;

function loadChart(context: Context, width: number): Drawing {
  const metric = `${chosenQuantile(context)}_ns`;
  const curves = loadCurves(context);
  const lookOf = looksIn(context, paced(context));
  const series = curves.map(({ mechanism, points }): Series => ({
    name: mechanism,
    look: lookOf(mechanism),
    points: points.flatMap((point) => {
      const y = medianOf(cellAt(context, point), metric);
      const x = point.offered_per_second;
      if (y === null || y <= 0) return [];
      const hollow = point.saturated;
      const kept = figure(cellAt(context, point), "achieved_per_second");
      const text =
        `${rateText(x)} offered: ${chosenQuantile(context)} ${formatTime(y)}` +
        (hollow ? `, saturated at ${kept}` : "");
      return [{ x, y, hollow, text, ...intervalOf(cellAt(context, point), metric) }];
    }),
  }));
  const xs = series.flatMap((s) => s.points.map((p) => p.x));
  if (xs.length === 0) return { chart: null };
  const xDomain: [number, number] = [Math.min(...xs), Math.max(...xs)];
  const knees = curves.flatMap(({ mechanism, points, knee }) => {
    const own = lookOf(mechanism);
    if (knee === null || own === null) return [];
    const x = points[knee]!.offered_per_second;
    const y = medianOf(cellAt(context, points[knee]!), metric);
    return y === null ? [] : [{ x, y, color: own.color }];
  });
  return lineChart({
    width,
    series,
    xLog: true,
    xDomain,
    xTicks: logTicks(xDomain, false),
    xFormat: axisMark(rateText),
    xLabel: "messages per second offered",
    yLabel: `latency ${chosenQuantile(context)}`,
    yFormat: formatTime,
    over: [
      Plot.dot(knees, { x: "x", y: "y", r: 9, stroke: "color", strokeWidth: 1.5, fill: "none" }),
    ],
  });
}

interface LoadRow {
  name: string;
  point: LoadPoint;
  cell: Cell;
  knee: boolean;
}

function loadTable(context: Context): HTMLElement {
  const labelled = (metric: string) =>
    figureColumn<LoadRow>(context.words.metric(metric).label, metric, ({ cell }) => cell);
  const rows: LoadRow[] = loadCurves(context).flatMap(({ mechanism, points, knee }) =>
    points.map((point, n) => ({
      name: mechanism,
      point,
      cell: cellAt(context, point),
      knee: n === knee,
    })),
  );
  return table(
    "Latency under load, median over repetitions",
    [
      { head: "Mechanism", cell: (r) => r.name },
      {
        head: "offered",
        numeric: true,
        cell: (r) => rateText(r.point.offered_per_second),
        amount: (r) => ({ value: r.point.offered_per_second, unit: "1/s" }),
      },
      labelled("achieved_per_second"),
      ...quantiles.map((q) => figureColumn<LoadRow>(q, `${q}_ns`, ({ cell }) => cell)),
      ...["core_share", "sched_lag_p99_ns", "send_p99_ns", "missed_share"].map(labelled),
      {
        head: "state",
        cell: (r) =>
          [r.point.saturated ? "saturated" : "", r.knee ? "knee" : ""]
            .filter((w) => w !== "")
            .join(", "),
      },
    ],
    rows,
  );
}

// --- wake ----------------------------------------------------------------------------------------

function wakeChart(context: Context, width: number): Drawing {
  const main = context.words.mainMetric("wake");
  const groups = grouped(context, "wake", "gap_ns");
  const lookOf = looksIn(context, [...groups.keys()]);
  const series = [...groups].map(([name, cells]): Series => ({
    name,
    look: lookOf(name),
    points: cells.flatMap((cell) => {
      const y = medianOf(cell, main.key);
      return y === null || y <= 0 || cell.parameter!.value <= 0
        ? []
        : [
            {
              x: cell.parameter!.value,
              y,
              ...intervalOf(cell, main.key),
              text:
                `after ${formatTime(cell.parameter!.value)}: ${main.label} ${formatTime(y)}, p99 ` +
                figure(cell, "p99_ns"),
            },
          ];
    }),
  }));
  const xs = series.flatMap((s) => s.points.map((p) => p.x));
  if (xs.length === 0) return { chart: null };
  const xDomain: [number, number] = [Math.min(...xs), Math.max(...xs)];
  return lineChart({
    width,
    series,
    xLog: true,
    xDomain,
    xTicks: logTicks(xDomain, false),
    xFormat: axisMark(formatTime),
    xLabel: "pause before the message",
    yLabel: `latency ${main.label}`,
    yFormat: formatTime,
    tall: false,
  });
}

interface WakeRow {
  name: string;
  cell: Cell;
}

function wakeTable(context: Context): HTMLElement {
  const rows: WakeRow[] = [...grouped(context, "wake", "gap_ns")].flatMap(([name, cells]) =>
    cells.map((cell) => ({ name, cell })),
  );
  return table(
    "Latency of one message after a pause",
    [
      { head: "Mechanism", cell: (r) => r.name },
      {
        head: "pause",
        numeric: true,
        cell: (r) => formatTime(r.cell.parameter!.value),
        amount: (r) => ({ value: r.cell.parameter!.value, unit: "ns" }),
      },
      ...["p50", "p90", "p99"].map((q) => figureColumn<WakeRow>(q, `${q}_ns`, ({ cell }) => cell)),
      figureColumn<WakeRow>(
        context.words.metric("idle_cpu_share").label,
        "idle_cpu_share",
        ({ cell }) => cell,
      ),
    ],
    rows,
  );
}

// --- set-up --------------------------------------------------------------------------------------

const setupBars: Bars = {
  parts: [{ name: "construct both ends" }, { name: "first message" }, { name: "tear down" }],
  unit: "ns",
  label: "time",
};

function setupRows(context: Context): BarRow[] {
  return sortedRows(
    context
      .cellsOf("setup", null)
      .filter(
        (cell) => cell.payload_bytes === payloadOf(context, "setup") || cell.payload_bytes === 0,
      )
      .flatMap((cell) => {
        const bar = barOf(context, cell, context.words.stack("setup"));
        return bar ? [bar] : [];
      }),
  );
}
