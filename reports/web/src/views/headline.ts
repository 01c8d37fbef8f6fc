import type { Context, View } from "../context";
import type { Cell, Pattern } from "../data";
import { range } from "../describe";
import { h, type Child } from "../dom";
import { formatBytesRate, formatPayload, formatTime, patternWords, placementWords, words } from "../format";
import { hasBandwidth, losesMessages, medianOf, spread, summaryOf } from "../resultIndex";

const small = 64;
const large = 2 ** 20;

interface Ranked { name: string; cell: Cell; value: number }

export function rank(context: Context, pattern: Pattern, payload: number, metric: string, accept = (_: Cell) => true): Ranked[] {
  const found: Ranked[] = [];
  for (const name of context.index.competitors) {
    const cell = context.cell(pattern, name, payload);
    const value = medianOf(cell, metric);
    if (cell && value !== null && accept(cell)) found.push({ name, cell, value });
  }
  const sign = found[0]?.cell.summary[metric]?.better === "higher" ? -1 : 1;
  return found.sort((a, b) => sign * (a.value - b.value));
}

export const headlineView: View = {
  id: "summary",
  title: "In short",
  short: "Summary",
  mount(section, context) {
    const list = h("ul", { class: "headlines" });
    const where = h("p", { class: "where" });
    section.append(list, where);
    context.watch(["placement", "touch"], () => {
      list.replaceChildren(...headlines(context));
      where.textContent = `Both processes placed: ${words(context.placement(), placementWords)}.` +
        (context.touch() === "rw" ? " Every byte is written and read." : ` Touch: ${context.touch()}.`);
    });
  },
};

function headlines(context: Context): HTMLElement[] {
  const items = [fastest(context), bandwidth(context), cheapest(context)].filter((item) => item !== null);
  return items.length > 0 ? items : [h("li", {}, "No cell ended ok in this placement, so there is nothing to rank.")];
}

function fastest(context: Context): HTMLElement | null {
  const payload = telling(context, "round_trip", "p50_ns", small);
  if (payload === null) return null;
  const ranked = rank(context, "round_trip", payload, "p50_ns");
  const best = ranked[0]!;
  const sleeps = (entry: Ranked) => context.index.mechanism(entry.name)?.wait !== "spins";
  const bestSleeping = ranked.find(sleeps);
  return item(
    `Fastest round trip, ${formatPayload(payload)}`, best.name, formatTime(best.value),
    [`At ${formatPayload(payload)} the fastest round trip is `, strong(best.name), `: ${formatTime(best.value)} (p50).`,
      ...tie(ranked, "p50_ns"),
      ...(sleeps(best) ? [" It lets the core sleep while it waits."]
        : bestSleeping ? [" The fastest that lets the core sleep is ", strong(bestSleeping.name), `: ${formatTime(bestSleeping.value)}.`] : [])],
    range(best.cell.summary["p50_ns"]!, formatTime));
}

function bandwidth(context: Context): HTMLElement | null {
  const accept = (cell: Cell) => hasBandwidth(cell) && !losesMessages(cell);
  const payload = telling(context, "one_way", "bytes_per_second", large, accept);
  if (payload === null) return null;
  const ranked = rank(context, "one_way", payload, "bytes_per_second", accept);
  const best = ranked[0]!;
  const second = ranked.find((entry) => family(context, entry.name) !== family(context, best.name));
  return item(
    `Highest bandwidth, ${formatPayload(payload)}`, best.name, formatBytesRate(best.value),
    [`The highest bandwidth at ${formatPayload(payload)} is `, strong(best.name), `: ${formatBytesRate(best.value)}.`,
      ...tie(ranked, "bytes_per_second"),
      ...(second ? [" The best of another family is ", strong(second.name), `: ${formatBytesRate(second.value)}.`] : [])],
    range(best.cell.summary["bytes_per_second"]!, formatBytesRate));
}

function cheapest(context: Context): HTMLElement | null {
  const payload = telling(context, "round_trip", "cpu_ns_per_message", small);
  if (payload === null) return null;
  const ranked = rank(context, "round_trip", payload, "cpu_ns_per_message");
  const best = ranked[0]!;
  const switches = medianOf(best.cell, "switches_per_message");
  return item(
    `Least CPU, ${formatPayload(payload)}`, best.name, formatTime(best.value),
    [`A ${words("round_trip", patternWords)} at ${formatPayload(payload)} costs least CPU with `, strong(best.name),
      `: ${formatTime(best.value)} per message, both processes together.`,
      ...tie(ranked, "cpu_ns_per_message"),
      ...(switches === null ? [] : [` Context switches per message: ${switches < 0.005 ? "almost none" : switches.toFixed(2)}.`])],
    range(best.cell.summary["cpu_ns_per_message"]!, formatTime));
}

// The order of two mechanisms is only worth a sentence when their ranges do not overlap.
function tie(ranked: Ranked[], metric: string): Child[] {
  const best = ranked[0] && spread(ranked[0].cell.summary[metric]!);
  if (!best) return [];
  const level = ranked.slice(1).filter((entry) => {
    const other = spread(summaryOf(entry.cell, metric)!);
    return other !== null && other.low <= best.high && best.low <= other.high;
  });
  if (level.length === 0) return [];
  const names = level.slice(0, 2).map((entry) => entry.name).join(", ") + (level.length > 2 ? ` and ${level.length - 2} more` : "");
  return [` Too close to call against ${names}: the ranges overlap.`];
}

// 64 B and 1 MiB where the run has them, so that headlines of several runs compare; else the nearest in spirit.
function telling(context: Context, pattern: Pattern, metric: string, wanted: number, accept = (_: Cell) => true): number | null {
  const payloads = context.index.payloads(pattern).filter((p) => rank(context, pattern, p, metric, accept).length > 0);
  return payloads.find((p) => p === wanted) ?? (wanted === small ? payloads[0] : payloads[payloads.length - 1]) ?? null;
}

const family = (context: Context, name: string) => context.index.mechanism(name)?.family ?? name;

const strong = (text: string) => h("strong", {}, text);

function item(kicker: string, name: string, figure: string, sentence: Child[], footnote: string): HTMLElement {
  return h("li", {},
    h("span", { class: "kicker" }, kicker),
    h("span", { class: "winner" }, h("span", { class: "figure" }, figure), h("span", { class: "name" }, name)),
    h("p", {}, ...sentence),
    footnote ? h("p", { class: "footnote" }, footnote) : null);
}
