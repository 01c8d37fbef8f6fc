// Series of one point at the same place: a bar each, with its interval and its figure.
import * as Plot from "@observablehq/plot";
import type { Drawing } from "./chart";
import { axisMark, clipped } from "./format";
import type { LineChart, LinePoint, Series } from "./lines";
import { instrument, shownName } from "./resultIndex";

interface Bar extends LinePoint {
  name: string;
  series: string;
  color: string;
}

// A rate that is kept is never quite the one that was asked for.
const nearEnough = 1.25;

export const haveOnePlace = (series: Series[]): boolean => {
  const xs = series.flatMap(({ points }) => points.map(({ x }) => x));
  return (
    series.every(({ points }) => points.length === 1) &&
    Math.max(...xs) <= Math.min(...xs) * nearEnough
  );
};

const barHeight = 24;

export function singleBars(spec: LineChart, series: Series[]): Drawing {
  const bars = series
    .map((each): Bar => ({
      ...each.points[0]!,
      name: clipped(shownName(each.name)),
      series: each.name,
      color: each.look?.color ?? "var(--quiet-mark)",
    }))
    .sort((a, b) => Number(a.series === instrument) - Number(b.series === instrument) || a.y - b.y);
  const most = Math.max(...bars.map((bar) => Math.max(bar.y, bar.high ?? 0)));
  const longest = Math.max(...bars.map((bar) => bar.name.length));
  const chart = Plot.plot({
    width: spec.width,
    height: 64 + barHeight * bars.length,
    marginLeft: Math.min(14 + 7 * longest, spec.width * 0.45),
    marginRight: 84,
    marginTop: 8,
    marginBottom: 40,
    x: {
      domain: [0, most > 0 ? most : 1],
      ticks: Math.max(2, Math.floor(spec.width / 180)),
      tickFormat: axisMark(spec.yFormat),
      label: `${spec.yLabel}, ${spec.xFormat(bars[0]!.x)}`,
      labelOffset: 36,
      labelArrow: "none",
      grid: true,
    },
    y: { domain: bars.map((bar) => bar.name), label: null, tickSize: 0 },
    marks: [
      Plot.barX(bars, {
        x: "y",
        y: "name",
        fill: "color",
        fillOpacity: (bar: Bar) => (bar.hollow ? 0.35 : 0.85),
        insetTop: 3,
        insetBottom: 3,
      }),
      Plot.ruleY(
        bars.filter((bar) => bar.low !== undefined && bar.high !== undefined),
        { x1: "low", x2: "high", y: "name", stroke: "currentColor", strokeWidth: 1.5 },
      ),
      Plot.text(bars, {
        x: (bar: Bar) => Math.max(bar.y, bar.high ?? 0),
        y: "name",
        text: (bar: Bar) => spec.yFormat(bar.y),
        textAnchor: "start",
        dx: 6,
        fill: "currentColor",
      }),
      Plot.ruleX([0]),
    ],
  });
  return {
    chart,
    stops: bars.map((bar) => ({ series: bar.series, x: bar.y, y: bar.name, text: bar.text })),
  };
}
