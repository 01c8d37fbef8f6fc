// Curves from the log-linear histogram of a result.
import type { Histogram } from "./data";

export interface Bucket {
  low: number;
  high: number;
  count: number;
}

// Powers by multiplication: bit shifts would wrap at 32 bits.
export function bucketBounds(index: number, subBucketBits: number): [number, number] {
  const s = 2 ** subBucketBits;
  if (index < s) return [index, index + 1];
  const scale = 2 ** (Math.floor(index / s) - 1);
  const mantissa = s + (index % s);
  return [mantissa * scale, (mantissa + 1) * scale];
}

export function buckets(histogram: Histogram): Bucket[] {
  return histogram.bins.map(([index, count]) => {
    const [low, high] = bucketBounds(index, histogram.sub_bucket_bits);
    return { low, high, count };
  });
}

export interface CurvePoint {
  x: number;
  p: number;
  ns: number;
}

const samplesBeyond = 10;

// The largest p that leaves enough samples beyond it; null below one such sample set.
export function deepest(histogram: Histogram): number | null {
  return histogram.count > samplesBeyond ? 1 - samplesBeyond / histogram.count : null;
}

export function valueAt(list: readonly Bucket[], total: number, p: number): number {
  const rank = p * total;
  let before = 0;
  for (const bucket of list) {
    if (before + bucket.count >= rank) {
      const within = bucket.count === 0 ? 0 : (rank - before) / bucket.count;
      return bucket.low + within * (bucket.high - bucket.low);
    }
    before += bucket.count;
  }
  return list.length > 0 ? list[list.length - 1]!.high : NaN;
}

export const tailAxis = (p: number) => -Math.log10(1 - p);

export function curve(histogram: Histogram, stepsPerDecade = 24): CurvePoint[] {
  const limit = deepest(histogram);
  if (limit === null) return [];
  const list = buckets(histogram);
  const end = tailAxis(limit);
  const at = (x: number): CurvePoint => {
    const p = 1 - 10 ** -x;
    return { x, p, ns: Math.max(valueAt(list, histogram.count, p), 0.5) };
  };
  const points: CurvePoint[] = [];
  for (let step = 1; step / stepsPerDecade < end; ++step) points.push(at(step / stepsPerDecade));
  points.push(at(end));
  return points;
}

export const percentileName = (p: number) => `p${Number((100 * p).toPrecision(8))}`;

export interface CdfPoint {
  ns: number;
  share: number;
}

// At most `steps` points, evenly over the buckets that hold something.
export function cdf(histogram: Histogram, steps: number): CdfPoint[] {
  const list = buckets(histogram);
  if (list.length === 0 || histogram.count === 0) return [];
  const every = Math.max(1, Math.ceil(list.length / steps));
  const points: CdfPoint[] = [{ ns: Math.max(list[0]!.low, 0.5), share: 0 }];
  let before = 0;
  list.forEach((bucket, n) => {
    before += bucket.count;
    if (n % every === every - 1 || n === list.length - 1)
      points.push({ ns: Math.max(bucket.high, 0.5), share: before / histogram.count });
  });
  return points;
}
