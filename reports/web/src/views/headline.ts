// The first screen: what wins, by how much, and whether the order can be trusted.
import { filterKeys, placeKeys, type Context, type View } from "../context";
import type { Cell, Pattern } from "../data";
import { range } from "../describe";
import { h, type Child } from "../dom";
import {
  formatBytesRate,
  formatPayload,
  formatTime,
  patternWords,
  placementWords,
  words,
} from "../format";
import { openMechanism } from "../openMechanism";
import { hasBandwidth, losesMessages, medianOf, spread, summaryOf } from "../resultIndex";

const small = 64;
const large = 2 ** 20;

interface Ranked {
  name: string;
  cell: Cell;
  value: number;
}

function rank(
  context: Context,
  names: string[],
  pattern: Pattern,
  payload: number,
  metric: string,
  accept = (_: Cell) => true,
): Ranked[] {
  const found: Ranked[] = [];
  for (const name of names) {
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
    context.watch(section, [...placeKeys, ...filterKeys], () => {
      list.replaceChildren(...headlines(context));
      where.textContent =
        `Both processes placed: ${words(context.placement(), placementWords)}.` +
        (context.touch() === "rw"
          ? " Every byte is written and read."
          : ` Touch: ${context.touch()}.`) +
        (context.filtered()
          ? ` Only among the ${context.names().length} mechanisms that the filters leave.`
          : "");
    });
  },
};

function headlines(context: Context): HTMLElement[] {
  const names = context.names();
  const plain = [
    fastest(context, names),
    bandwidth(context, names),
    cheapest(context, names),
  ].filter((item) => item !== null);
  const items =
    plain.length > 0
      ? plain
      : elsewhere
          .map((each) => bestElsewhere(context, names, each))
          .filter((item) => item !== null);
  return items.length > 0
    ? items
    : [
        h(
          "li",
          {},
          names.length === 0
            ? "The filters leave no mechanism."
            : "No cell ended ok in this placement, so there is nothing to rank.",
        ),
      ];
}

// What a run without round trips and streams can say first.
interface Elsewhere {
  pattern: Pattern;
  metric: string;
  kicker: string;
  says: string;
}
const elsewhere: Elsewhere[] = [
  {
    pattern: "wake",
    metric: "p50_ns",
    kicker: "Fastest after a silence",
    says: "the first message comes soonest through ",
  },
  {
    pattern: "paced",
    metric: "p99_ns",
    kicker: "Lowest p99 on a timetable",
    says: "messages are received soonest through ",
  },
  {
    pattern: "burst",
    metric: "drain_ns",
    kicker: "Quickest to drain",
    says: "a burst is drained soonest by ",
  },
  {
    pattern: "setup",
    metric: "construct_ns",
    kicker: "Quickest to set up",
    says: "both ends are ready soonest with ",
  },
];

function bestElsewhere(
  context: Context,
  names: string[],
  { pattern, metric, kicker, says }: Elsewhere,
): HTMLElement | null {
  const usable = context
    .cellsOf(pattern, null)
    .filter(
      (cell) =>
        cell.status === "ok" &&
        names.includes(cell.transport) &&
        !cell.saturated &&
        context.index.fixedPayload(cell.transport) === null,
    );
  const payload = Math.min(...usable.map((cell) => cell.payload_bytes));
  const strictest = Math.max(...usable.map((cell) => cell.parameter?.value ?? 0));
  const alike = usable.filter(
    (cell) => cell.payload_bytes === payload && (cell.parameter?.value ?? 0) === strictest,
  );
  const found = alike.flatMap((cell) => {
    const value = medianOf(cell, metric);
    return value === null ? [] : [{ cell, value }];
  });
  const best = found.sort((a, b) => a.value - b.value)[0];
  if (!best) return null;
  const where = best.cell.parameter?.text ? `, ${best.cell.parameter.text}` : "";
  return item(
    `${kicker}, ${formatPayload(payload)}${where}`,
    best.cell.transport,
    formatTime(best.value),
    context,
    [
      `At ${formatPayload(payload)}${where} ${says}`,
      strong(best.cell.transport),
      `: ${formatTime(best.value)}.`,
    ],
    "",
  );
}

function fastest(context: Context, names: string[]): HTMLElement | null {
  const payload = telling(context, names, "round_trip", "p50_ns", small);
  if (payload === null) return null;
  const ranked = rank(context, names, "round_trip", payload, "p50_ns");
  const best = ranked[0]!;
  const sleeps = (entry: Ranked) => context.index.mechanism(entry.name)?.wait !== "spins";
  const bestSleeping = ranked.find(sleeps);
  return item(
    `Fastest round trip, ${formatPayload(payload)}`,
    best.name,
    formatTime(best.value),
    context,
    [
      `At ${formatPayload(payload)} the fastest round trip is `,
      strong(best.name),
      `: ${formatTime(best.value)} (p50)${overFloor(best.cell)}.`,
      ...tie(ranked, "p50_ns"),
      ...(sleeps(best)
        ? [" It lets the core sleep while it waits."]
        : bestSleeping
          ? [
              " The fastest that lets the core sleep is ",
              strong(bestSleeping.name),
              `: ${formatTime(bestSleeping.value)}${overFloor(bestSleeping.cell)}.`,
            ]
          : []),
    ],
    range(best.cell.summary["p50_ns"]!, formatTime),
  );
}

function bandwidth(context: Context, names: string[]): HTMLElement | null {
  const accept = (cell: Cell) => hasBandwidth(cell) && !losesMessages(cell);
  const payload = telling(context, names, "one_way", "bytes_per_second", large, accept);
  if (payload === null) return null;
  const ranked = rank(context, names, "one_way", payload, "bytes_per_second", accept);
  const best = ranked[0]!;
  const second = ranked.find(
    (entry) => context.index.family(entry.name) !== context.index.family(best.name),
  );
  return item(
    `Highest bandwidth, ${formatPayload(payload)}`,
    best.name,
    formatBytesRate(best.value),
    context,
    [
      `The highest bandwidth at ${formatPayload(payload)} is `,
      strong(best.name),
      `: ${formatBytesRate(best.value)}${overFloor(best.cell)}.`,
      ...tie(ranked, "bytes_per_second"),
      ...(second
        ? [
            " The best of another family is ",
            strong(second.name),
            `: ${formatBytesRate(second.value)}.`,
          ]
        : []),
    ],
    range(best.cell.summary["bytes_per_second"]!, formatBytesRate),
  );
}

function cheapest(context: Context, names: string[]): HTMLElement | null {
  const payload = telling(context, names, "round_trip", "cpu_ns_per_message", small);
  if (payload === null) return null;
  const ranked = rank(context, names, "round_trip", payload, "cpu_ns_per_message");
  const best = ranked[0]!;
  const switches = medianOf(best.cell, "switches_per_message");
  return item(
    `Least CPU, ${formatPayload(payload)}`,
    best.name,
    formatTime(best.value),
    context,
    [
      `A ${words("round_trip", patternWords)} at ${formatPayload(payload)} costs least CPU with `,
      strong(best.name),
      `: ${formatTime(best.value)} per message, both processes together.`,
      ...tie(ranked, "cpu_ns_per_message"),
      ...(switches === null
        ? []
        : [
            " Context switches per message: " +
              `${switches < 0.005 ? "almost none" : switches.toFixed(2)}.`,
          ]),
    ],
    range(best.cell.summary["cpu_ns_per_message"]!, formatTime),
  );
}

function overFloor(cell: Cell): string {
  const ratio = medianOf(cell, "ratio_to_floor");
  if (ratio === null || !cell.floor) return "";
  if (ratio < 1) return ", faster than the floor, so one of the two is wrong";
  if (cell.floor.unit === "bytes_per_second")
    return `, ${Math.round(100 / ratio)}\u202f% of the floor (${cell.floor.name})`;
  return `, ${ratio.toPrecision(ratio < 10 ? 2 : 3)}\u00d7 the floor`;
}

// The order of two mechanisms is only worth a sentence when their ranges do not overlap.
function tie(ranked: Ranked[], metric: string): Child[] {
  const best = ranked[0] && spread(ranked[0].cell.summary[metric]);
  if (!best) return [];
  const level = ranked.slice(1).filter((entry) => {
    const other = spread(summaryOf(entry.cell, metric));
    return other !== null && other.low <= best.high && best.low <= other.high;
  });
  if (level.length === 0) return [];
  const names =
    level
      .slice(0, 2)
      .map((entry) => entry.name)
      .join(", ") + (level.length > 2 ? ` and ${level.length - 2} more` : "");
  return [` Too close to call against ${names}: the ranges overlap.`];
}

// 64 B and 1 MiB where the run has them, so that headlines of several runs compare; else the
// nearest in spirit.
function telling(
  context: Context,
  names: string[],
  pattern: Pattern,
  metric: string,
  wanted: number,
  accept = (_: Cell) => true,
): number | null {
  const payloads = context.index
    .payloads(pattern)
    .filter((p) => rank(context, names, pattern, p, metric, accept).length > 0);
  const carrying = payloads.filter((p) => p > 0);
  const usable = carrying.length > 0 ? carrying : payloads;
  return (
    usable.find((p) => p === wanted) ??
    (wanted === small ? usable[0] : usable[usable.length - 1]) ??
    null
  );
}

const strong = (text: string) => h("strong", {}, text);

function item(
  kicker: string,
  name: string,
  figure: string,
  context: Context,
  sentence: Child[],
  footnote: string,
): HTMLElement {
  return h(
    "li",
    {},
    h("span", { class: "kicker" }, kicker),
    h(
      "span",
      { class: "winner" },
      h("span", { class: "figure" }, figure),
      openMechanism(context, name, "name"),
    ),
    h("p", {}, ...sentence),
    footnote ? h("p", { class: "footnote" }, footnote) : null,
  );
}
