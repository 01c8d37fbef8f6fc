// What a message costs the machine, and where its nanoseconds go.
import {
  barChart,
  barLegend,
  barOf,
  barTable,
  cutNote,
  sortedRows,
  type BarRow,
  type Bars,
} from "../bars";
import { twin } from "../chart";
import { filterKeys, placeKeys, type Context, type View } from "../context";
import { h } from "../dom";
import { capital, formatPayload } from "../format";
import { notForChoice } from "../missing";
import { instrument, shownName } from "../resultIndex";

interface Cost extends Omit<Bars, "label"> {
  what: string;
  by: string;
  stack: string;
  text: string;
}

const switches: Cost = {
  what: "Context switches",
  by: "",
  stack: "switches",
  unit: "1/message",
  least: 1,
  parts: [{ name: "voluntary (slept)" }, { name: "involuntary (preempted)" }],
  text: "Both processes together",
};

const sides: Cost = {
  what: "CPU time",
  by: ", by process",
  stack: "cpu_by_process",
  unit: "ns",
  parts: [{ name: "producer" }, { name: "consumer" }],
  text: "User and system time",
};

const modes: Cost = {
  what: "CPU time",
  by: ", by mode",
  stack: "cpu_by_mode",
  unit: "ns",
  parts: [{ name: "user" }, { name: "system" }],
  text:
    "Both processes together (grey: the phases are shorter than a second, of which the " +
    "kernel's ticks cannot tell user from system)",
};

// The program says which metrics make up a hop, and in what order.
function hopBars({ words }: Context): Bars {
  const label = (key: string) => words.metric(key).label;
  const hop = words.stack("hop");
  return {
    parts: hop.parts.map((key) => ({ name: label(key) })),
    unit: "ns",
    label: "a hop: half a round trip on two CPUs",
    totalName: label(hop.whole),
    besideName: label(hop.beside),
  };
}

export const costView: View = {
  id: "cost",
  title: "Where the nanoseconds go",
  short: "Cost",
  lead: "What does a message cost the machine, beyond the time it takes?",
  applies: (context) =>
    context.offeredPatterns.length > 0 || context.index.cells("switch").length > 0,
  mount(section, context) {
    if (context.index.cells("switch").length > 0) section.append(partsFigure(context));
    if (context.offeredPatterns.length === 0) return;
    section.append(
      h("div", { class: "pair" }, panel(context, sides), panel(context, modes)),
      panel(context, switches),
    );
  },
};

const keys = [...placeKeys, ...filterKeys, "payload", "pattern"] as const;

function panel(context: Context, cost: Cost): HTMLElement {
  const data = () => rows(context, cost);
  const whole = context.words.metric(context.words.stack(cost.stack).whole);
  const label = () => `${cost.what} per ${unitOf(context)}`;
  const title = () => label() + cost.by;
  const bars = (): Bars => ({ ...cost, label: label(), totalName: whole.label });
  const figure = twin({
    title,
    keys,
    context,
    summary: () =>
      `${cost.text}, ${context.words.pattern(context.pattern())}, ` +
      `${formatPayload(context.payload())}, ` +
      `${context.words.placement(context.placement())}; median over repetitions.${cutNote(data())}`,
    chart: (width) =>
      cost === switches && areAlike(data()) ? { chart: null } : barChart(bars(), data(), width),
    table: () => barTable(title(), bars(), data()),
    nothing: () =>
      data().length > 0
        ? [
            h(
              "p",
              { class: "muted" },
              "All do alike, which no chart would show; the table has them.",
            ),
          ]
        : notForChoice(
            `no ${context.words.pattern(context.pattern())} of ` +
              `${formatPayload(context.payload())} in view ended ok`,
          ),
  });
  const head = h("h3", {});
  context.watch(head, keys, () => {
    head.textContent = title();
  });
  figure.prepend(head, barLegend(bars()));
  return figure;
}

// Bars of the same length say nothing.
function areAlike(data: BarRow[]): boolean {
  const totals = data.filter((row) => row.name !== shownName(instrument)).map((row) => row.total);
  return totals.length > 1 && Math.max(...totals) < 1.1 * Math.min(...totals);
}

// A message, a round trip or a post, of those that are shown.
function unitOf(context: Context): string {
  const shown = context.index
    .groups(context.pattern())
    .find((group) => group.payload_bytes === context.payload());
  return shown?.unit ?? "message";
}

function rows(context: Context, cost: Cost): BarRow[] {
  return sortedRows(
    context.namesAndInstrument().flatMap((name) => {
      const cell = context.cell(context.pattern(), name, context.payload());
      const bar = cell && barOf(context, cell, context.words.stack(cost.stack));
      return bar ? [{ ...bar, name: shownName(name) }] : [];
    }),
  );
}

// --- the switch pattern --------------------------------------------------------------------------

function partsFigure(context: Context): HTMLElement {
  const data = () => partRows(context);
  const bars = hopBars(context);
  const title = "Breakdown of a hop";
  const figure = twin({
    title,
    keys: [...placeKeys, ...filterKeys, "payload"],
    context,
    summary: () =>
      data().length === 0
        ? ""
        : "Half a round trip between two CPUs: what it takes inside one process, and what the " +
          "other CPU and the wake-up add. A context switch on one CPU has sleeping and waking in " +
          `it, so it stands beside. ${capital(context.words.placement(context.placement()))}; ` +
          "median over repetitions. A grey bar could not be broken down; the table says " +
          `why.${cutNote(data())}`,
    chart: (width) => barChart(bars, data(), width),
    table: () => barTable(title, bars, data()),
    nothing: () => notForChoice("no breakdown of a round trip in view has a figure for its hop"),
  });
  figure.prepend(h("h3", {}, "Breakdown of a hop"), barLegend(bars));
  return figure;
}

function partRows(context: Context): BarRow[] {
  const cells = context
    .cellsOf("switch", null)
    .filter((cell) => cell.status === "ok" && cell.transport !== instrument);
  const payloads = new Set(cells.map((cell) => cell.payload_bytes));
  const payload = payloads.has(context.payload())
    ? context.payload()
    : Math.min(...[...payloads].filter((p) => p > 0), Infinity);
  return sortedRows(
    cells
      .filter(
        (cell) =>
          cell.payload_bytes === payload || context.index.fixedPayload(cell.transport) !== null,
      )
      .flatMap((cell) => {
        const bar = barOf(context, cell, context.words.stack("hop"));
        if (!bar) return [];
        return [
          {
            ...bar,
            name:
              cell.payload_bytes !== payload && payload !== Infinity
                ? `${cell.transport} (${formatPayload(cell.payload_bytes)})`
                : cell.transport,
            ...(cell.hop_note ? { note: cell.hop_note } : {}),
          },
        ];
      }),
  );
}
