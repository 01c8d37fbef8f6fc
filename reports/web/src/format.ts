// Numbers for people, written by the rules of reports/view/figure_text.cpp; units have the micro
// sign and a narrow space here.

export const missing = "\u2013";
const space = "\u202f";

type Maybe = number | null | undefined;

// The program rounds an exact half to the even digit, toFixed away from zero.
function fixed(value: number, digits: number): string {
  const isHalf = Math.abs(value * 2 ** (digits + 1)) % 2 === 1;
  const rounded = value.toFixed(digits);
  const isEven = Number(rounded[rounded.length - 1]) % 2 === 0;
  const scale = 10 ** digits;
  return isHalf && !isEven ? (Math.trunc(value * scale) / scale).toFixed(digits) : rounded;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  return fixed(value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

function scaled(value: number, units: readonly string[]): string {
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit + 1 < units.length) {
    value /= 1000;
    ++unit;
  }
  return `${threeDigits(value)}${space}${units[unit]}`;
}

const times = ["ns", "\u00b5s", "ms", "s"];
const bandwidths = ["B/s", "kB/s", "MB/s", "GB/s", "TB/s"];
const unitsOf: Record<string, readonly string[]> = {
  ns: times,
  "ns/message": times,
  "B/s": bandwidths,
  bytes_per_second: bandwidths,
  "1/s": ["/s", "k/s", "M/s", "G/s"],
  B: ["B", "kB", "MB", "GB", "TB"],
};

function countText(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 0.005) return "<0.01";
  return size >= 0.01 ? threeDigits(value) : String(Number(value.toPrecision(2)));
}

function shareText(share: number): string {
  const isTiny = share !== 0 && Math.abs(share) < 0.0005;
  return `${isTiny ? "<0.1" : fixed(100 * share, 1)}${space}%`;
}

export function figureText(value: Maybe, unit: string): string {
  if (typeof value !== "number" || !Number.isFinite(value)) return missing;
  const units = unitsOf[unit];
  if (units) return scaled(value, units);
  return unit === "share" ? shareText(value) : countText(value);
}

export const formatTime = (ns: Maybe) => figureText(ns, "ns");
export const formatShare = (share: Maybe) => figureText(share, "share");

// The program's sentences and figures with the page's units.
export const typeset = (text: string) =>
  text
    .replace(/(\d) us(?![A-Za-z])/g, "$1 \u00b5s")
    .replace(
      /(\d) (?=(?:ns|\u00b5s|ms|s|[kMGT]?B(?:\/s)?|[kMG]?\/s|[KMG]iB|%)(?![A-Za-z]))/g,
      `$1${space}`,
    );

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

// A distance in the tables: coarser than a figure.
export function formatRatio(ratio: number): string {
  const rounded = ratio < 99999.5 ? String(Math.round(ratio)) : ratio.toExponential(1);
  return `${ratio < 9.95 ? ratio.toFixed(1) : rounded}\u00d7`;
}

// Axis marks are round numbers: 20 \u00b5s, not 20.0 \u00b5s.
export const axisMark = (format: (value: number) => string) => (value: number) =>
  format(value)
    .replace(/(\.\d*?)0+(?=\D|$)/, "$1")
    .replace(/\.(?=\D|$)/, "");

// ISO 8601 as people write it; anything else stays as it is.
export function formatMoment(text: string): string {
  const found = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*(Z|[+-]\d\d:?\d\d)?$/.exec(text);
  if (!found) return text;
  const zone =
    found[3] === undefined ? "" : /^(Z|[+-]00:?00)$/.test(found[3]) ? " UTC" : ` ${found[3]}`;
  return `${found[1]} ${found[2]}${zone}`;
}

export function formatDuration(seconds: Maybe): string {
  if (typeof seconds !== "number" || !Number.isFinite(seconds)) return missing;
  if (seconds < 60) return `${threeDigits(seconds)}${space}s`;
  const whole = Math.round(seconds);
  return whole < 3600
    ? `${Math.floor(whole / 60)}${space}min ${whole % 60}${space}s`
    : `${Math.floor(whole / 3600)}${space}h ${Math.floor((whole % 3600) / 60)}${space}min`;
}

export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}

export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

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
