// At most eight series are highlighted, the others stay grey: the colour is that of the family, the
// dash tells members of one family apart, and no two have the same marker.
import { filterKeys, placeKeys, type Context } from "./context";
import { h } from "./dom";

export interface Look {
  color: string;
  dash: string;
  symbol: string;
}

const dashes = ["", "7 3", "2 3", "9 3 2 3", "4 2", "12 4", "6 2 2 2 2 2", "1 2"];
const symbols = ["circle", "square", "triangle", "diamond", "cross", "star", "wye", "asterisk"];
export const slots = dashes.length;

// Those of the best mechanisms first, whatever the filters hide; of more families than colours some
// share one.
export function familyColor(context: Context): (family: string) => string {
  const names = context.bestFirst(context.result.mechanisms.map(({ name }) => name));
  const families = [...new Set(names.map((name) => context.index.family(name)))];
  return (family) => `var(--series-${Math.max(0, families.indexOf(family)) % slots})`;
}

// Of those chosen; null: in grey.
export function looks(context: Context, chosen: readonly string[]): (name: string) => Look | null {
  const colorOf = familyColor(context);
  const known = new Map<string, Look>();
  const members = new Map<string, number>();
  chosen.forEach((name, slot) => {
    if (name === "") return;
    const color = colorOf(context.index.family(name));
    const member = members.get(color) ?? 0;
    members.set(color, member + 1);
    known.set(name, { color, dash: dashes[member]!, symbol: symbols[slot]! });
  });
  return (name) => known.get(name) ?? null;
}

// A removed series leaves its slot empty, so that the others keep their looks. A view that knows
// only some mechanisms names these: until the reader chooses, they fill the slots that the others
// leave.
export function chosenSeries(context: Context, candidates?: readonly string[]): string[] {
  const text = context.store.get("series");
  const known = new Set(candidates ?? context.names());
  if (text !== undefined)
    return text
      .split(",")
      .slice(0, slots)
      .map((name) => (known.has(name) ? name : ""));
  const usual = usualSeries(context);
  if (!candidates) return usual;
  const chosen = usual.map((name) => (known.has(name) ? name : ""));
  for (const name of context.bestFirst([...candidates])) {
    if (chosen.includes(name)) continue;
    const free = chosen.indexOf("");
    if (free >= 0) chosen[free] = name;
    else if (chosen.length < slots) chosen.push(name);
  }
  return chosen;
}

function slotOf(chosen: string[], name: string): number | null {
  const slot = chosen.indexOf(name);
  return slot < 0 || name === "" ? null : slot;
}

// The best of each family first: eight variants of one idea would say less than eight ideas.
function usualSeries(context: Context): string[] {
  const ranked = context
    .bestFirst()
    .filter(
      (name) =>
        context.cell("round_trip", name, context.payload())?.status === "ok" ||
        context.cell("one_way", name, context.payload())?.status === "ok",
    );
  const seen = new Set<string>();
  const firsts = ranked.filter((name) => {
    const family = context.index.family(name);
    return seen.has(family) ? false : (seen.add(family), true);
  });
  const rest = ranked.filter((name) => !firsts.includes(name));
  return [...firsts, ...rest].slice(0, slots);
}

export const seriesKeys = ["series", "payload", ...placeKeys, ...filterKeys] as const;

export function seriesPicker(context: Context, candidates?: () => string[]): HTMLElement {
  const box = h("div", {
    class: "picker",
    role: "group",
    "aria-label": "Series in colour, at most eight",
  });
  const more = h("details", { class: "more-series", "data-key": "more" });
  const toggle = (name: string) => {
    const chosen = chosenSeries(context, candidates?.());
    const slot = slotOf(chosen, name);
    const free = chosen.length < slots && !chosen.includes("") ? chosen.length : chosen.indexOf("");
    if (slot !== null) chosen[slot] = "";
    else if (free >= 0) chosen[free] = name;
    else return;
    context.store.set({ series: chosen.join(",") });
  };
  // The pressed ones in the order of their looks, the others behind a disclosure, the best first.
  context.watch(box, seriesKeys, () => {
    const offered = candidates?.() ?? context.names();
    const chosen = chosenSeries(context, candidates && offered);
    const lookOf = looks(context, chosen);
    const full = chosen.filter((name) => name !== "").length >= slots;
    const button = (name: string) => {
      const slot = slotOf(chosen, name);
      const swatch = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      drawSwatch(swatch, lookOf(name));
      return h(
        "button",
        {
          type: "button",
          "data-key": name,
          "aria-pressed": String(slot !== null),
          disabled: slot === null && full,
          title:
            slot === null && full
              ? "Eight series are in colour: take one out first"
              : context.index.mechanism(name)?.summary,
          onclick: () => toggle(name),
        },
        swatch,
        name,
      );
    };
    const others = context.bestFirst(offered).filter((name) => !chosen.includes(name));
    more.replaceChildren(
      h("summary", {}, `${others.length} not highlighted`),
      h("div", { class: "picker-more" }, ...others.map(button)),
    );
    more.hidden = others.length === 0;
    box.replaceChildren(...chosen.filter((name) => name !== "").map(button), more);
  });
  return box;
}

function drawSwatch(swatch: SVGSVGElement, look: Look | null): void {
  swatch.setAttribute("viewBox", "0 0 26 10");
  swatch.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(swatch.namespaceURI, "line") as SVGLineElement;
  const set = { x1: "0", x2: "26", y1: "5", y2: "5", "stroke-width": "2.5" };
  for (const [name, value] of Object.entries(set)) line.setAttribute(name, value);
  line.style.stroke = look?.color ?? "var(--quiet-line)";
  if (look) line.setAttribute("stroke-dasharray", look.dash);
  swatch.replaceChildren(line);
}
