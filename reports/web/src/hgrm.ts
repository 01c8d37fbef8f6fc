// The percentile distribution that HdrHistogram's plotters read.
import type { Histogram } from "./data";
import { buckets, valueAt } from "./histogram";

export function hgrm(histogram: Histogram, ticksPerHalf = 5): string {
  const list = buckets(histogram);
  const { count } = histogram;
  const lines = ["       Value     Percentile TotalCount 1/(1-Percentile)", ""];
  const line = (p: number, inverse: string) => {
    const value = p >= 1 ? (list[list.length - 1]?.high ?? 0) : valueAt(list, count, p);
    const fields = [
      value.toFixed(3).padStart(12),
      p.toFixed(12),
      String(Math.round(p * count)).padStart(10),
      inverse.padStart(14),
    ];
    lines.push(fields.join(" ").trimEnd());
  };
  for (let half = 0; 2 ** half <= count; ++half) {
    for (let tick = 0; tick < ticksPerHalf; ++tick) {
      const p = 1 - 2 ** -half + (tick / ticksPerHalf) * 2 ** -(half + 1);
      if (count * (1 - p) >= 1) line(p, (1 / (1 - p)).toFixed(2));
    }
  }
  if (count > 0) line(1, "inf");
  const middle = list.map((b) => ({ at: (b.low + b.high) / 2, n: b.count }));
  const mean = count === 0 ? 0 : middle.reduce((sum, b) => sum + b.at * b.n, 0) / count;
  const deviation =
    count === 0
      ? 0
      : Math.sqrt(middle.reduce((sum, b) => sum + (b.at - mean) ** 2 * b.n, 0) / count);
  const wide = (text: string) => text.padStart(12);
  const last = list[list.length - 1]?.high ?? 0;
  const each = 2 ** histogram.sub_bucket_bits;
  lines.push(
    `#[Mean    = ${wide(mean.toFixed(3))}, StdDeviation   = ${wide(deviation.toFixed(3))}]`,
    `#[Max     = ${wide(last.toFixed(3))}, Total count    = ${wide(String(count))}]`,
    `#[Buckets = ${wide(String(list.length))}, SubBuckets     = ${wide(String(each))}]`,
  );
  return `${lines.join("\n")}\n`;
}
