// The one way in which figures are written, told again: a shared one would share its faults.

// As C++ rounds: exactly, and halves to the even digit.
function fixed(value, digits) {
  const text = value.toFixed(digits);
  const exact = value.toFixed(100);
  const rest = exact.slice(exact.indexOf(".") + 1 + digits);
  if (!/^50*$/.test(rest)) return text;
  const cut = exact.slice(0, exact.length - rest.length).replace(/\.$/, "");
  return Number(cut.at(-1)) % 2 === 0 ? cut : text;
}

function threeDigits(value) {
  const size = Math.abs(value);
  return fixed(value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

function scaled(value, units) {
  let [scale, unit] = [value, 0];
  for (; Math.abs(scale) >= 999.5 && unit + 1 < units.length; ++unit) scale /= 1000;
  return `${threeDigits(scale)} ${units[unit]}`;
}

const prefixed = {
  ns: ["ns", "us", "ms", "s"],
  "ns/message": ["ns", "us", "ms", "s"],
  "B/s": ["B/s", "kB/s", "MB/s", "GB/s", "TB/s"],
  "1/s": ["/s", "k/s", "M/s", "G/s"],
  B: ["B", "kB", "MB", "GB", "TB"],
};

const share = (value) =>
  value !== 0 && Math.abs(value) < 0.0005 ? "<0.1 %" : `${fixed(100 * value, 1)} %`;

function count(value) {
  if (value === 0) return "0";
  if (Math.abs(value) < 0.005) return "<0.01";
  return Math.abs(value) < 0.01 ? String(Number(value.toPrecision(2))) : threeDigits(value);
}

export const rounded = (value, unit) =>
  unit in prefixed ? scaled(value, prefixed[unit]) : unit === "share" ? share(value) : count(value);
