// Mechanism x payload as a real table; the colour says how far a cell is from the best of its column.
import type { Context, View } from "../context";
import { choice } from "../controls";
import type { Cell, Pattern } from "../data";
import { cellFigures, cellNotes, cellTitle, reasonText, shortStatus, statusWords } from "../describe";
import { h, scroller, type Child } from "../dom";
import { formatBytesRate, formatMessageRate, formatPayload, formatRatio, formatShare, formatTime, missing, patternWords, placementWords, words } from "../format";
import { gridKeys } from "../gridKeys";
import { hasBandwidth, instrument, losesMessages, medianOf } from "../resultIndex";
import type { Key } from "../state";
import { describe } from "../tooltip";

interface Heat {
  id: string;
  title: string;
  short: string;
  pattern: Pattern;
  toggle: { key: "latency" | "rate"; label: string; options: { value: string; label: string }[] };
  sortKey: "latencysort" | "ratesort";
  better: "lower" | "higher";
  metric: (context: Context) => string;
  format: (context: Context, cell: Cell) => (value: number | null) => string;
  comparable: (context: Context, cell: Cell) => boolean;
  note: (context: Context) => string;
}

const latency: Heat = {
  id: "latency",
  title: "Latency: round trip",
  short: "Latency",
  pattern: "round_trip",
  toggle: { key: "latency", label: "Percentile", options: [{ value: "p50", label: "p50" }, { value: "p99", label: "p99" }] },
  sortKey: "latencysort",
  better: "lower",
  metric: (context) => `${context.latency()}_ns`,
  format: () => formatTime,
  comparable: () => true,
  note: (context) => `${context.latency()} of the time to the peer and back, one message at a time.`,
};

const throughput: Heat = {
  id: "throughput",
  title: "Throughput: one way",
  short: "Throughput",
  pattern: "one_way",
  toggle: { key: "rate", label: "Unit", options: [{ value: "bytes", label: "bytes/s" }, { value: "messages", label: "messages/s" }] },
  sortKey: "ratesort",
  better: "higher",
  metric: (context) => (context.rate() === "bytes" && context.touch() !== "desc" ? "bytes_per_second" : "messages_per_second"),
  format: (context, cell) => (context.rate() === "bytes" && hasBandwidth(cell) ? formatBytesRate : formatMessageRate),
  comparable: (_, cell) => !losesMessages(cell),
  note: (context) => "A saturated stream as the consumer sees it; the sender waits when the channel is full." +
    (context.touch() === "desc" ? " Touch is desc: nobody read the payload, so only messages/s are shown." : ""),
};

export const latencyView = heatView(latency);
export const throughputView = heatView(throughput);

function heatView(heat: Heat): View {
  return {
    id: heat.id,
    title: heat.title,
    short: heat.short,
    mount(section, context) {
      const current = () => (heat.toggle.key === "latency" ? context.latency() : context.rate());
      const note = h("p", { class: "note" });
      const body = h("div", {});
      section.append(
        h("div", { class: "controls" }, choice({
          label: heat.toggle.label, options: heat.toggle.options, value: current(),
          choose: (value) => context.store.set({ [heat.toggle.key]: value }),
        })), note, body);
      const keys: Key[] = ["placement", "touch", heat.toggle.key, heat.sortKey];
      context.watch(keys, () => {
        note.textContent = heat.note(context);
        body.replaceChildren(...heatTable(heat, context));
      });
    },
  };
}

const manyColumns = 6;

interface Entry { cell: Cell | undefined; value: number | null; ratio: number | null }

function heatTable(heat: Heat, context: Context): HTMLElement[] {
  const payloads = context.index.payloads(heat.pattern);
  if (payloads.length === 0) return [h("p", {}, `This run has no ${words(heat.pattern, patternWords)} cells.`)];
  const metric = heat.metric(context);
  const best = new Map<number, number>();
  const entries = new Map<string, Entry[]>();

  for (const payload of payloads) {
    const values = context.index.competitors
      .map((name) => context.cell(heat.pattern, name, payload))
      .filter((cell) => cell !== undefined && heat.comparable(context, cell))
      .map((cell) => medianOf(cell, metric)).filter((value) => value !== null && value > 0) as number[];
    if (values.length > 0) best.set(payload, heat.better === "lower" ? Math.min(...values) : Math.max(...values));
  }
  for (const name of context.index.transports) {
    entries.set(name, payloads.map((payload) => {
      const cell = context.cell(heat.pattern, name, payload);
      const value = medianOf(cell, metric);
      const top = best.get(payload);
      const usable = cell !== undefined && value !== null && value > 0 && top !== undefined && heat.comparable(context, cell);
      return { cell, value, ratio: usable ? (heat.better === "lower" ? value / top : top / value) : null };
    }));
  }

  const largest = Math.max(10, ...context.index.competitors.flatMap((name) => entries.get(name)!.map((e) => e.ratio ?? 1)));
  const sorted = sortedPayload(heat, context, payloads);
  const column = payloads.indexOf(sorted);
  const order = [...context.index.competitors].sort((a, b) => byRatio(entries.get(a)!, entries.get(b)!, column));
  const row = (name: string) => h("tr", { class: name === instrument ? "reference" : undefined },
    h("th", { scope: "row" }, name === instrument ? "instrument (null)" : name),
    ...entries.get(name)!.map((entry) => heatCell(heat, context, entry, largest, name)));

  const table = h("table", { class: payloads.length > manyColumns ? "heat dense" : "heat", role: "grid", "data-view": heat.id },
    h("caption", { class: "sr" }, `${heat.title}, ${words(context.placement(), placementWords)}`),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Mechanism"), ...payloads.map((payload) =>
      h("th", { scope: "col", "aria-sort": payload === sorted ? (heat.better === "lower" ? "ascending" : "descending") : undefined },
        h("button", { type: "button", "data-payload": payload, onclick: () => {
          context.store.set({ [heat.sortKey]: String(payload) });
          document.querySelector<HTMLElement>(`table[data-view="${heat.id}"] button[data-payload="${payload}"]`)?.focus();
        } }, formatPayload(payload)))))),
    h("tbody", {}, ...order.map(row)),
    context.index.transports.includes(instrument) ? h("tfoot", {}, row(instrument)) : null);
  gridKeys(table);
  return [scroller(table, heat.title, false), legend(largest)];
}

function sortedPayload(heat: Heat, context: Context, payloads: number[]): number {
  const wanted = Number(context.store.get(heat.sortKey));
  const usual = heat.better === "lower" ? payloads[0]! : payloads[payloads.length - 1]!;
  return payloads.includes(wanted) ? wanted : usual;
}

// Cells without a figure in the sorted column follow, by their best ratio elsewhere.
function byRatio(a: Entry[], b: Entry[], column: number): number {
  const rankOf = (row: Entry[]) => row[column]?.ratio ?? 1e6 * Math.min(...row.map((e) => e.ratio ?? 1e6));
  return rankOf(a) - rankOf(b);
}

function heatCell(heat: Heat, context: Context, entry: Entry, largest: number, name: string): HTMLElement {
  const { cell, value, ratio } = entry;
  if (!cell) {
    return focusable(h("td", { class: "gap", "aria-label": "not planned" }, missing), () => [h("p", {}, "Not in the plan of this run.")]);
  }
  if (cell.status !== "ok") {
    const text = `${statusWords[cell.status] ?? cell.status}: ${reasonText(cell)}`;
    return focusable(h("td", { id: cell.name, class: `gap ${cell.status}`, "aria-label": text }, shortStatus(cell)),
      () => [h("p", { class: "tip-title" }, cellTitle(cell)), h("p", {}, text)]);
  }
  const format = heat.format(context, cell);
  if (value === null) {
    const why = `${heat.metric(context).replace("_ns", "")} is not supported by the number of samples in this cell`;
    return focusable(h("td", { id: cell.name, class: "gap", "aria-label": why }, missing), () => tip(cell, [why]));
  }
  const loses = losesMessages(cell);
  const marks = (cell.flags ?? []).length > 0 || cell.spawns_ok < cell.spawns_planned;
  const shown = name === instrument ? null : loses ? `${formatShare(medianOf(cell, "lost_share"))} lost` : ratio === null ? null : formatRatio(ratio);
  const td = h("td", { id: cell.name, class: ratio !== null && ratio <= 1 && name !== instrument ? "best" : undefined },
    h("span", { class: "value" }, format(value)), marks ? h("span", { class: "flagged", "aria-label": "flagged" }, "*") : null,
    shown ? h("span", { class: "ratio" }, shown) : null);
  if (ratio !== null && name !== instrument) shade(td, Math.min(1, Math.log(Math.max(1, ratio)) / Math.log(largest)));
  else td.classList.add("unranked");
  return focusable(td, () => tip(cell, []));
}

// 0 is the best of the column, 1 the farthest cell of the table; the style sheet mixes the colours of the theme.
function shade(td: HTMLElement, far: number): void {
  td.style.setProperty("--far", far.toFixed(3));
  td.classList.toggle("beyond", far > 0.5);
}

function tip(cell: Cell, lead: string[]): Child[] {
  return [
    h("p", { class: "tip-title" }, cellTitle(cell)),
    ...lead.filter((line) => line !== "").map((line) => h("p", { class: "tip-lead" }, line)),
    h("dl", {}, ...cellFigures(cell).flatMap(([label, text]) => [h("dt", {}, label), h("dd", {}, text)])),
    ...cellNotes(cell).map((line) => h("p", { class: "tip-note" }, line)),
  ];
}

function focusable(td: HTMLElement, content: () => Child[]): HTMLElement {
  td.tabIndex = -1;
  describe(td, content);
  return td;
}

function legend(largest: number): HTMLElement {
  return h("p", { class: "legend" },
    h("span", {}, "1\u00d7, best of its column"), h("span", { class: "ramp", "aria-hidden": "true" }), h("span", {}, `${formatRatio(largest)} (log scale)`),
    h("span", { class: "legend-note" }, "* has a flag or lost spawns. A boxed word says why there is no figure. Arrow keys move between cells."));
}
