import * as Plot from "@observablehq/plot";
import { twin, type Drawing } from "../chart";
import { filterKeys, placeKeys, type Context, type View } from "../context";
import { offer } from "../controls";
import { h, table } from "../dom";
import { logDomain } from "../endLabels";
import { figureText, formatPayload, formatShare, formatTime } from "../format";
import { lineChart, spaced, type Series } from "../lines";
import { notForChoice, notMeasured } from "../missing";
import { medianOf } from "../resultIndex";
import { chosenSeries, seriesPicker, slotOf } from "../series";

interface Point {
  name: string;
  payload: number;
  value: number;
  lossy: boolean;
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
          " Thin lines: a constant cost per message." +
          (asBytes(context) && ceiling(context).length > 0
            ? ` Dashed: ${roofs[roofName(context)!]}, measured in the same run.`
            : asBytes(context)
              ? " What the machine moves at best was not measured in this run."
              : "") +
          " Hollow points lost messages.",
        chart: (width) => draw(context, width),
        table: () => numbers(context),
        nothing: () =>
          context.index.cells("one_way").length === 0
            ? notMeasured("streams", "ipcmark run --pattern one_way")
            : notForChoice("no stream here ended ok"),
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
      return usable ? [{ name, payload, value, lossy: context.index.viewOf(cell).lossy }] : [];
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
  const chosen = chosenSeries(context);
  const show = format(context);
  const payloads = context.index.payloads("one_way").filter((p) => p > 0);
  const xDomain: [number, number] = [payloads[0]!, payloads[payloads.length - 1]!];
  const roof = asBytes(context)
    ? ceiling(context).filter((c) => c.payload >= xDomain[0] && c.payload <= xDomain[1])
    : [];
  const yDomain = logDomain([...all.map((p) => p.value), ...roof.map((c) => c.value)]);
  const series = names.map((name): Series => ({
    name,
    slot: slotOf(chosen, name),
    points: all
      .filter((p) => p.name === name)
      .map((p) => ({
        x: p.payload,
        y: p.value,
        hollow: p.lossy,
        text: `${formatPayload(p.payload)}: ${show(p.value)}${p.lossy ? ", lost messages" : ""}`,
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
    under: [
      ...isoCosts(asBytes(context), xDomain, yDomain),
      ...roofMarks(roof, roofName(context) ?? ""),
    ],
  });
}

// With a constant cost per message the rate in bytes grows with the payload, the rate in messages
// stays.
function isoCosts(
  bytes: boolean,
  [from, to]: [number, number],
  [low, high]: [number, number],
): Plot.Markish[] {
  const marks: Plot.Markish[] = [];
  for (let e = 2; e <= 8; ++e) {
    const ns = 10 ** e;
    const rate = (payload: number) => (1e9 / ns) * (bytes ? payload : 1);
    const x1 = bytes ? Math.max(from, (low * ns) / 1e9) : from;
    const x2 = bytes ? Math.min(to, (high * ns) / 1e9) : to;
    if (x1 >= x2 || rate(x1) > high || rate(x2) < low) continue;
    const line = [
      { x: x1, y: rate(x1) },
      { x: x2, y: rate(x2) },
    ];
    marks.push(
      Plot.line(line, { x: "x", y: "y", stroke: "var(--line)", strokeWidth: 1 }),
      Plot.text([line[0]], {
        x: "x",
        y: "y",
        text: () => `${formatTime(ns).replace(/\.0+(?=\D)/, "")} each`,
        fill: "var(--ink-soft)",
        fontSize: 10,
        textAnchor: "start",
        dx: 3,
        dy: -5,
        stroke: "var(--page)",
        strokeWidth: 3,
      }),
    );
  }
  return marks;
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
      })),
    ],
    [...new Set(all.map((p) => p.name))],
  );
}
