// Ratios of two recorded cells. Nothing is tested again: the interval is what the two intervals of
// the result allow.
import type { Cell } from "./data";
import type { Metric } from "./metrics";
import { spread, summaryOf } from "./resultIndex";

export type Verdict = "better" | "worse" | "level" | "unclear" | "no interval";

export interface Compared {
  label: string;
  a: Cell;
  b: Cell;
  ratio: number;
  low: number | null;
  high: number | null;
  verdict: Verdict;
  // How many half widths of its own interval the ratio lies away from 1.
  significance: number;
}

// Differences below this are noise when the result does not say better.
export const usualTheta = 1.05;

export function compareCells(
  label: string,
  a: Cell,
  b: Cell,
  metric: Metric,
  theta: number,
): Compared | null {
  const [x, y] = [summaryOf(a, metric.key), summaryOf(b, metric.key)];
  if (
    typeof x?.median !== "number" ||
    typeof y?.median !== "number" ||
    x.median <= 0 ||
    y.median <= 0
  )
    return null;
  const ratio = y.median / x.median;
  const [s, t] = [spread(x), spread(y)];
  const bounded = s !== null && t !== null && s.low > 0 && t.low > 0;
  const low = bounded ? t.low / s.high : null;
  const high = bounded ? t.high / s.low : null;
  const honest = bounded && s.isInterval && t.isInterval;
  const half = low !== null && high !== null ? Math.log(high / low) / 2 : null;
  const significance = half === null ? 0 : Math.abs(Math.log(ratio)) / Math.max(half, 1e-6);
  return {
    label,
    a,
    b,
    ratio,
    low,
    high,
    significance,
    verdict: honest ? verdict(ratio, low!, high!, theta, metric) : "no interval",
  };
}

function verdict(ratio: number, low: number, high: number, theta: number, metric: Metric): Verdict {
  const apart = low > 1 || high < 1;
  const large = ratio >= theta || ratio <= 1 / theta;
  if (apart && large) return ratio < 1 === (metric.better === "lower") ? "better" : "worse";
  return low >= 1 / theta && high <= theta ? "level" : "unclear";
}

export const bySignificance = (list: Compared[]) => {
  const order: Verdict[] = ["worse", "better", "unclear", "no interval", "level"];
  return [...list].sort(
    (p, q) =>
      order.indexOf(p.verdict) - order.indexOf(q.verdict) || q.significance - p.significance,
  );
};

export const arrows: Record<Verdict, string> = {
  better: "\u25bc",
  worse: "\u25b2",
  level: "=",
  unclear: "?",
  "no interval": "?",
};
