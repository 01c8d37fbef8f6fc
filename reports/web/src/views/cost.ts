// What a message costs the machine, and where its nanoseconds go.
import {
  barChart,
  barLegend,
  barTable,
  cutNote,
  sortedRows,
  type BarRow,
  type Bars,
} from "../bars";
import { twin } from "../chart";
import { filterKeys, placeKeys, type Context, type View } from "../context";
import { h } from "../dom";
import { figureText, formatPayload, formatTime } from "../format";
import { notForChoice, notMeasured } from "../missing";
import { instrument, medianOf, shownName } from "../resultIndex";

interface Cost extends Bars {
  title: string;
  total: string;
  metrics: string[];
  text: string;
}

const switches: Cost = {
  title: "Context switches per message",
  total: "switches_per_message",
  totalName: "sum",
  label: "switches per message",
  format: (count) => figureText(count, "1/message"),
  metrics: ["voluntary_switches_per_message", "involuntary_switches_per_message"],
  parts: [{ name: "voluntary (slept)" }, { name: "involuntary (pushed off)" }],
  text: "Both processes together (of a round trip: for both its messages)",
};

const sides: Cost = {
  title: "CPU time per message, by process",
  total: "cpu_ns_per_message",
  totalName: "sum",
  label: "CPU time per message",
  format: formatTime,
  metrics: ["producer_cpu_ns_per_message", "consumer_cpu_ns_per_message"],
  parts: [{ name: "producer" }, { name: "consumer" }],
  text: "User and system time (of a round trip: for both its messages)",
};

const modes: Cost = {
  title: "CPU time per message, by mode",
  total: "cpu_ns_per_message",
  totalName: "sum",
  label: "CPU time per message",
  format: formatTime,
  metrics: ["user_ns_per_message", "system_ns_per_message"],
  parts: [{ name: "user" }, { name: "system" }],
  text:
    "Both processes together (grey: the phases are shorter than a second, of which the " +
    "kernel's ticks cannot tell user from system)",
};

const decomposition: Bars = {
  parts: [{ name: "system calls and copies" }, { name: "context switch" }, { name: "wake-up" }],
  format: formatTime,
  label: "round trip on two CPUs",
  totalName: "two CPUs",
};

export const costView: View = {
  id: "cost",
  title: "Where the nanoseconds go",
  short: "Cost",
  lead: "What does a message cost the machine, beyond the time it takes?",
  mount(section, context) {
    section.append(
      partsFigure(context),
      h("div", { class: "pair" }, panel(context, sides), panel(context, modes)),
      panel(context, switches),
    );
  },
};

const keys = [...placeKeys, ...filterKeys, "payload", "pattern"] as const;

function panel(context: Context, cost: Cost): HTMLElement {
  const data = () => rows(context, cost);
  const figure = twin({
    title: cost.title,
    keys,
    context,
    summary: () =>
      `${cost.text}, ${context.words.pattern(context.pattern())}, ` +
      `${formatPayload(context.payload())}, ` +
      `${context.words.placement(context.placement())}; median over repetitions.${cutNote(data())}`,
    chart: (width) => barChart(cost, data(), width),
    table: () => barTable(cost.title, cost, data()),
    nothing: () =>
      notForChoice(
        `no ${context.words.pattern(context.pattern())} of ` +
          `${formatPayload(context.payload())} in view ended ok`,
      ),
  });
  figure.prepend(h("h3", {}, cost.title), barLegend(cost));
  return figure;
}

function rows(context: Context, cost: Cost): BarRow[] {
  return sortedRows(
    context.namesAndInstrument().flatMap((name) => {
      const cell = context.cell(context.pattern(), name, context.payload());
      const total = medianOf(cell, cost.total);
      return total === null
        ? []
        : [
            {
              name: shownName(name),
              total,
              parts: cost.metrics.map((metric) => medianOf(cell, metric)),
            },
          ];
    }),
  );
}

// --- the switch pattern --------------------------------------------------------------------------

function partsFigure(context: Context): HTMLElement {
  const data = () => partRows(context);
  const figure = twin({
    title: "Round trip taken apart",
    keys: [...placeKeys, ...filterKeys, "payload"],
    context,
    summary: () =>
      "The same exchange inside one process, on one CPU and on two: what is added " +
      "is the switch and the wake-up. " +
      `${context.words.placement(context.placement())}; median over repetitions. A grey ` +
      `bar could not be taken apart; the table says why.${cutNote(data())}`,
    chart: (width) => barChart(decomposition, data(), width),
    table: () => barTable("Round trip taken apart", decomposition, data()),
    nothing: () =>
      context.index.cells("switch").length === 0
        ? notMeasured("the parts of a round trip", "ipcmark run --pattern switch")
        : notForChoice("no switch cell in view"),
  });
  figure.prepend(h("h3", {}, "The round trip taken apart"), barLegend(decomposition));
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
        const total =
          medianOf(cell, "two_cpus_ns") ??
          medianOf(cell, "one_cpu_ns") ??
          medianOf(cell, "one_process_ns");
        if (total === null) return [];
        const parts = ["syscall_copy_ns", "context_switch_ns", "wake_up_ns"].map((metric) =>
          medianOf(cell, metric),
        );
        const whole = parts.every((part) => part !== null);
        return [
          {
            name:
              cell.payload_bytes !== payload && payload !== Infinity
                ? `${cell.transport} (${formatPayload(cell.payload_bytes)})`
                : cell.transport,
            total,
            parts: whole
              ? parts
              : parts.some((p) => p !== null && p > 0) && !cell.parts_note
                ? parts
                : [null, null, null],
            ...(cell.parts_note ? { note: cell.parts_note } : {}),
          },
        ];
      }),
  );
}
