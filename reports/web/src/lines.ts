// The line chart of the page: at most eight series in colour, dash and marker, the others grey
// until the pointer or the keyboard finds them.
import * as Plot from "@observablehq/plot";
import type { Drawing, Stop } from "./chart";
import { endLabels, logAxis, logDomain, type Frame } from "./endLabels";
import { axisMark, clipped } from "./format";
import { instrument, shownName } from "./resultIndex";
import type { Look } from "./series";
import { haveOnePlace, singleBars } from "./singleBars";

export interface LinePoint {
  x: number;
  y: number;
  text: string;
  // The interval, which bars show.
  low?: number;
  high?: number;
  hollow?: boolean;
  mark?: boolean;
}
export interface Series {
  name: string;
  look: Look | null;
  points: LinePoint[];
  band?: { x: number; low: number; high: number }[];
}

export interface LineChart {
  width: number;
  series: Series[];
  xLog: boolean;
  xDomain?: [number, number];
  xTicks: number[];
  xFormat: (value: number) => string;
  xLabel: string;
  yLabel: string;
  yFormat: (value: number) => string;
  // A share from 0 to 1 instead of a logarithmic axis.
  yShare?: boolean;
  yDomain?: [number, number];
  curve?: "linear" | "step-after";
  under?: (frame: Frame) => Plot.Markish[];
  over?: Plot.Markish[];
  tall?: boolean;
}

interface Flat extends LinePoint {
  name: string;
}

export function lineChart(spec: LineChart): Drawing {
  const filled = spec.series.filter((s) => s.points.length > 0);
  if (filled.length === 0) return { chart: null };
  if (haveOnePlace(filled)) return singleBars(spec, filled);
  const narrow = spec.width < 560;
  const bright = filled.filter((s) => s.look !== null);
  const quiet = filled.filter((s) => s.look === null && s.name !== instrument);
  const reference = filled.filter((s) => s.name === instrument);
  const labelled = narrow || spec.yShare ? [] : [...bright, ...reference];
  const besides = spec.yShare && !narrow ? bright : labelled;
  const right =
    besides.length === 0
      ? 16
      : Math.min(246, 34 + 7 * Math.max(...besides.map((s) => shownName(s.name).length)));
  const size = {
    width: spec.width,
    height: narrow ? 320 : spec.tall === false ? 340 : 440,
    marginLeft: 64,
    marginBottom: 42,
    marginTop: 26,
    marginRight: right,
  };
  const all = filled.flatMap((s) => s.points);
  const xs = all.map((p) => p.x);
  const xDomain = spec.xDomain ?? ([Math.min(...xs), Math.max(...xs)] as [number, number]);
  if (xDomain[0] === xDomain[1]) {
    xDomain[0] = spec.xLog ? xDomain[0] / 2 : xDomain[0] - 1;
    xDomain[1] = spec.xLog ? xDomain[1] * 2 : xDomain[1] + 1;
  }
  const yDomain =
    spec.yDomain ??
    (spec.yShare
      ? ([0, 1] as [number, number])
      : logDomain(all.map((p) => p.y).filter((y) => y > 0)));
  const frame = {
    xDomain,
    yDomain,
    logX: spec.xLog,
    logY: !spec.yShare,
    plotWidth: size.width - size.marginLeft - size.marginRight,
    plotHeight: size.height - size.marginTop - size.marginBottom,
  };
  const flat = (list: Series[]): Flat[] =>
    list.flatMap((s) => s.points.map((p) => ({ ...p, name: s.name })));
  const grey = flat(quiet);
  const tips = [...flat(bright), ...flat(reference), ...grey];
  const ends = labelled.map((s) => {
    const last = s.points[s.points.length - 1]!;
    return {
      name: shownName(s.name),
      x: last.x,
      y: last.y,
      color: s.look?.color ?? "var(--ink-soft)",
    };
  });
  const curve = spec.curve ?? "linear";
  const chart = Plot.plot({
    ...size,
    x: { type: spec.xLog ? "log" : "linear", domain: xDomain, axis: null },
    y: spec.yShare
      ? {
          domain: yDomain,
          label: spec.yLabel,
          tickFormat: spec.yFormat,
          grid: true,
          labelArrow: "none",
        }
      : { type: "log", domain: yDomain, axis: null },
    marks: [
      ...(spec.yShare ? [] : logAxis(yDomain, spec.yLabel, axisMark(spec.yFormat))),
      // The default axis of a log scale leaves some of the given ticks without text.
      Plot.gridX(spec.xTicks),
      Plot.axisX(spec.xTicks, {
        text: spec.xFormat,
        label: spec.xLabel,
        labelOffset: 36,
        labelArrow: "none",
      }),
      ...(spec.under?.(frame) ?? []),
      Plot.line(grey, {
        x: "x",
        y: "y",
        z: "name",
        curve,
        stroke: "var(--quiet-line)",
        strokeWidth: 1,
        className: "quiet",
      }),
      ...reference.map((s) =>
        Plot.line(s.points, {
          x: "x",
          y: "y",
          curve,
          stroke: "var(--ink-soft)",
          strokeWidth: 1.5,
          strokeDasharray: "1 3",
        }),
      ),
      ...bright.flatMap((s) => brightLine(s, curve)),
      ...endLabels(ends, frame),
      ...(spec.yShare && !narrow ? shareLabels(bright) : []),
      ...(spec.over ?? []),
      Plot.tip(
        tips,
        Plot.pointer({
          x: "x",
          y: "y",
          title: (p: Flat) => `${clipped(shownName(p.name), 60)}\n${p.text}`,
        }),
      ),
    ],
  });
  const order = [...bright, ...reference, ...quiet];
  const stops: Stop[] = order.flatMap((s) =>
    sparse(s.points).map((p) => ({ series: shownName(s.name), x: p.x, y: p.y, text: p.text })),
  );
  return { chart, stops, hover: (n) => grey[n]?.name };
}

// Curves that all end at 1 are named along their rise, each name one line higher than the next.
function shareLabels(bright: Series[]): Plot.Markish[] {
  const at = (s: Series, share: number) => s.points.find((p) => p.y >= share)?.x ?? 0;
  const near = (one: Series, other: Series) =>
    Math.abs(Math.log(at(one, 0.5) / at(other, 0.5))) < Math.log(2);
  return [...bright]
    .sort((a, b) => at(b, 0.5) - at(a, 0.5))
    .flatMap((s, n) => {
      const share = 0.06 + n * 0.075;
      const own = at(s, share);
      if (own <= 0) return [];
      // Right of all curves that rise nearby, so that the name lies on none of them.
      const column = Math.max(own, ...bright.filter((o) => near(s, o)).map((o) => at(o, 0.72)));
      const { color } = s.look!;
      return [
        Plot.link([share], {
          x1: own,
          x2: column,
          y1: share,
          y2: share,
          stroke: color,
          strokeWidth: 0.75,
          strokeOpacity: 0.6,
        }),
        Plot.text([share], {
          x: column,
          y: share,
          text: () => clipped(s.name),
          textAnchor: "start",
          dx: 7,
          fill: color,
          stroke: "var(--page)",
          strokeWidth: 5,
        }),
      ];
    });
}

function brightLine(series: Series, curve: "linear" | "step-after"): Plot.Markish[] {
  const { color, dash, symbol } = series.look!;
  const marks = series.points.filter((p) => p.mark !== false);
  return [
    // At the marks alone: between them nothing was summarised.
    ...(series.band
      ? [
          Plot.ruleX(series.band, {
            x: "x",
            y1: "low",
            y2: "high",
            stroke: color,
            strokeOpacity: 0.45,
            strokeWidth: 3,
          }),
        ]
      : []),
    Plot.line(series.points, {
      x: "x",
      y: "y",
      curve,
      stroke: color,
      strokeWidth: 2,
      ...(dash ? { strokeDasharray: dash } : {}),
    }),
    Plot.dot(marks, {
      x: "x",
      y: "y",
      stroke: color,
      fill: (p: LinePoint) => (p.hollow === false ? color : "var(--page)"),
      symbol,
      r: 4,
    }),
  ];
}

// The keyboard stops at the marked points where there are any.
function sparse(points: LinePoint[]): LinePoint[] {
  const marked = points.filter((p) => p.mark !== false);
  return marked.length > 0 ? marked : points;
}

// As many marks as their texts have room for.
export function spaced(values: number[], width: number, each = 62): number[] {
  const every = Math.max(
    1,
    Math.ceil(values.length / Math.max(1, Math.floor((width - 120) / each))),
  );
  return values.filter((_, n) => n % every === 0);
}

export function decades([low, high]: [number, number]): number[] {
  const found: number[] = [];
  for (let e = Math.ceil(Math.log10(low) - 1e-9); e <= Math.log10(high) + 1e-9; ++e)
    found.push(10 ** e);
  return found;
}
