// Two results, or two mechanisms of one, side by side: a forest plot of ratios.
import * as Plot from "@observablehq/plot";
import { twin, type Drawing } from "../chart";
import { bySignificance, compareCells, usualTheta, type Compared, type Verdict } from "../compare";
import { choose, filterKeys, placeKeys, type Context, type View } from "../context";
import { offer, type Choice } from "../controls";
import type { Cell, Result } from "../data";
import { parameterSuffix } from "../describe";
import { h, table } from "../dom";
import {
  formatPayload,
  formatRatio,
  missing,
  patternWords,
  placementWords,
  plural,
  ratioTicks,
  words,
} from "../format";
import { rateMetrics, tripMetrics, type Metric } from "../metrics";
import { summaryOf } from "../resultIndex";
import { resultName } from "../toolbar";

const mostRows = 40;
const metrics: readonly Metric[] = [...tripMetrics.slice(0, 4), rateMetrics[0]!, rateMetrics[1]!];

export const compareView: View = {
  id: "compare",
  title: "Compare",
  short: "Compare",
  lead: "What is better or worse, and is it proved?",
  applies: (context) => context.all.length > 1 || context.index.competitors.length > 1,
  mount(section, context) {
    const controls = h("div", { class: "controls" });
    const words = h("div", { class: "verdicts" });
    section.append(
      controls,
      words,
      twin({
        title: "Ratios",
        context,
        keys: ["comparemetric", "a", "b", "against", ...placeKeys, ...filterKeys],
        summary: () => summary(context),
        chart: (width) => draw(context, bySignificance(compared(context)), width),
        table: () => numbers(context, bySignificance(compared(context))),
        nothing: () => [
          h(
            "p",
            { class: "muted" },
            "The two have no cell in common for this figure and these filters.",
          ),
        ],
      }),
      h(
        "p",
        { class: "note" },
        context.all.length > 1
          ? "Two recorded runs are compared for information only: between two sittings " +
              "the machine itself drifts, and identical code differs. To decide whether a " +
              "change made something slower, run them interleaved: ipcmark ab."
          : "The interval is the widest that the two intervals of the cells allow, so a " +
              "clear verdict is clear.",
      ),
    );
    context.watch(
      section,
      ["comparemetric", "a", "b", "against", ...placeKeys, ...filterKeys],
      () => {
        offer(controls, pickers(context));
        words.replaceChildren(...verdictLine(compared(context)));
      },
    );
  },
};

const isRuns = (context: Context) => context.all.length > 1;

function otherRun(context: Context) {
  const others = context.all
    .map((_, n) => String(n))
    .filter((n) => context.all[Number(n)]!.result !== context.result);
  return Number(choose(context.store.get("against"), others, others[0] ?? "0"));
}

// The one that was named first on the command line is what the other is measured against.
function runs(context: Context): [Result, Result] {
  const shown = context.all.findIndex(({ result }) => result === context.result);
  const other = otherRun(context);
  return [context.all[Math.min(shown, other)]!.result, context.all[Math.max(shown, other)]!.result];
}

function pair(context: Context): [string, string] {
  const ranked = context.fastestFirst();
  const a = choose(context.store.get("a"), context.index.competitors, ranked[0] ?? "");
  const b = choose(
    context.store.get("b"),
    context.index.competitors.filter((name) => name !== a),
    ranked.find((name) => name !== a) ?? "",
  );
  return [a, b];
}

const metricOf = (context: Context): Metric =>
  metrics.find((m) => m.id === context.store.get("comparemetric")) ?? metrics[0]!;

function pickers(context: Context): Choice[] {
  const figure: Choice = {
    label: "Figure",
    value: metricOf(context).id,
    options: metrics.map((m) => ({ value: m.id, label: m.label, hint: m.long })),
    choose: (comparemetric) => context.store.set({ comparemetric }),
  };
  if (isRuns(context)) {
    const options = context.all.flatMap(({ result }, n) =>
      result === context.result
        ? []
        : [{ value: String(n), label: resultName(context.all, result), hint: result.run.started }],
    );
    return [
      figure,
      {
        label: "Compared with",
        value: String(otherRun(context)),
        options,
        choose: (against) => context.store.set({ against }),
      },
    ];
  }
  const [a, b] = pair(context);
  const options = context.index.competitors.map((name) => ({ value: name, label: name }));
  const select = (label: string, value: string, key: "a" | "b"): Choice => ({
    label,
    value,
    options,
    asList: true,
    choose: (name) => context.store.set({ [key]: name }),
  });
  return [figure, select("From", a, "a"), select("to", b, "b")];
}

function theta(context: Context): number {
  const all = context.all
    .map(({ result }) => result.noise?.smallest_ratio)
    .filter((r): r is number => typeof r === "number" && r > 1);
  return Math.max(usualTheta, ...all);
}

function compared(context: Context): Compared[] {
  const metric = metricOf(context);
  const limit = theta(context);
  const having = (cell: Cell) =>
    summaryOf(cell, metric.key) !== undefined && metric.comparable(cell);
  const parameter = (cell: Cell) =>
    cell.parameter
      ? `/${cell.parameter.name}=${cell.parameter.value}/${cell.parameter.working_set_bytes ?? ""}`
      : "";
  if (isRuns(context)) {
    const shown = new Set(context.names());
    const [before, after] = runs(context);
    const other = new Map(before.cells.map((cell) => [`${cell.name}/${cell.touch}`, cell]));
    return after.cells.flatMap((cell) => {
      const base = other.get(`${cell.name}/${cell.touch}`);
      if (
        !base ||
        !shown.has(cell.transport) ||
        cell.placement !== context.placement() ||
        !having(cell) ||
        !having(base)
      )
        return [];
      const found = compareCells(
        `${cell.transport}, ${words(cell.pattern, patternWords)}, ` +
          `${formatPayload(cell.payload_bytes)}${parameterSuffix(cell)}`,
        base,
        cell,
        metric,
        limit,
      );
      return found ? [found] : [];
    });
  }
  const [a, b] = pair(context);
  const key = (cell: Cell) =>
    `${cell.pattern}/${cell.payload_bytes}/${cell.placement}/${cell.touch}${parameter(cell)}`;
  const first = new Map(
    context.result.cells
      .filter((cell) => cell.transport === a && having(cell))
      .map((cell) => [key(cell), cell]),
  );
  return context.result.cells
    .filter((cell) => cell.transport === b && having(cell))
    .flatMap((cell) => {
      const base = first.get(key(cell));
      const found = base
        ? compareCells(
            `${words(cell.pattern, patternWords)}, ${formatPayload(cell.payload_bytes)}, ` +
              `${words(cell.placement, placementWords)}${parameterSuffix(cell)}`,
            base,
            cell,
            metric,
            limit,
          )
        : null;
      return found ? [found] : [];
    });
}

function ends(context: Context): [string, string] {
  if (!isRuns(context)) return pair(context);
  const [before, after] = runs(context);
  return [`result ${resultName(context.all, before)}`, `result ${resultName(context.all, after)}`];
}

function summary(context: Context): string {
  const [a, b] = ends(context);
  const metric = metricOf(context);
  return (
    `${metric.label} of ${b} divided by that of ${a}; ` +
    `${metric.better === "lower" ? "below" : "above"} 1\u00d7 ${b} is better. ` +
    "The bar is the interval; inside the shaded band " +
    `(${theta(context).toFixed(2)}\u00d7) a difference is noise. Sorted by how ` +
    "clear the difference is."
  );
}

const verdictWords: Record<Verdict, string> = {
  better: "better",
  worse: "worse",
  level: "level (within the band)",
  unclear: "unclear",
  "no interval": "no interval: too few spawns",
};

function verdictLine(list: Compared[]): HTMLElement[] {
  if (list.length === 0) return [];
  const count = (verdict: Verdict) => list.filter((c) => c.verdict === verdict).length;
  const parts = (["worse", "better", "level", "unclear", "no interval"] as const)
    .filter((v) => count(v) > 0)
    .map((v) =>
      h(
        "span",
        { class: `verdict ${v.replace(" ", "-")}` },
        `${mark(v)} ${count(v)} ${verdictWords[v]}`,
      ),
    );
  return [h("p", {}, `${plural(list.length, "cell")}: `, ...parts)];
}

const mark = (verdict: Verdict) =>
  ({ better: "\u25c6", worse: "\u25b2", level: "=", unclear: "?", "no interval": "\u2026" })[
    verdict
  ];
const color = (c: Compared) =>
  c.verdict === "better"
    ? "var(--series-0)"
    : c.verdict === "worse"
      ? "var(--series-1)"
      : "var(--ink-soft)";

function draw(context: Context, all: Compared[], width: number): Drawing {
  const list = all.slice(0, mostRows);
  if (list.length === 0) return { chart: null };
  const limit = theta(context);
  const values = list.flatMap((c) => [c.ratio, c.low ?? c.ratio, c.high ?? c.ratio]);
  const domain: [number, number] = [
    Math.min(1 / limit, ...values) / 1.02,
    Math.max(limit, ...values) * 1.02,
  ];
  const labels = list.map((c) => c.label);
  const narrow = width < 560;
  const marginLeft = Math.min(
    14 + 6.4 * Math.max(...labels.map((l) => l.length)),
    width * (narrow ? 0.48 : 0.42),
  );
  const room = Math.floor((marginLeft - 14) / 6.4);
  const chart = Plot.plot({
    width,
    height: 62 + 22 * list.length,
    marginLeft,
    marginRight: narrow ? 20 : 150,
    marginTop: 12,
    marginBottom: 38,
    x: {
      type: "log",
      domain,
      ticks: ratioTicks(domain, width - marginLeft),
      tickFormat: (v: number) => `${Number(v.toPrecision(3))}\u00d7`,
      label: "ratio",
      labelOffset: 34,
      labelArrow: "none",
      grid: true,
    },
    y: {
      domain: labels,
      label: null,
      tickSize: 0,
      tickFormat: (l: string) => (l.length > room ? `${l.slice(0, room - 1)}\u2026` : l),
    },
    marks: [
      Plot.rect([0], { x1: 1 / limit, x2: limit, fill: "var(--panel)" }),
      Plot.ruleX([1], { stroke: "var(--ink-soft)" }),
      ...[true, false].map((honest) =>
        Plot.ruleY(
          list.filter((c) => c.low !== null && (c.verdict !== "no interval") === honest),
          {
            x1: "low",
            x2: "high",
            y: "label",
            stroke: color,
            strokeWidth: 2,
            ...(honest ? {} : { strokeDasharray: "2 3" }),
          },
        ),
      ),
      Plot.dot(list, {
        x: "ratio",
        y: "label",
        fill: (c: Compared) =>
          c.verdict === "unclear" || c.verdict === "no interval" ? "var(--page)" : color(c),
        stroke: color,
        r: 4.5,
        symbol: (c: Compared) =>
          c.verdict === "worse" ? "triangle" : c.verdict === "better" ? "diamond" : "circle",
      }),
      ...(narrow
        ? []
        : [
            Plot.text(list, {
              frameAnchor: "right",
              y: "label",
              dx: 10,
              textAnchor: "start",
              text: (c: Compared) => `${mark(c.verdict)} ${times(c.ratio)} ${c.verdict}`,
              fill: "currentColor",
            }),
          ]),
    ],
  });
  return {
    chart,
    stops: list.map((c) => ({
      series: c.label,
      x: c.ratio,
      y: c.label,
      text: [
        `${c.ratio.toFixed(2)} times`,
        ...(interval(c) === missing ? [] : [`interval ${interval(c)}`]),
        verdictWords[c.verdict],
      ].join(", "),
    })),
  };
}

const times = (ratio: number) => (ratio >= 100 ? formatRatio(ratio) : `${ratio.toFixed(2)}\u00d7`);

const interval = (c: Compared) =>
  c.low === null || c.high === null ? missing : `${c.low.toFixed(2)} to ${c.high.toFixed(2)}`;

function numbers(context: Context, list: Compared[]): HTMLElement {
  const metric = metricOf(context);
  const [a, b] = ends(context);
  return table(
    `${metric.label}: ${a} and ${b}`,
    [
      { head: "Cell", cell: (c) => c.label },
      { head: a, numeric: true, cell: (c) => metric.format(summaryOf(c.a, metric.key)?.median) },
      { head: b, numeric: true, cell: (c) => metric.format(summaryOf(c.b, metric.key)?.median) },
      { head: "ratio", numeric: true, cell: (c) => times(c.ratio) },
      { head: "interval", numeric: true, cell: interval },
      { head: "verdict", cell: (c) => `${mark(c.verdict)} ${verdictWords[c.verdict]}` },
    ],
    list,
  );
}
