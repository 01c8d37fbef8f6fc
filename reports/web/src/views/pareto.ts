// Latency against CPU: the mechanisms that no other beats on both, as the program says.
import * as Plot from "@observablehq/plot";
import { twin, type Drawing } from "../chart";
import { filterKeys, placeKeys, type Context, type View } from "../context";
import { h, table } from "../dom";
import { logAxis, logDomain } from "../endLabels";
import { axisMark, clipped, formatPayload, formatTime } from "../format";
import { decades } from "../lines";
import { notForChoice, notMeasured } from "../missing";
import { openMechanism } from "../openMechanism";
import { medianOf } from "../resultIndex";
import type { Frontier, Waiting } from "../view";

interface Point {
  name: string;
  family: string;
  waits: Waiting;
  waited: string;
  cpu: number;
  latency: number;
  frontier: Frontier;
}

export const paretoView: View = {
  id: "pareto",
  title: "Latency against CPU",
  short: "Trade-off",
  lead: "Which mechanisms are worth considering at all?",
  mount(section, context) {
    const payloads = context.index.payloads("round_trip");
    const output = h("output", {});
    const input = h("input", {
      type: "range",
      min: 0,
      max: payloads.length - 1,
      step: 1,
      oninput: () => {
        const payload = payloads[Number(input.value)]!;
        tell(payload);
        context.store.set({ payload: String(payload) });
      },
    });
    const tell = (payload: number) => {
      output.textContent = formatPayload(payload);
      input.setAttribute("aria-valuetext", output.textContent);
    };
    const slider = h(
      "span",
      { class: "slider", hidden: payloads.length < 2 },
      h("label", {}, h("span", {}, "Payload "), input, " ", output),
    );
    section.append(
      twin({
        title: "Latency p99 against CPU per round trip",
        context,
        extra: [slider],
        keys: ["payload", ...placeKeys, ...filterKeys],
        summary: () =>
          `Round trip, ${formatPayload(context.payload())}, ` +
          `${context.words.placement(context.placement())}; ${latencyName(context)} ` +
          "against the CPU time of both processes, both axes logarithmic. " +
          "The dashed line joins those that have no other below and left of them, by " +
          "their medians; the dotted line does so without those that burn a core " +
          "while idle, which a closed loop does not show. Filters hide points and " +
          "change neither. Circles slept, squares spun though they can sleep, " +
          "triangles burn a core.",
        chart: (width) => draw(points(context), latencyName(context), width),
        table: () => numbers(context, points(context)),
        nothing: () =>
          context.index.cells("round_trip").length === 0
            ? notMeasured("round trips", "ipcmark run --pattern round_trip")
            : notForChoice(`no round trip of ${formatPayload(context.payload())} in view ended ok`),
      }),
    );
    if (payloads.length < 2) return;
    context.watch(slider, ["payload"], () => {
      input.value = String(Math.max(0, payloads.indexOf(context.payload())));
      tell(context.payload());
    });
  },
};

// With few samples there is no p99: the program takes the p50 then.
function latencyMetric(context: Context): string {
  const group = context.index
    .groups("round_trip")
    .find(
      (each) =>
        each.payload_bytes === context.payload() &&
        each.placement === context.placement() &&
        each.touch === context.touch(),
    );
  return group?.trade_off?.latency ?? "p99_ns";
}

const latencyName = (context: Context) => context.words.metric(latencyMetric(context)).label;

function points(context: Context): Point[] {
  const metric = latencyMetric(context);
  return context
    .names()
    .flatMap((name): Point[] => {
      const cell = context.cell("round_trip", name, context.payload());
      const latency = medianOf(cell, metric);
      const cpu = medianOf(cell, "cpu_ns_per_message");
      if (!cell || latency === null || cpu === null) return [];
      const frontier = context.index.frontier(cell);
      if (frontier === "none") return [];
      const { waits } = context.index.viewOf(cell);
      return [
        {
          name,
          family: context.index.family(name),
          waits,
          waited: context.words.waits(waits),
          cpu,
          latency,
          frontier,
        },
      ];
    })
    .sort((a, b) => a.cpu - b.cpu || a.latency - b.latency);
}

const isBest = (p: Point) => p.frontier === "all";
const isBestSleeper = (p: Point) =>
  p.frontier === "sleepers" || (p.frontier === "all" && p.waits !== "burns_core");

const lines: Record<Frontier, string> = {
  none: "",
  apart: "lossy",
  beaten: "",
  sleepers: "dotted",
  all: "dashed",
};

// A staircase: between two points of the frontier nothing better is known.
function stairs(best: Point[], top: number, right: number): { x: number; y: number }[] {
  const steps = best.flatMap((p, n) =>
    n === 0
      ? [
          { x: p.cpu, y: top },
          { x: p.cpu, y: p.latency },
        ]
      : [
          { x: p.cpu, y: best[n - 1]!.latency },
          { x: p.cpu, y: p.latency },
        ],
  );
  return best.length === 0 ? [] : [...steps, { x: right, y: best[best.length - 1]!.latency }];
}

const shapes: Record<Waiting, string> = {
  unknown: "circle",
  slept: "circle",
  spun: "square",
  burns_core: "triangle",
};

function draw(found: Point[], latency: string, width: number): Drawing {
  if (found.length === 0) return { chart: null };
  const narrow = width < 560;
  const best = found.filter(isBest);
  const size = {
    width,
    height: narrow ? 360 : 460,
    marginLeft: 64,
    marginRight: narrow ? 24 : 130,
    marginTop: 26,
    marginBottom: 42,
  };
  const yDomain = logDomain(found.map((p) => p.latency));
  const xDomain = logDomain(found.map((p) => p.cpu));
  const sleepers = found.filter((p) => p.frontier === "sleepers");
  const named = [...best, ...sleepers];
  const title = (p: Point) =>
    [
      clipped(p.name, 60),
      [clipped(p.family, 60), p.waited].filter((text) => text !== "").join(", "),
      `${latency} ${formatTime(p.latency)}, CPU ${formatTime(p.cpu)}`,
      ...(p.frontier === "apart" ? ["lossy: not on the lines"] : []),
    ].join("\n");
  const ticks = decades([xDomain[0] / 10, xDomain[1]])
    .flatMap((d) => (Math.log10(xDomain[1] / xDomain[0]) > 2.5 || narrow ? [d] : [d, 2 * d, 5 * d]))
    .filter((t) => t >= xDomain[0] && t <= xDomain[1]);
  const chart = Plot.plot({
    ...size,
    x: {
      type: "log",
      domain: xDomain,
      ticks,
      tickFormat: axisMark(formatTime),
      label: "CPU per round trip, both processes",
      labelOffset: 36,
      labelArrow: "none",
      grid: true,
    },
    y: { type: "log", domain: yDomain, axis: null },
    marks: [
      ...logAxis(yDomain, `latency ${latency}`, axisMark(formatTime)),
      Plot.line(stairs(found.filter(isBestSleeper), yDomain[1], xDomain[1]), {
        x: "x",
        y: "y",
        stroke: "var(--ink-soft)",
        strokeWidth: 1,
        strokeDasharray: "1 3",
      }),
      Plot.line(stairs(best, yDomain[1], xDomain[1]), {
        x: "x",
        y: "y",
        stroke: "var(--accent)",
        strokeWidth: 1.5,
        strokeDasharray: "5 3",
      }),
      Plot.dot(
        found.filter((p) => !named.includes(p)),
        {
          x: "cpu",
          y: "latency",
          symbol: (p: Point) => shapes[p.waits],
          stroke: "var(--quiet-mark)",
          r: 4,
          strokeWidth: 1.5,
        },
      ),
      Plot.dot(sleepers, {
        x: "cpu",
        y: "latency",
        symbol: (p: Point) => shapes[p.waits],
        fill: "var(--ink-soft)",
        stroke: "var(--page)",
        r: 5,
      }),
      Plot.dot(best, {
        x: "cpu",
        y: "latency",
        symbol: (p: Point) => shapes[p.waits],
        fill: "var(--accent)",
        stroke: "var(--page)",
        r: 6,
      }),
      ...labels(named, xDomain, yDomain, size).map(({ p, dy, end }) =>
        Plot.text([p], {
          x: "cpu",
          y: "latency",
          text: (q: Point) => clipped(q.name),
          textAnchor: end ? "end" : "start",
          dx: end ? -9 : 9,
          dy,
          fill: isBest(p) ? "currentColor" : "var(--ink-soft)",
          fontWeight: isBest(p) ? 600 : 400,
          stroke: "var(--page)",
          strokeWidth: 4,
        }),
      ),
      Plot.tip(found, Plot.pointer({ x: "cpu", y: "latency", title })),
    ],
    symbol: { type: "identity" },
  });
  const order = [...named, ...found.filter((p) => !named.includes(p))];
  return {
    chart,
    stops: order.map((p) => ({
      series: p.name,
      x: p.cpu,
      y: p.latency,
      text: title(p).split("\n").slice(1).join("; "),
    })),
  };
}

// Names of the frontier that would overlap are moved up one line each; at the right edge they stand
// left of the point.
function labels(
  best: Point[],
  [x0, x1]: [number, number],
  [y0, y1]: [number, number],
  size: { width: number; height: number; marginLeft: number; marginRight: number },
) {
  const px = (p: Point) =>
    ((Math.log(p.cpu) - Math.log(x0)) / (Math.log(x1) - Math.log(x0))) *
      (size.width - size.marginLeft - size.marginRight) +
    size.marginLeft;
  const py = (p: Point) =>
    ((Math.log(y1) - Math.log(p.latency)) / (Math.log(y1) - Math.log(y0))) * (size.height - 68);
  const taken: { left: number; right: number; y: number }[] = [];
  return best.map((p) => {
    const wide = 7.2 * clipped(p.name).length + 12;
    const end = px(p) + wide > size.width;
    const [left, right] = end ? [px(p) - wide, px(p)] : [px(p), px(p) + wide];
    let dy = -7;
    while (taken.some((t) => t.left < right && t.right > left && Math.abs(t.y - (py(p) + dy)) < 13))
      dy -= 13;
    taken.push({ left, right, y: py(p) + dy });
    return { p, dy, end };
  });
}

function numbers(context: Context, found: Point[]): HTMLElement {
  return table(
    "Latency against CPU",
    [
      { head: "Mechanism", cell: (p) => openMechanism(context, p.name) },
      { head: latencyName(context), numeric: true, cell: (p) => formatTime(p.latency) },
      { head: "CPU / message", numeric: true, cell: (p) => formatTime(p.cpu) },
      { head: "waits", cell: (p) => p.waited },
      { head: "on the line", cell: (p) => lines[p.frontier] },
    ],
    found,
  );
}
