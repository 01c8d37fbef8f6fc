import * as Plot from "@observablehq/plot";
import { twin } from "../chart";
import { choice } from "../controls";
import type { Context, View } from "../context";
import type { Pattern } from "../data";
import { h, table, type Column } from "../dom";
import { axisMark, formatCount, formatPayload, formatTime, patternWords, placementWords, words } from "../format";
import { instrument, medianOf } from "../resultIndex";

interface Part { name: string; metric: string; fill: string }
interface Cost {
  title: string;
  total: string;
  parts: Part[];
  format: (value: number | null | undefined) => string;
  label: string;
}

const switches: Cost = {
  title: "Context switches per message",
  total: "switches_per_message",
  parts: [
    { name: "voluntary (slept)", metric: "voluntary_switches_per_message", fill: "var(--part-0)" },
    { name: "involuntary (pushed off)", metric: "involuntary_switches_per_message", fill: "var(--part-1)" },
  ],
  format: formatCount,
  label: "switches per message",
};

const cpu: Cost = {
  title: "CPU time per message",
  total: "cpu_ns_per_message",
  parts: [
    { name: "producer", metric: "producer_cpu_ns_per_message", fill: "var(--part-0)" },
    { name: "consumer", metric: "consumer_cpu_ns_per_message", fill: "var(--part-1)" },
  ],
  format: formatTime,
  label: "CPU time per message",
};

interface Row { name: string; total: number; parts: (number | null)[] }

const offered: Pattern[] = ["round_trip", "one_way"];

export const costView: View = {
  id: "cost",
  title: "What a message costs",
  short: "Cost",
  mount(section, context) {
    const patterns = offered.filter((pattern) => context.index.patterns().includes(pattern));
    if (patterns.length > 1) {
      section.append(h("div", { class: "controls" }, choice({
        label: "Pattern", value: context.pattern(patterns),
        options: patterns.map((p) => ({ value: p, label: words(p, patternWords) })),
        choose: (pattern) => context.store.set({ pattern }),
      })));
    }
    section.append(h("div", { class: "pair" }, panel(context, switches, patterns), panel(context, cpu, patterns)));
  },
};

function panel(context: Context, cost: Cost, patterns: Pattern[]): HTMLElement {
  const data = () => rows(context, cost, context.pattern(patterns));
  const figure = twin({
    title: cost.title,
    keys: ["placement", "touch", "payload", "pattern"],
    context,
    summary: () => `Both processes together, ${words(context.pattern(patterns), patternWords)}, ${formatPayload(context.payload())}, ` +
      `${words(context.placement(), placementWords)}; median over spawns.`,
    chart: (width) => draw(cost, data(), width),
    table: () => numbers(cost, data()),
  });
  figure.prepend(h("h3", {}, cost.title), legend(cost));
  return figure;
}

const referenceName = "instrument (null)";
const isReference = (row: { name: string }) => row.name === referenceName;

function rows(context: Context, cost: Cost, pattern: Pattern): Row[] {
  return context.index.transports.flatMap((name) => {
    const cell = context.cell(pattern, name, context.payload());
    const total = medianOf(cell, cost.total);
    return total === null ? [] : [{
      name: name === instrument ? referenceName : name, total,
      parts: cost.parts.map((part) => medianOf(cell, part.metric)),
    }];
  }).sort((a, b) => Number(isReference(a)) - Number(isReference(b)) || a.total - b.total);
}

function draw(cost: Cost, data: Row[], width: number): Element | null {
  if (data.length === 0) return null;
  // Medians of parts need not add up to the median of the sum: the bar keeps the sum, the parts its shares.
  const bars = data.flatMap((row) => {
    const known = row.parts.some((part) => part !== null);
    const sum = row.parts.reduce<number>((total, part) => total + (part ?? 0), 0);
    const scale = sum > 0 ? row.total / sum : 0;
    let from = 0;
    return (known && sum > 0 ? row.parts : [row.total, 0]).map((part, position) => {
      const to = from + (part ?? 0) * (known && sum > 0 ? scale : 1);
      const bar = { name: row.name, x1: from, x2: to, fill: cost.parts[position]!.fill };
      from = to;
      return bar;
    });
  });
  const most = Math.max(...data.map((row) => row.total));
  const wide = Math.max(...data.map((row) => row.name.length));
  return Plot.plot({
    width, height: 44 + 24 * data.length, marginLeft: Math.min(12 + 7.2 * wide, width * 0.45), marginRight: 66, marginTop: 8, marginBottom: 34,
    x: { domain: [0, most > 0 ? most : 1], ticks: Math.max(2, Math.floor(width / 130)), tickFormat: axisMark(cost.format), labelOffset: 32, label: cost.label, grid: true },
    y: { domain: data.map((row) => row.name), label: null, tickSize: 0 },
    marks: [
      ...cost.parts.map((part) => Plot.barX(bars.filter((bar) => bar.fill === part.fill), { x1: "x1", x2: "x2", y: "name", fill: part.fill, fillOpacity: (bar) => (isReference(bar) ? 0.45 : 1), insetTop: 2, insetBottom: 2 })),
      Plot.text(data, { x: "total", y: "name", text: (row: Row) => cost.format(row.total), textAnchor: "start", dx: 5, fill: "currentColor" }),
      Plot.ruleX([0]),
    ],
  });
}

function legend(cost: Cost): HTMLElement {
  return h("p", { class: "parts" }, ...cost.parts.map((part, n) => h("span", {}, h("i", { class: `part-${n}` }), part.name)));
}

function numbers(cost: Cost, data: Row[]): HTMLElement {
  const columns: Column<Row>[] = [
    { head: "Mechanism", cell: (row) => row.name },
    { head: "sum", numeric: true, cell: (row) => cost.format(row.total) },
    ...cost.parts.map((part, n) => ({ head: part.name, numeric: true, cell: (row: Row) => cost.format(row.parts[n]) })),
  ];
  return table(cost.title, columns, data);
}
