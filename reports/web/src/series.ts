// At most eight series carry a colour, a dash and a marker; the others stay grey.
import type { Context } from "./context";
import { h } from "./dom";
import { instrument, medianOf } from "./resultIndex";

export interface Look { color: string; dash: string; symbol: string }

const dashes = ["", "7 3", "2 3", "9 3 2 3", "4 2", "12 4", "6 2 2 2 2 2", "1 2"];
const symbols = ["circle", "square", "triangle", "diamond", "cross", "star", "wye", "asterisk"];
export const slots = dashes.length;

export const look = (slot: number): Look => ({
  color: `var(--series-${slot})`, dash: dashes[slot]!, symbol: symbols[slot]!,
});

// A removed series leaves its slot empty, so that the others keep their looks.
export function chosenSeries(context: Context): string[] {
  const text = context.store.get("series");
  if (text === undefined) return usualSeries(context);
  const known = new Set(context.index.competitors);
  return text.split(",").slice(0, slots).map((name) => (known.has(name) ? name : ""));
}

export function slotOf(chosen: string[], name: string): number | null {
  const slot = chosen.indexOf(name);
  return slot < 0 || name === "" ? null : slot;
}

// The best of each family first: eight variants of one idea would say less than eight ideas.
function usualSeries(context: Context): string[] {
  const { index } = context;
  const payload = index.payloads("round_trip")[0] ?? 0;
  const placement = index.defaultPlacement();
  const value = (name: string) =>
    medianOf(index.cell("round_trip", name, payload, placement, index.defaultTouch()), "p50_ns") ?? Infinity;
  const ranked = [...index.competitors].sort((a, b) => value(a) - value(b));
  const seen = new Set<string>();
  const firsts = ranked.filter((name) => {
    const family = index.mechanism(name)?.family ?? name;
    return seen.has(family) ? false : (seen.add(family), true);
  });
  const rest = ranked.filter((name) => !firsts.includes(name));
  return [...firsts, ...rest].slice(0, slots);
}

export function seriesPicker(context: Context): HTMLElement {
  const box = h("div", { class: "picker", role: "group", "aria-label": "Series in colour, at most eight" });
  const toggle = (name: string) => {
    const chosen = chosenSeries(context);
    const slot = slotOf(chosen, name);
    const free = chosen.length < slots && !chosen.includes("") ? chosen.length : chosen.indexOf("");
    if (slot !== null) chosen[slot] = "";
    else if (free >= 0) chosen[free] = name;
    else return;
    context.store.set({ series: chosen.join(",") });
  };
  const buttons = context.index.competitors.map((name) => {
    const swatch = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const button = h("button", { type: "button", onclick: () => toggle(name) }, swatch, name);
    return { name, button, swatch };
  });
  box.append(...buttons.map((b) => b.button));
  context.watch(["series"], () => {
    const chosen = chosenSeries(context);
    const full = chosen.filter((name) => name !== "").length >= slots;
    for (const { name, button, swatch } of buttons) {
      const slot = slotOf(chosen, name);
      button.setAttribute("aria-pressed", String(slot !== null));
      button.disabled = slot === null && full;
      button.title = button.disabled ? "Eight series are in colour: take one out first" : "";
      drawSwatch(swatch, slot);
    }
  });
  return box;
}

function drawSwatch(swatch: SVGSVGElement, slot: number | null): void {
  swatch.setAttribute("viewBox", "0 0 26 10");
  swatch.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(swatch.namespaceURI!, "line") as SVGLineElement;
  const set = { x1: "0", x2: "26", y1: "5", y2: "5", "stroke-width": "2.5" };
  for (const [name, value] of Object.entries(set)) line.setAttribute(name, value);
  line.style.stroke = slot === null ? "var(--quiet-line)" : look(slot).color;
  if (slot !== null) line.setAttribute("stroke-dasharray", look(slot).dash);
  swatch.replaceChildren(line);
}

export const isInstrument = (name: string) => name === instrument;
