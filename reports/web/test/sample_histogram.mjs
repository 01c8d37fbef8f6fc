// A plausible latency distribution in the bins of the result format.
const bits = 7;

export function bucketIndex(ns, subBucketBits = bits) {
  const s = 2 ** subBucketBits;
  if (ns < s) return Math.floor(ns);
  const e = Math.floor(Math.log2(ns)) - subBucketBits;
  return (e + 1) * s + Math.floor(ns / 2 ** e) - s;
}

// Quantiles along log time: a narrow body, then a tail that stretches by `tail` per two decades.
function quantile(p50, tail, p) {
  const decades = -Math.log10(1 - p);
  const body = p50 * (0.86 + 0.14 * Math.min(p / 0.5, 1) + 0.1 * Math.max(0, p - 0.5));
  return decades <= 0.6 ? body : body * tail ** (0.55 * (decades - 0.6) ** 1.15);
}

export function logLinear(p50, tail, count, steps = 60) {
  const bins = new Map();
  const last = 1 - 1 / count;
  const decades = -Math.log10(1 - last);
  let placed = 0;
  for (let step = 1; step <= steps; ++step) {
    const p = step === steps ? 1 : 1 - 10 ** (-(decades * step) / steps);
    const upTo = Math.round(count * p);
    if (upTo <= placed) continue;
    const index = bucketIndex(quantile(p50, tail, Math.min(p, last)));
    bins.set(index, (bins.get(index) ?? 0) + upTo - placed);
    placed = upTo;
  }
  return {
    scheme: "log_linear",
    sub_bucket_bits: bits,
    unit: "ns",
    count,
    bins: [...bins].sort((a, b) => a[0] - b[0]),
  };
}
