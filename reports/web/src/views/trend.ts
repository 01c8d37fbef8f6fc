// Run after run of a history, one figure of one cell: levels, changes, another machine.
import * as Plot from "@observablehq/plot";
import { twin, type Drawing } from "../chart";
import type { Context, View } from "../context";
import { offer } from "../controls";
import { h, table } from "../dom";
import { figureText, missing, ratioTicks, typeset } from "../format";
import type { Key } from "../state";
import type { TrendLine, TrendMark, TrendView } from "../view";

const keys: Key[] = ["trend"];

export const trendView: View = {
  id: "trend",
  title: "Trend",
  short: "Trend",
  lead: "What did earlier runs measure, and when did it change?",
  applies: ({ trends }) => (trends?.lines.length ?? 0) > 0,
  mount(section, context) {
    const told = h("p", { class: "compared" }, typeset(trends(context).summary));
    const controls = h("div", { class: "controls" });
    const marks = h("ul", { class: "changes" });
    section.append(
      told,
      controls,
      twin({
        title: "Ratio per run",
        context,
        keys,
        summary: () => summary(context),
        chart: (width) => draw(context, width),
        table: () => numbers(context),
      }),
      marks,
    );
    context.watch(section, keys, () => {
      offer(controls, [
        {
          label: "Cell and figure",
          value: chosen(context).title,
          asList: true,
          options: trends(context).lines.map(({ title, changes }) => ({
            value: title,
            label: changes.length > 0 ? `${title} (changed)` : title,
          })),
          choose: (trend) => context.store.set({ trend }),
        },
      ]);
      marks.replaceChildren(...notes(context).map(({ text }) => h("li", {}, typeset(text))));
    });
  },
};

const trends = ({ trends: all }: Context): TrendView => all!;

const chosen = (context: Context): TrendLine => {
  const { lines } = trends(context);
  return lines.find(({ title }) => title === context.store.get("trend")) ?? lines[0]!;
};

// Changes and breaks in the order of the runs.
const notes = (context: Context): TrendMark[] =>
  [
    ...chosen(context).changes,
    ...trends(context).breaks.map((each) => ({
      ...each,
      text: `Not compared across: ${each.text}`,
    })),
  ].sort((a, b) => a.column - b.column);

function summary(context: Context): string {
  const { title, base, higher_is_better: higher } = chosen(context);
  return (
    `${title}: each point over ${typeset(base)}; ` +
    `${higher ? "above" : "below"} 1\u00d7 is better. ` +
    "Bars are levels, diamonds the first run of a new one, dashed lines another machine or " +
    "other limits, across which nothing is compared."
  );
}

interface Point {
  column: number;
  ratio: number;
  text: string;
}

function points(context: Context): Point[] {
  const { ratios, figures, metric } = chosen(context);
  const { unit } = context.words.metric(metric);
  const { columns } = trends(context);
  return ratios.flatMap((ratio, column) =>
    ratio === null
      ? []
      : [{ column, ratio, text: `${figureText(figures[column], unit)}, ${columns[column]}` }],
  );
}

const color = ({ state, worse }: TrendMark) =>
  state === "ignored" || state === "accepted"
    ? "var(--ink-soft)"
    : worse
      ? "var(--series-1)"
      : "var(--series-0)";

function draw(context: Context, width: number): Drawing {
  const line = chosen(context);
  const list = points(context);
  const told = notes(context);
  const ratios = list.map(({ ratio }) => ratio);
  const domain: [number, number] = [
    Math.min(0.95, ...ratios) / 1.01,
    Math.max(1.05, ...ratios) * 1.01,
  ];
  const at = new Map(list.map((point) => [point.column, point]));
  const marked = line.changes.filter(({ column }) => at.has(column));
  const chart = Plot.plot({
    width,
    height: 320,
    marginLeft: 56,
    marginBottom: 38,
    x: {
      domain: [-0.5, trends(context).columns.length - 0.5],
      label: "runs, the oldest first",
      labelArrow: "none",
      ticks: Math.min(10, trends(context).columns.length),
      tickFormat: (v: number) => (Number.isInteger(v) ? String(v + 1) : ""),
    },
    y: {
      // A log axis labels powers alone where it is short.
      type: domain[1] < 2 * domain[0] ? "linear" : "log",
      domain,
      ticks: ratioTicks(domain, 320),
      tickFormat: (v: number) => `${Number(v.toPrecision(3))}\u00d7`,
      label: "ratio",
      labelArrow: "none",
      grid: true,
    },
    marks: [
      Plot.ruleY([1], { stroke: "var(--ink-soft)" }),
      Plot.ruleX(trends(context).breaks, {
        x: ({ column }: TrendMark) => column - 0.5,
        stroke: "currentColor",
        strokeDasharray: "4 3",
      }),
      Plot.dot(list, { x: "column", y: "ratio", r: 2, fill: "var(--ink-soft)" }),
      Plot.ruleY(line.levels, {
        x1: "first",
        x2: ({ last, first }: { last: number; first: number }) => Math.max(last, first + 0.5),
        y: "ratio",
        stroke: "var(--series-0)",
        strokeWidth: 3,
      }),
      Plot.dot(marked, {
        x: "column",
        y: ({ column }: TrendMark) => at.get(column)!.ratio,
        symbol: "diamond",
        r: 6,
        fill: color,
      }),
    ],
  });
  return {
    chart,
    stops: list.map(({ column, ratio, text }) => ({
      series: line.title,
      x: column,
      y: ratio,
      text: [
        `${ratio.toFixed(2)} times, ${text}`,
        ...told.filter((each) => each.column === column).map((each) => each.text),
      ].join(". "),
    })),
  };
}

const numbers = (context: Context): HTMLElement =>
  table<Point>(
    typeset(`${chosen(context).title} over ${chosen(context).base}`),
    [
      { head: "Run", cell: ({ column }) => trends(context).columns[column]! },
      {
        head: "ratio",
        numeric: true,
        cell: ({ ratio }) => `${ratio.toFixed(3)}\u00d7`,
        amount: ({ ratio }) => ({ value: ratio, unit: "to the base" }),
      },
      {
        head: "figure",
        numeric: true,
        cell: ({ column }) =>
          figureText(
            chosen(context).figures[column],
            context.words.metric(chosen(context).metric).unit,
          ),
      },
      {
        head: "here",
        cell: ({ column }) =>
          notes(context)
            .filter((each) => each.column === column)
            .map(({ text }) => typeset(text))
            .join(". ") || missing,
      },
    ],
    points(context),
  );
