import { twin, type Drawing } from "../chart";
import { filterKeys, placeKeys, type Context, type View } from "../context";
import { offer } from "../controls";
import type { Cell } from "../data";
import { h, table } from "../dom";
import { formatPayload, formatShare, formatTime, missing } from "../format";
import { percentileName, quantilePoints, tailAxis, type QuantilePoint } from "../histogram";
import { hgrm } from "../hgrm";
import { logTicks } from "../endLabels";
import { lineChart, type Series } from "../lines";
import { notForChoice } from "../missing";
import { instrument, shownName } from "../resultIndex";
import { download } from "../save";
import { chosenSeries, looks, seriesPicker, type Look } from "../series";
import type { Distribution } from "../view";

interface Line {
  name: string;
  cell: Cell;
  look: Look | null;
  // q and ns
  percentiles: [number, number][];
  distribution: Distribution;
  curve: QuantilePoint[];
}

const axisMarks = [0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999];

const keys = ["series", "payload", ...placeKeys, ...filterKeys] as const;

export const percentilesView: View = {
  id: "percentiles",
  title: "Latency by percentile",
  short: "Percentiles",
  lead: "How slow are the slow ones?",
  applies: ({ index }) => index.cells("round_trip").length > 0,
  mount(section, context) {
    const where = () =>
      `Round trip, ${formatPayload(context.payload())}, ` +
      `${context.words.placement(context.placement())}; all repetitions together.`;
    section.append(
      seriesPicker(context),
      twin({
        title: "Round-trip latency by percentile",
        context,
        keys,
        summary: () =>
          `${where()} The bars at the marks are the range of the repetitions. Each curve ends ` +
          "where fewer than ten samples lie beyond it.",
        chart: (width) => percentileChart(lines(context), width),
        table: () => numbers(lines(context)),
        nothing: () => nothing(context),
      }),
      h(
        "p",
        { class: "note" },
        "Read it from left to right: half of all messages are faster than the 50 " +
          "mark, one in a thousand is slower than the 99.9 mark.",
      ),
      twin({
        title: "Distribution of the round trip (ECDF)",
        context,
        keys,
        summary: () =>
          `${where()} The share of times that were no longer. Steep is ` +
          "steady; two steps are two different things measured.",
        chart: (width) => ecdfChart(lines(context), width),
        table: () => numbers(lines(context)),
        tableIsElsewhere: true,
        nothing: () => nothing(context),
      }),
      hgrmRow(context),
    );
  },
};

const nothing = (context: Context) =>
  notForChoice(`no cell of ${formatPayload(context.payload())} in view has a histogram`);

function lines(context: Context): Line[] {
  const lookOf = looks(context, chosenSeries(context));
  const found: Line[] = [];
  for (const name of context.namesAndInstrument()) {
    const cell = context.cell("round_trip", name, context.payload());
    if (!cell || cell.status !== "ok" || !cell.histogram) continue;
    const { percentiles, distribution } = context.index.viewOf(cell);
    if (percentiles.length === 0 || !distribution) continue;
    const look = lookOf(name);
    const { quantiles } = context.words;
    const curve = quantilePoints(cell.histogram, distribution, quantiles, look === null ? 4 : 1);
    found.push({ name, cell, look, percentiles, distribution, curve });
  }
  return found;
}

function percentileChart(found: Line[], width: number): Drawing {
  const framing = found.filter((line) => line.name !== instrument);
  if (found.length === 0) return { chart: null };
  // The instrument takes many more samples: it must not stretch the axis.
  const end = Math.max(
    ...(framing.length > 0 ? framing : found).map((line) =>
      tailAxis(line.curve[line.curve.length - 1]!.q),
    ),
  );
  const series = found.map((line): Series => ({
    name: line.name,
    look: line.look,
    points: [
      ...line.curve.map(({ q, ns }) => ({ x: tailAxis(q), q, ns, mark: false })),
      ...line.percentiles.map(([q, ns]) => ({ x: tailAxis(q), q, ns, mark: true })),
    ]
      .filter((p) => p.x <= end + 1e-9)
      .sort((a, b) => a.x - b.x)
      .map((p) => ({
        x: p.x,
        y: p.ns,
        mark: p.mark,
        text: `${percentileName(Number(p.q.toPrecision(6)))}: ${formatTime(p.ns)}`,
      })),
    ...(line.look === null ? {} : { band: band(line) }),
  }));
  return lineChart({
    width,
    series,
    xLog: false,
    xDomain: [0, end],
    xTicks: [0, ...axisMarks.map(tailAxis).filter((x) => x <= end + 1e-9)],
    xFormat: (x) => (x === 0 ? "0" : percentileName(1 - 10 ** -x).slice(1)),
    xLabel: "percentile",
    yLabel: "round trip",
    yFormat: formatTime,
  });
}

const repetitionMarks: [string, number][] = [
  ["p50_ns", 0.5],
  ["p90_ns", 0.9],
  ["p99_ns", 0.99],
  ["p99.9_ns", 0.999],
  ["p99.99_ns", 0.9999],
];

function band(line: Line): { x: number; low: number; high: number }[] {
  return repetitionMarks.flatMap(([metric, p]) => {
    const { min, max } = line.cell.summary[metric] ?? {};
    return typeof min === "number" && typeof max === "number"
      ? [{ x: tailAxis(p), low: min, high: max }]
      : [];
  });
}

function ecdfChart(found: Line[], width: number): Drawing {
  const competing = found.filter((line) => line.name !== instrument);
  const series = competing.map((line): Series => {
    return {
      name: line.name,
      look: line.look,
      points: line.curve.map(({ q, ns }) => ({
        x: ns,
        y: q,
        mark: false,
        text: `${formatShare(q)} within ${formatTime(ns)}`,
      })),
    };
  });
  if (series.length === 0) return { chart: null };
  // The last thousandth would stretch the axis: the percentile chart has it.
  const ends = competing.flatMap((line) => {
    const c = line.curve.filter(({ q }) => q <= 0.999);
    return c.length > 1 ? [c[0]!.ns, c[c.length - 1]!.ns] : [];
  });
  const domain: [number, number] = [Math.min(...ends) / 1.05, Math.max(...ends) * 1.05];
  for (const s of series) s.points = s.points.filter((p) => p.x <= domain[1]);
  return lineChart({
    width,
    series,
    xLog: true,
    xDomain: domain,
    xTicks: logTicks(domain, width >= 560),
    xFormat: formatTimeMark,
    xLabel: "round trip",
    yLabel: "share of messages",
    yFormat: (v) => `${Math.round(100 * v)}\u202f%`,
    yShare: true,
    curve: "step-after",
    tall: false,
  });
}

const formatTimeMark = (ns: number) =>
  formatTime(ns)
    .replace(/\.0+(?=\D)/, "")
    .replace(/(\.\d*?)0+(?=\D)/, "$1");

function numbers(found: Line[]): HTMLElement {
  const all = found.flatMap((line) => line.percentiles.map(([q]) => q));
  const quantiles = [...new Set(all)].sort((a, b) => a - b);
  return table(
    "Round-trip percentiles, all repetitions together",
    [
      { head: "Mechanism", cell: (line) => shownName(line.name) },
      ...quantiles.map((q) => ({
        head: percentileName(q),
        numeric: true,
        cell: (line: Line) => {
          const own = line.percentiles.find(([other]) => other === q);
          return own ? formatTime(own[1]) : missing;
        },
        amount: (line: Line) => ({
          value: line.percentiles.find(([other]) => other === q)?.[1],
          unit: "ns",
        }),
      })),
      { head: "samples", numeric: true, cell: (line) => String(line.cell.histogram!.count) },
      {
        head: "flag",
        cell: (line) => ((line.cell.flags ?? []).includes("bimodal") ? "bimodal" : ""),
      },
    ],
    [...found].sort((a, b) => a.percentiles[0]![1] - b.percentiles[0]![1]),
  );
}

function hgrmRow(context: Context): HTMLElement {
  const list = h("span", { class: "controls" });
  let shown: Line[] = [];
  let wanted = "";
  const save = h(
    "button",
    {
      type: "button",
      class: "save",
      onclick: () => {
        const line = shown.find((l) => l.name === wanted);
        if (line)
          download(
            `${line.cell.name.replace(/\//g, "-")}.hgrm`,
            "text/plain",
            hgrm(line.cell.histogram!, line.distribution, context.words.quantiles),
          );
      },
    },
    "Save .hgrm",
  );
  const row = h("div", { class: "controls" }, list, save);
  context.watch(row, keys, () => {
    shown = lines(context).filter((line) => line.look !== null);
    wanted = shown.find((line) => line.name === wanted)?.name ?? shown[0]?.name ?? "";
    row.hidden = shown.length === 0;
    offer(list, [
      {
        label: "HdrHistogram percentiles of",
        value: wanted,
        asList: true,
        options: shown.map((line) => ({ value: line.name, label: line.name })),
        choose: (name) => {
          wanted = name;
        },
      },
    ]);
  });
  return row;
}
