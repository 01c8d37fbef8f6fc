// The percentile distribution that HdrHistogram's plotters read.
import type { Histogram } from "./data";
import { distributionValues } from "./histogram";
import type { Distribution } from "./view";

export function hgrm(
  histogram: Histogram,
  found: Distribution,
  quantiles: readonly number[],
): string {
  const values = distributionValues(histogram, found);
  const last = values.length - 1;
  const rows = values.map(({ ns, count }, n) => {
    const q = n === last ? 1 : quantiles[n]!;
    const fields = [
      ns.toFixed(3).padStart(12),
      q.toFixed(12),
      String(count).padStart(10),
      (n === last ? "inf" : (1 / (1 - q)).toFixed(2)).padStart(14),
    ];
    return fields.join(" ");
  });
  const wide = (text: string) => text.padStart(12);
  const time = (ns: number) => wide(ns.toFixed(3));
  const whole = (count: number) => wide(String(count));
  const subBuckets = 2 ** histogram.sub_bucket_bits;
  return [
    "       Value     Percentile TotalCount 1/(1-Percentile)",
    "",
    ...rows,
    `#[Mean    = ${time(found.mean_ns)}, StdDeviation   = ${time(found.deviation_ns)}]`,
    `#[Max     = ${time(found.greatest_ns)}, Total count    = ${whole(histogram.count)}]`,
    `#[Buckets = ${whole(histogram.bins.length)}, SubBuckets     = ${whole(subBuckets)}]`,
    "",
  ].join("\n");
}
