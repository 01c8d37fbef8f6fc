// Latency curves over the quantiles that the program chose.
import type { Histogram } from "./data";
import type { Distribution } from "./view";

export interface QuantilePoint {
  q: number;
  ns: number;
}

// The middle of a bucket: below 2^bits each nanosecond has one, above each octave has 2^bits.
function middleNs(bucket: number, bits: number): number {
  const perOctave = 2 ** bits;
  if (bucket < perOctave) return bucket;
  const width = 2 ** (Math.floor(bucket / perOctave) - 1);
  return (perOctave + (bucket % perOctave)) * width + (width - 1) / 2;
}

// The values of a distribution, and how many messages are in the bucket of each and below it.
export function distributionValues(
  { bins, sub_bucket_bits }: Histogram,
  { bin_steps, greatest_ns }: Distribution,
): { ns: number; count: number }[] {
  let bin = 0;
  let next = 0;
  let count = 0;
  return bin_steps.map((step) => {
    bin += step;
    while (next <= bin) count += bins[next++]![1];
    return { ns: Math.min(middleNs(bins[bin]![0], sub_bucket_bits), greatest_ns), count };
  });
}

// Up to where enough messages lie beyond; `every` thins what is drawn in grey. A time of 0 has no
// place on a logarithmic axis.
export function quantilePoints(
  histogram: Histogram,
  distribution: Distribution,
  quantiles: readonly number[],
  every = 1,
): QuantilePoint[] {
  const { supported } = distribution;
  return distributionValues(histogram, distribution)
    .slice(0, supported)
    .map(({ ns }, n) => ({ q: quantiles[n]!, ns: Math.max(ns, 0.5) }))
    .filter((_, n) => n % every === 0 || n === supported - 1);
}

export const tailAxis = (p: number) => -Math.log10(1 - p);

export const percentileName = (p: number) => `p${Number((100 * p).toPrecision(8))}`;
