// Facts of the environment: scalars, lists, nested objects, or {"unavailable": reason}.
import { h } from "./dom";

const deepest = 6;

export function factText(value: unknown): string {
  if (value === null || value === undefined || value === "") return "\u2013";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(factText).join(", ");
  if (typeof value === "object") {
    const reason = unavailable(value);
    if (reason !== null) return `unavailable: ${reason}`;
    return Object.entries(value)
      .map(([name, inner]) => `${name}: ${factText(inner)}`)
      .join("; ");
  }
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function unavailable(value: unknown): string | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] === "unavailable"
    ? String((value as { unavailable: unknown }).unavailable)
    : null;
}

export function factNode(value: unknown, depth = 0): HTMLElement {
  const reason = unavailable(value);
  if (reason !== null) return h("span", { class: "muted" }, `unavailable: ${reason}`);
  const isPlain = typeof value !== "object" || value === null;
  if (isPlain || depth >= deepest) return h("span", {}, factText(value));
  if (Array.isArray(value)) {
    const flat = value.every((item) => typeof item !== "object" || item === null);
    return flat
      ? h("span", {}, factText(value))
      : h("ul", {}, ...value.map((item) => h("li", {}, factNode(item, depth + 1))));
  }
  return h(
    "dl",
    { class: "nested" },
    ...Object.entries(value).flatMap(([name, inner]) => [
      h("dt", {}, name),
      h("dd", {}, factNode(inner, depth + 1)),
    ]),
  );
}
