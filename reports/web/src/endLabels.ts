// Names at the ends of lines, moved apart where they would overlap.
import * as Plot from "@observablehq/plot";
import { clipped } from "./format";

export interface LineEnd {
  name: string;
  x: number;
  y: number;
  color: string;
}

export interface Frame {
  xDomain: [number, number];
  yDomain: [number, number];
  logX: boolean;
  logY?: boolean;
  plotWidth: number;
  plotHeight: number;
}

const lineHeight = 14;

export function endLabels(ends: LineEnd[], frame: Frame, oneColumn = false): Plot.Markish[] {
  const columns = oneColumn ? [[...ends].sort((a, b) => b.y - a.y)] : groups(ends, frame);
  return columns.flatMap((group) => {
    const column = Math.max(...group.map((end) => pixelX(end.x, frame))) + 14;
    const tops = apart(
      group.map((end) => pixelY(end.y, frame)),
      frame.plotHeight,
    );
    return group.flatMap((end, position) => {
      const label = { ...end, toX: atPixelX(column, frame), toY: atPixelY(tops[position]!, frame) };
      return [
        Plot.link([label], {
          x1: "x",
          y1: "y",
          x2: "toX",
          y2: "toY",
          stroke: end.color,
          strokeWidth: 0.75,
          strokeOpacity: 0.6,
        }),
        Plot.text([label], {
          x: "toX",
          y: "toY",
          text: () => clipped(end.name),
          textAnchor: "start",
          dx: 4,
          fill: end.color,
          stroke: "var(--page)",
          strokeWidth: 4,
        }),
      ];
    });
  });
}

// Lines that end near each other share one column of names.
function groups(ends: LineEnd[], frame: Frame): LineEnd[][] {
  const near = 0.12 * frame.plotWidth;
  const found: LineEnd[][] = [];
  for (const end of [...ends].sort((a, b) => b.x - a.x)) {
    const last = found[found.length - 1];
    if (last && pixelX(last[0]!.x, frame) - pixelX(end.x, frame) <= near) last.push(end);
    else found.push([end]);
  }
  return found.map((group) => group.sort((a, b) => b.y - a.y));
}

// Pushes down, then lifts the whole cluster back to where it is centred on its wishes.
function apart(wishes: number[], height: number): number[] {
  type Cluster = { from: number; count: number; top: number };
  const clusters: Cluster[] = [];
  wishes.forEach((_, position) => {
    clusters.push({ from: position, count: 1, top: wishes[position]! });
    for (let n = clusters.length - 1; n > 0; n = clusters.length - 1) {
      const above = clusters[n - 1]!;
      const below = clusters[n]!;
      if (above.top + above.count * lineHeight <= below.top) break;
      const count = above.count + below.count;
      let middle = 0;
      for (let i = 0; i < count; ++i) middle += wishes[above.from + i]! - i * lineHeight;
      clusters.splice(n - 1, 2, {
        from: above.from,
        count,
        top: Math.min(Math.max(0, middle / count), Math.max(0, height - count * lineHeight)),
      });
    }
  });
  return clusters.flatMap(({ count, top }) =>
    Array.from({ length: count }, (_, i) => top + i * lineHeight),
  );
}

export function pixelX(x: number, { xDomain, plotWidth, logX }: Frame): number {
  const at = logX ? Math.log : (v: number) => v;
  return ((at(x) - at(xDomain[0])) / (at(xDomain[1]) - at(xDomain[0]) || 1)) * plotWidth;
}

export function pixelY(y: number, { yDomain, plotHeight, logY }: Frame): number {
  if (logY === false) return ((yDomain[1] - y) / (yDomain[1] - yDomain[0] || 1)) * plotHeight;
  return (
    ((Math.log(yDomain[1]) - Math.log(y)) / (Math.log(yDomain[1]) - Math.log(yDomain[0]) || 1)) *
    plotHeight
  );
}

function atPixelX(pixel: number, { xDomain: [low, high], plotWidth, logX }: Frame): number {
  const share = pixel / plotWidth;
  return logX ? low * (high / low) ** share : low + share * (high - low);
}

function atPixelY(pixel: number, { yDomain: [low, high], plotHeight, logY }: Frame): number {
  if (logY === false) return high - (pixel / plotHeight) * (high - low);
  return high * (low / high) ** (pixel / plotHeight);
}

// An axis of its own: the default one for log scales leaves some of the given ticks without text.
export function logAxis(
  domain: [number, number],
  label: string,
  format: (value: number) => string,
): Plot.Markish[] {
  const ticks = logTicks(domain);
  return [
    Plot.gridY(ticks),
    Plot.axisY(ticks, { label, labelArrow: "none", text: (value: number) => format(value) }),
  ];
}

// Decades where there are many, else 1, 2 and 5 of each, else every digit, else two digits: an axis
// has two marks or more.
export function logTicks([low, high]: [number, number], dense = true): number[] {
  const digits = [...Array(9).keys()].map((n) => n + 1);
  const fine = [...Array(90).keys()].map((n) => 1 + n / 10);
  const steps =
    dense && Math.log10(high / low) <= 3.4
      ? [[1, 2, 5], digits, fine]
      : [[1], [1, 2, 5], digits, fine];
  for (const step of steps) {
    const ticks = ticksAt(step, low, high);
    if (ticks.length >= 2) return ticks.length > 12 ? fewer(ticks) : ticks;
  }
  return [low, high];
}

const fewer = (ticks: number[]): number[] =>
  ticks.filter((_, n) => n % Math.ceil(ticks.length / 6) === 0);

function ticksAt(steps: number[], low: number, high: number): number[] {
  const ticks: number[] = [];
  for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); ++e)
    for (const step of steps) {
      const tick = Number((step * 10 ** e).toPrecision(3));
      if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
    }
  return ticks;
}

// Some room above and below, so that no line runs along the edge.
export function logDomain(values: number[]): [number, number] {
  return [Math.min(...values) / 1.15, Math.max(...values) * 1.15];
}
