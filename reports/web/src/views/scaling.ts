import * as Plot from "@observablehq/plot";
import { twin, type Drawing } from "../chart";
import { filterKeys, placeKeys, type Context, type View } from "../context";
import { offer } from "../controls";
import { h, table } from "../dom";
import { besideCurves, labelHeight } from "../curveLabels";
import { logDomain, type Frame } from "../endLabels";
import { figureText, formatPayload, formatShare, typeset } from "../format";
import { lineChart, spaced, type Series } from "../lines";
import { notForChoice } from "../missing";
import { intervalOf, medianOf } from "../resultIndex";
import { chosenSeries, looks, seriesPicker } from "../series";

interface Point {
  name: string;
  payload: number;
  value: number;
  lossy: boolean;
  depth: number;
  interval: { low?: number; high?: number };
}

// Where only the header is touched there are messages alone.
const asBytes = (context: Context) => context.rate() === "bytes" && context.touch() !== "desc";
const format = (context: Context) => (value: number | null | undefined) =>
  figureText(value, asBytes(context) ? "B/s" : "1/s");

export const scalingView: View = {
  id: "scaling",
  title: "Throughput by payload",
  short: "Throughput",
  lead: "Where does the copy take over from the cost of a message?",
  applies: ({ index }) => index.payloads("one_way").some((payload) => payload > 0),
  mount(section, context) {
    const unit = h("span", {});
    section.append(
      seriesPicker(context),
      twin({
        title: "One-way throughput by payload",
        context,
        extra: [unit],
        keys: ["series", "rate", ...placeKeys, ...filterKeys],
        summary: () =>
          `One way, ${context.words.placement(context.placement())}, median over repetitions, ` +
          "both axes logarithmic." +
          (asBytes(context) || context.rate() === "messages"
            ? ""
            : ` Messages, since ${context.words.touch("desc")}.`) +
          costsNote(context) +
          (asBytes(context) && ceiling(context).length > 0
            ? ` Dashed: ${roofs[roofName(context)!]}, measured in the same run.`
            : asBytes(context)
              ? " What the machine moves at best was not measured in this run."
              : "") +
          " Hollow points lost messages.",
        chart: (width) => draw(context, width),
        table: () => numbers(context),
        nothing: () => notForChoice("no stream here ended ok"),
      }),
    );
    context.watch(unit, ["rate"], () =>
      offer(unit, [
        {
          label: "Unit",
          value: context.rate(),
          options: [
            { value: "bytes", label: "bytes/s" },
            { value: "messages", label: "messages/s" },
          ],
          choose: (rate) => context.store.set({ rate }),
        },
      ]),
    );
  },
};

function points(context: Context, names: string[]): Point[] {
  const metric = asBytes(context) ? "bytes_per_second" : "messages_per_second";
  return names.flatMap((name) =>
    context.index.payloads("one_way").flatMap((payload) => {
      const cell = context.cell("one_way", name, payload);
      const value = medianOf(cell, metric);
      const usable = cell !== undefined && value !== null && value > 0 && payload > 0;
      if (!usable) return [];
      const { lossy } = context.index.viewOf(cell);
      const { depth } = cell;
      return [{ name, payload, value, lossy, depth, interval: intervalOf(cell, metric) }];
    }),
  );
}

// What moves from CPU to CPU at best; older results have the copies of one CPU alone.
const roofs: Record<string, string> = {
  xfer: "blocks that go from CPU to CPU",
  memcpy: "copies by one CPU",
};

const roofSeries = (context: Context, name: string) =>
  (context.result.floors ?? []).filter(
    (f) =>
      f.name === name &&
      (!f.placement || f.placement === context.placement()) &&
      typeof f.block_bytes === "number" &&
      typeof f.summary?.median === "number",
  );

const roofName = (context: Context) =>
  Object.keys(roofs).find((name) => roofSeries(context, name).length > 0);

function ceiling(context: Context): { payload: number; value: number }[] {
  return roofSeries(context, roofName(context) ?? "")
    .map((f) => ({ payload: f.block_bytes!, value: f.summary!.median! }))
    .sort((a, b) => a.payload - b.payload);
}

function draw(context: Context, width: number): Drawing {
  const names = context.names();
  const all = points(context, names);
  if (all.length === 0) return { chart: null };
  const lookOf = looks(context, chosenSeries(context));
  const show = format(context);
  const payloads = context.index.payloads("one_way").filter((p) => p > 0);
  const xDomain: [number, number] = [payloads[0]!, payloads[payloads.length - 1]!];
  const roof = asBytes(context)
    ? ceiling(context).filter((c) => c.payload >= xDomain[0] && c.payload <= xDomain[1])
    : [];
  const yDomain = logDomain([...all.map((p) => p.value), ...roof.map((c) => c.value)]);
  const series = names.map((name): Series => ({
    name,
    look: lookOf(name),
    points: all
      .filter((p) => p.name === name)
      .map((p) => ({
        x: p.payload,
        y: p.value,
        hollow: p.lossy,
        ...p.interval,
        text:
          `${formatPayload(p.payload)}: ${show(p.value)}, at most ${p.depth} messages queued` +
          (p.lossy ? ", lost messages" : ""),
      })),
  }));
  return lineChart({
    width,
    series,
    xLog: true,
    xDomain,
    yDomain,
    xTicks: spaced(payloads, width),
    xFormat: formatPayload,
    xLabel: "payload",
    yLabel: asBytes(context) ? "bytes per second" : "messages per second",
    yFormat: show,
    under: (frame) => equalCosts(context, series, frame),
    over: roofMarks(roof, roofName(context) ?? ""),
  });
}

// Where curves fill the chart the lines have no names of their own.
function costsNote(context: Context): string {
  const { equal_costs: costs } = context.index.loaded.view;
  if (costs.length === 0) return "";
  const [first, last] = [costs[0]!.text, costs[costs.length - 1]!.text].map(typeset);
  return first === last
    ? ` Thin line: messages of equal cost, ${first}.`
    : ` Thin lines: messages of equal cost, from the top ${first} to ${last}.`;
}

function equalCosts(context: Context, series: Series[], frame: Frame): Plot.Markish[] {
  const [from, to] = frame.xDomain;
  const [low, high] = frame.yDomain;
  const lines = context.index.loaded.view.equal_costs.flatMap((cost) => {
    const points = cost.bytes_per_second
      .map(([x, bytes]) => ({ x, y: asBytes(context) ? bytes : cost.messages_per_second }))
      .filter(({ x, y }) => x >= from && x <= to && y >= low && y <= high);
    return points.length < 2 ? [] : [{ points, text: typeset(cost.text) }];
  });
  const labels = besideCurves(
    lines,
    series.map(({ points }) => points),
    frame,
  );
  return [
    ...lines.map(({ points }) =>
      Plot.line(points, { x: "x", y: "y", stroke: "var(--line)", strokeWidth: 1 }),
    ),
    Plot.text(labels, {
      x: "x",
      y: "y",
      text: "text",
      fill: "var(--ink-soft)",
      fontSize: labelHeight,
      textAnchor: "end",
      dx: -3,
      dy: -5,
      className: "cost-names",
    }),
  ];
}

function roofMarks(roof: { payload: number; value: number }[], name: string): Plot.Markish[] {
  if (roof.length === 0) return [];
  return [
    Plot.line(roof, {
      x: "payload",
      y: "value",
      stroke: "var(--ink-soft)",
      strokeWidth: 1.5,
      strokeDasharray: "6 4",
    }),
    Plot.text([roof[roof.length - 1]], {
      x: "payload",
      y: "value",
      text: () => name,
      fill: "var(--ink-soft)",
      textAnchor: "end",
      dx: -6,
      dy: -8,
      stroke: "var(--page)",
      strokeWidth: 3,
    }),
  ];
}

function numbers(context: Context): HTMLElement {
  const payloads = context.index.payloads("one_way").filter((p) => p > 0);
  const names = context.names();
  const all = points(context, names);
  const show = format(context);
  return table(
    "One-way throughput by payload, median over repetitions",
    [
      { head: "Mechanism", cell: (name) => name },
      ...payloads.map((payload) => ({
        head: formatPayload(payload),
        numeric: true,
        cell: (name: string) => {
          const point = all.find((p) => p.name === name && p.payload === payload);
          const lost = formatShare(medianOf(context.cell("one_way", name, payload), "lost_share"));
          return show(point?.value) + (point?.lossy ? ` (${lost} lost)` : "");
        },
        amount: (name: string) => ({
          value: all.find((p) => p.name === name && p.payload === payload)?.value,
          unit: asBytes(context) ? "B/s" : "1/s",
        }),
      })),
    ],
    [...new Set(all.map((p) => p.name))],
  );
}
