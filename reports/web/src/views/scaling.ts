import * as Plot from "@observablehq/plot";
import { twin } from "../chart";
import { choice } from "../controls";
import type { Context, View } from "../context";
import { h, table } from "../dom";
import { endLabels, logAxis, logDomain } from "../endLabels";
import { axisMark, formatBytesRate, formatMessageRate, formatPayload, formatShare, placementWords, words } from "../format";
import { hasBandwidth, losesMessages, medianOf } from "../resultIndex";
import { chosenSeries, look, seriesPicker, slotOf } from "../series";

interface Point { name: string; payload: number; value: number; lossy: boolean }

const asBytes = (context: Context) => context.rate() === "bytes" && context.touch() !== "desc";
const format = (context: Context) => (asBytes(context) ? formatBytesRate : formatMessageRate);

export const scalingView: View = {
  id: "scaling",
  title: "Throughput by payload",
  short: "By payload",
  mount(section, context) {
    const unit = h("span", {});
    section.append(seriesPicker(context), twin({
      title: "One-way throughput by payload",
      keys: ["placement", "touch", "rate", "series"],
      context,
      extra: [unit],
      summary: () => `One way, ${words(context.placement(), placementWords)}, median over spawns, both axes logarithmic.` +
        (asBytes(context) || context.rate() === "messages" ? "" : " Touch is desc: nobody read the payload, so messages/s are shown.") +
        " Hollow points lost messages.",
      chart: (width) => draw(context, width),
      table: () => numbers(context),
    }));
    context.watch(["rate"], () => {
      if (unit.contains(document.activeElement)) return;
      unit.replaceChildren(choice({
        label: "Unit", value: context.rate(),
        options: [{ value: "bytes", label: "bytes/s" }, { value: "messages", label: "messages/s" }],
        choose: (rate) => context.store.set({ rate }),
      }));
    });
  },
};

function points(context: Context): Point[] {
  const metric = asBytes(context) ? "bytes_per_second" : "messages_per_second";
  return context.index.competitors.flatMap((name) => context.index.payloads("one_way").flatMap((payload) => {
    const cell = context.cell("one_way", name, payload);
    const value = medianOf(cell, metric);
    const usable = value !== null && value > 0 && payload > 0 && (hasBandwidth(cell) || !asBytes(context));
    return usable ? [{ name, payload, value, lossy: losesMessages(cell) }] : [];
  }));
}

function draw(context: Context, width: number): Element | null {
  const all = points(context);
  if (all.length === 0) return null;
  const chosen = chosenSeries(context);
  const show = format(context);
  const narrow = width < 560;
  const payloads = context.index.payloads("one_way").filter((p) => p > 0);
  const size = { width, height: narrow ? 340 : 440, marginLeft: 70, marginBottom: 42, marginTop: 24, marginRight: narrow ? 16 : 160 };
  const yDomain = logDomain(all.map((p) => p.value));
  const frame = {
    xDomain: [payloads[0]!, payloads[payloads.length - 1]!] as [number, number], yDomain, logX: true,
    plotWidth: width - size.marginLeft - size.marginRight, plotHeight: size.height - size.marginTop - size.marginBottom,
  };
  const bright = chosen.flatMap((name, slot) => {
    const own = name === "" ? [] : all.filter((p) => p.name === name);
    return own.length === 0 ? [] : [{ name, own, ...look(slot) }];
  });
  const ends = bright.map(({ name, own, color }) => ({ name, x: own[own.length - 1]!.payload, y: own[own.length - 1]!.value, color }));
  return Plot.plot({
    ...size,
    x: { type: "log", base: 2, domain: frame.xDomain, label: "payload", labelOffset: 36, ticks: spaced(payloads, frame.plotWidth), tickFormat: formatPayload, grid: true },
    y: { type: "log", domain: yDomain, axis: null },
    marks: [
      ...logAxis(yDomain, asBytes(context) ? "bytes per second" : "messages per second", axisMark(show)),
      Plot.line(all.filter((p) => slotOf(chosen, p.name) === null), { x: "payload", y: "value", z: "name", stroke: "var(--quiet-line)" }),
      ...bright.flatMap(({ own, color, dash, symbol }) => [
        Plot.line(own, { x: "payload", y: "value", stroke: color, strokeWidth: 2, ...(dash ? { strokeDasharray: dash } : {}) }),
        Plot.dot(own, { x: "payload", y: "value", stroke: color, fill: (p: Point) => (p.lossy ? "var(--page)" : color), symbol: symbol as Plot.SymbolType, r: 4 }),
      ]),
      ...(narrow ? [] : endLabels(ends, frame)),
      Plot.tip(all, Plot.pointer({ x: "payload", y: "value",
        title: (p: Point) => `${p.name}\n${formatPayload(p.payload)}: ${show(p.value)}${p.lossy ? "\nlost messages" : ""}` })),
    ],
  });
}

// As many payload marks as their texts have room for.
function spaced(payloads: number[], plotWidth: number): number[] {
  const every = Math.max(1, Math.ceil(payloads.length / Math.max(1, Math.floor(plotWidth / 60))));
  return payloads.filter((_, n) => n % every === 0);
}

function numbers(context: Context): HTMLElement {
  const payloads = context.index.payloads("one_way");
  const all = points(context);
  const show = format(context);
  return table("One-way throughput by payload, median over spawns", [
    { head: "Mechanism", cell: (name) => name },
    ...payloads.map((payload) => ({
      head: formatPayload(payload), numeric: true,
      cell: (name: string) => {
        const point = all.find((p) => p.name === name && p.payload === payload);
        const lost = point?.lossy ? ` (${formatShare(medianOf(context.cell("one_way", name, payload), "lost_share"))} lost)` : "";
        return show(point?.value) + lost;
      },
    })),
  ], [...new Set(all.map((p) => p.name))]);
}
