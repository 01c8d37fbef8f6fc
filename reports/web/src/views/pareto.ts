// Latency against CPU: the mechanisms that no other beats on both, as the program says.
import * as Plot from "@observablehq/plot";
import { twin, type Drawing } from "../chart";
import { filterKeys, placeKeys, type Context, type View } from "../context";
import { offer, type Choice } from "../controls";
import { h, table } from "../dom";
import { endLabels, logAxis, logDomain, logTicks } from "../endLabels";
import { axisMark, clipped, formatPayload, formatTime } from "../format";
import { notForChoice } from "../missing";
import { openMechanism } from "../openMechanism";
import { medianOf } from "../resultIndex";
import { familyColor } from "../series";
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
  applies: ({ index }) => index.cells("round_trip").length > 0,
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
    const zoom = h("span", {});
    section.append(
      twin({
        title: () => `Latency ${latencyName(context)} against CPU per round trip`,
        context,
        extra: [slider, zoom],
        keys: ["payload", "zoom", ...placeKeys, ...filterKeys],
        summary: () =>
          `Round trip, ${formatPayload(context.payload())}, ` +
          `${context.words.placement(context.placement())}; ${latencyName(context)} ` +
          "against the CPU time of both processes, both axes logarithmic. " +
          "The dashed line joins those that have no other below and left of them, by " +
          "their medians; the dotted line does so without those that burn a core " +
          "while idle, which a closed loop does not show. Filters hide points and " +
          "change neither. Circles slept, squares spun though they can sleep, " +
          "triangles burn a core. The colours are families.",
        chart: (width) => draw(zoomed(context), latencyName(context), familyColor(context), width),
        table: () => numbers(context, points(context)),
        nothing: () =>
          notForChoice(`no round trip of ${formatPayload(context.payload())} in view ended ok`),
      }),
    );
    context.watch(zoom, ["payload", "zoom", ...placeKeys, ...filterKeys], () =>
      offer(zoom, zoomChoice(context)),
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

const didSleep = (p: Point) => p.waits === "slept";

// Who spun is far off in a corner, while the others lie on one another.
const isZoomed = (context: Context) => context.store.get("zoom") !== "all";

function zoomed(context: Context): Point[] {
  const all = points(context);
  const sleeping = all.filter(didSleep);
  return isZoomed(context) && sleeping.length > 1 ? sleeping : all;
}

function zoomChoice(context: Context): Choice[] {
  const all = points(context);
  if (all.every(didSleep) || all.filter(didSleep).length < 2) return [];
  return [
    {
      label: "Show",
      value: isZoomed(context) ? "sleepers" : "all",
      options: [
        { value: "sleepers", label: "what slept" },
        { value: "all", label: "all" },
      ],
      choose: (zoom) => context.store.set({ zoom: zoom === "all" ? "all" : undefined }),
    },
  ];
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

const mostLabels = 16;

const shapes: Record<Waiting, string> = {
  unknown: "circle",
  slept: "circle",
  spun: "square",
  burns_core: "triangle",
};

function draw(
  found: Point[],
  latency: string,
  color: (family: string) => string,
  width: number,
): Drawing {
  if (found.length === 0) return { chart: null };
  const narrow = width < 560;
  const best = found.filter(isBest);
  const size = {
    width,
    height: narrow ? 360 : 460,
    marginLeft: 64,
    marginRight: narrow ? 90 : 230,
    marginTop: 26,
    marginBottom: 42,
  };
  const yDomain = logDomain(found.map((p) => p.latency));
  const xDomain = logDomain(found.map((p) => p.cpu));
  const sleepers = found.filter((p) => p.frontier === "sleepers");
  const named = [...best, ...sleepers];
  const colorOf = (p: Point) => color(p.family);
  const labelled =
    found.length <= mostLabels ? [...named, ...found.filter((p) => !named.includes(p))] : named;
  const title = (p: Point) =>
    [
      clipped(p.name, 60),
      [clipped(p.family, 60), p.waited].filter((text) => text !== "").join(", "),
      `${latency} ${formatTime(p.latency)}, CPU ${formatTime(p.cpu)}`,
      ...(p.frontier === "apart" ? ["lossy: not on the lines"] : []),
    ].join("\n");
  const ticks = logTicks(xDomain, !narrow);
  const chart = Plot.plot({
    ...size,
    x: { type: "log", domain: xDomain, axis: null },
    y: { type: "log", domain: yDomain, axis: null },
    marks: [
      // The default axis of a log scale leaves some of the given ticks without text.
      Plot.gridX(ticks),
      Plot.axisX(ticks, {
        text: axisMark(formatTime),
        label: "CPU per round trip, both processes",
        labelOffset: 36,
        labelArrow: "none",
      }),
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
          stroke: colorOf,
          r: 4,
          strokeWidth: 1.5,
        },
      ),
      Plot.dot(sleepers, {
        x: "cpu",
        y: "latency",
        symbol: (p: Point) => shapes[p.waits],
        fill: colorOf,
        stroke: "var(--page)",
        r: 5,
      }),
      Plot.dot(best, {
        x: "cpu",
        y: "latency",
        symbol: (p: Point) => shapes[p.waits],
        fill: colorOf,
        stroke: "var(--page)",
        r: 6,
      }),
      ...endLabels(
        labelled.map((p) => ({ name: p.name, x: p.cpu, y: p.latency, color: colorOf(p) })),
        {
          xDomain,
          yDomain,
          logX: true,
          plotWidth: size.width - size.marginLeft - size.marginRight,
          plotHeight: size.height - size.marginTop - size.marginBottom,
        },
        true,
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

function numbers(context: Context, found: Point[]): HTMLElement {
  return table(
    "Latency against CPU",
    [
      { head: "Mechanism", cell: (p) => openMechanism(context, p.name) },
      {
        head: latencyName(context),
        numeric: true,
        cell: (p) => formatTime(p.latency),
        amount: (p) => ({ value: p.latency, unit: "ns" }),
      },
      {
        head: "CPU / round trip",
        numeric: true,
        cell: (p) => formatTime(p.cpu),
        amount: (p) => ({ value: p.cpu, unit: "ns" }),
      },
      { head: "waits", cell: (p) => p.waited },
      { head: "on the line", cell: (p) => lines[p.frontier] },
    ],
    found,
  );
}
