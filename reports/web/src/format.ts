// Numbers for people: SI units, three significant digits.

export const missing = "\u2013";

const binarySteps: [number, string][] = [
  [2 ** 30, "GiB"],
  [2 ** 20, "MiB"],
  [2 ** 10, "KiB"],
];

// A size that is no whole number of KiB keeps its exact byte count: 65537 B must not look like 64
// KiB.
export function formatPayload(bytes: number): string {
  for (const [step, unit] of binarySteps) {
    if (bytes >= step && bytes % step === 0) return `${bytes / step} ${unit}`;
  }
  return `${bytes} B`;
}

export function threeDigits(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2);
  if (size >= 999.5) return String(Math.round(value));
  return value.toPrecision(3);
}

function scaled(value: number, steps: [number, string][]): string {
  // 0.9995 of a step rounds up to it, so 999.6 ns reads 1.00 us and not 1000 ns.
  const found =
    steps.find(([step]) => Math.abs(value) >= step * 0.9995) ?? steps[steps.length - 1]!;
  return `${threeDigits(value / found[0])}\u202f${found[1]}`;
}

type Maybe = number | null | undefined;

function orMissing(value: Maybe, format: (value: number) => string): string {
  return typeof value === "number" && Number.isFinite(value) ? format(value) : missing;
}

export const formatTime = (ns: Maybe) =>
  orMissing(ns, (v) =>
    scaled(v, [
      [1e9, "s"],
      [1e6, "ms"],
      [1e3, "\u00b5s"],
      [1, "ns"],
    ]),
  );

export const formatBytesRate = (perSecond: Maybe) =>
  orMissing(perSecond, (v) =>
    scaled(v, [
      [1e12, "TB/s"],
      [1e9, "GB/s"],
      [1e6, "MB/s"],
      [1e3, "kB/s"],
      [1, "B/s"],
    ]),
  );

export const formatMessageRate = (perSecond: Maybe) =>
  orMissing(perSecond, (v) =>
    scaled(v, [
      [1e9, "G/s"],
      [1e6, "M/s"],
      [1e3, "k/s"],
      [1, "/s"],
    ]),
  );

export const formatCount = (value: Maybe) =>
  orMissing(value, (v) =>
    v !== 0 && Math.abs(v) < 0.0005
      ? "<0.001"
      : Math.abs(v) < 1
        ? trimZeros(v.toFixed(3))
        : threeDigits(v),
  );

export const formatShare = (share: Maybe) =>
  orMissing(
    share,
    (v) => `${v > 0 && v < 0.0005 ? "<0.1" : trimZeros((100 * v).toFixed(1))}\u202f%`,
  );

export function formatRatio(ratio: number): string {
  const rounded = ratio < 99999.5 ? String(Math.round(ratio)) : ratio.toExponential(1);
  return `${ratio < 9.95 ? ratio.toFixed(1) : rounded}\u00d7`;
}

export const formatBytes = (bytes: Maybe) =>
  orMissing(bytes, (v) =>
    scaled(v, [
      [1e9, "GB"],
      [1e6, "MB"],
      [1e3, "kB"],
      [1, "B"],
    ]),
  );

// Axis marks are round numbers: 20 \u00b5s, not 20.0 \u00b5s.
export const axisMark = (format: (value: number) => string) => (value: number) =>
  format(value)
    .replace(/(\.\d*?)0+(?=\D|$)/, "$1")
    .replace(/\.(?=\D|$)/, "");

function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

// ISO 8601 as people write it; anything else stays as it is.
export function formatMoment(text: string): string {
  const found = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*(Z|[+-]\d\d:?\d\d)?$/.exec(text);
  if (!found) return text;
  const zone =
    found[3] === undefined ? "" : /^(Z|[+-]00:?00)$/.test(found[3]) ? " UTC" : ` ${found[3]}`;
  return `${found[1]} ${found[2]}${zone}`;
}

export function formatDuration(seconds: Maybe): string {
  return orMissing(seconds, (v) => {
    if (v < 60) return `${threeDigits(v)}\u202fs`;
    const minutes = Math.floor(v / 60);
    const rest = Math.round(v - 60 * minutes);
    return minutes < 60
      ? `${minutes}\u202fmin ${rest}\u202fs`
      : `${Math.floor(minutes / 60)}\u202fh ${minutes % 60}\u202fmin`;
  });
}

export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}

export const placementWords: Record<string, string> = {
  same_cpu: "same CPU",
  smt: "SMT siblings",
  l2: "shared L2",
  l3: "shared L3",
  package: "same package",
  numa: "across NUMA nodes",
  free: "not pinned",
};

export const patternWords: Record<string, string> = {
  round_trip: "round trip",
  one_way: "one way",
  switch_ring: "switch ring",
  setup: "set-up",
};

export const waitWords: Record<string, string> = {
  blocks: "sleeps",
  spins: "spins",
  spins_then_blocks: "spins, then sleeps",
};

export const words = (name: string, table: Record<string, string>) =>
  table[name] ?? name.replace(/_/g, " ");

export function ratioTicks([low, high]: [number, number], width: number): number[] {
  const span = high / low;
  const steps =
    span > 3000
      ? [-6, -4, -2, 0, 2, 4, 6].map((e) => 10 ** e)
      : span > 100
        ? [0.01, 0.1, 1, 10, 100]
        : span > 8
          ? [0.1, 0.2, 0.5, 1, 2, 5, 10]
          : span > 2
            ? [0.5, 0.7, 1, 1.4, 2, 3]
            : span > 1.3
              ? [0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.4]
              : [0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15];
  const found = steps.filter((t) => t >= low && t <= high);
  return width < 480 && found.length > 4
    ? found.filter((t) => t === 1 || t === found[0] || t === found[found.length - 1])
    : found;
}

// A name of a result can be of any length; a chart has room for so much.
export const clipped = (name: string, most = 30) =>
  name.length > most ? `${name.slice(0, most - 1)}\u2026` : name;
