// A later result against the first one, as the program compared them: a forest plot of ratios.
import * as Plot from "@observablehq/plot";
import { twin, type Drawing } from "../chart";
import { filterKeys, type Context, type View } from "../context";
import { offer } from "../controls";
import { h, table, type Column } from "../dom";
import { figureText, missing, ratioTicks, typeset } from "../format";
import type { Key } from "../state";
import { resultName } from "../toolbar";
import type { ComparedRow, ComparisonTable, ComparisonView, Verdict } from "../view";

const mostRows = 40;
const keys: Key[] = ["against", "compared", ...filterKeys];

export const compareView: View = {
  id: "compare",
  title: "Compare",
  short: "Compare",
  lead: "What is better or worse, and is it proven?",
  applies: (context) => context.comparisons.length > 0,
  mount(section, context) {
    const controls = h("div", { class: "controls" });
    const verdicts = h("div", { class: "verdicts" });
    const answer = h("p", { class: "compared" });
    const lines = h("ul", { class: "changes" });
    const environment = h("p", { class: "note" });
    section.append(
      answer,
      lines,
      environment,
      controls,
      verdicts,
      twin({
        title: "Ratios",
        context,
        keys,
        summary: () => summary(context),
        chart: (width) => draw(context, width),
        table: () => numbers(context),
        nothing: () => [
          h("p", { class: "muted" }, "The two have no cell in common for these filters."),
        ],
      }),
    );
    context.watch(section, keys, () => {
      pickers(context, controls);
      verdicts.replaceChildren(...verdictLine(context));
      const { summary: told, lines: changes, environment: around, note } = chosen(context);
      answer.textContent = typeset(told);
      lines.hidden = changes.length === 0;
      lines.replaceChildren(...changes.map((line) => h("li", {}, typeset(line))));
      environment.textContent = `${around} ${note}`;
    });
  },
};

const chosen = ({ store, comparisons }: Context): ComparisonView =>
  comparisons.find(({ after }) => String(after) === store.get("against")) ?? comparisons[0]!;

const chosenTable = (context: Context): ComparisonTable | undefined => {
  const { tables } = chosen(context);
  return tables.find(({ title }) => title === context.store.get("compared")) ?? tables[0];
};

function pickers(context: Context, slot: Element): void {
  const { store, comparisons, all } = context;
  offer(slot, [
    ...(comparisons.length > 1
      ? [
          {
            label: "Later result",
            value: String(chosen(context).after),
            options: comparisons.map(({ after, title }) => ({
              value: String(after),
              label: resultName(all, after),
              hint: title,
            })),
            choose: (against: string) => store.set({ against }),
          },
        ]
      : []),
    {
      label: "Figure",
      value: chosenTable(context)?.title ?? "",
      asList: true,
      options: chosen(context).tables.map(({ title }) => ({ value: title, label: title })),
      choose: (compared: string) => store.set({ compared }),
    },
  ]);
}

// The order is the program's: what is proven first, within it the largest difference.
function rows(context: Context): ComparedRow[] {
  const shown = new Set(context.names());
  const { result } = context.all[chosen(context).after]!;
  const mechanisms = new Map(result.cells.map((cell) => [cell.name, cell.transport]));
  const all = chosenTable(context)?.rows ?? [];
  return context.filtered() ? all.filter(({ cell }) => shown.has(mechanisms.get(cell)!)) : all;
}

function summary(context: Context): string {
  const { title } = chosen(context);
  const compared = chosenTable(context);
  if (!compared) return `${title}: the two have no cell in common.`;
  const left = rows(context).length;
  const cut = left > mostRows ? ` The first ${mostRows} of ${left}; the table has all.` : "";
  return (
    `${title}: ${compared.title}. ${typeset(compared.reading)} The bar is the interval, the ` +
    `shaded band what does not matter.${cut}`
  );
}

const marks: Record<Verdict, string> = {
  improved: "\u25b2",
  regressed: "\u25bc",
  equivalent: "=",
  inconclusive: "?",
};

function verdictLine(context: Context): HTMLElement[] {
  const compared = chosenTable(context);
  if (!compared) return [];
  const left = rows(context).length;
  const some =
    left < compared.rows.length ? ` (the filters leave ${left} of ${compared.rows.length})` : "";
  return [h("p", {}, `${compared.title}: ${compared.summary}${some}`)];
}

const verdictText = (context: Context, row: ComparedRow) =>
  `${marks[row.verdict]} ${context.words.verdict(row.verdict)}`;

const color = ({ verdict }: ComparedRow) =>
  verdict === "improved"
    ? "var(--series-0)"
    : verdict === "regressed"
      ? "var(--series-1)"
      : "var(--ink-soft)";

const symbols: Record<Verdict, string> = {
  improved: "triangle",
  regressed: "diamond",
  equivalent: "circle",
  inconclusive: "circle",
};

const ratioText = (row: ComparedRow) => `${row.ratio.toFixed(2)}\u00d7`;

const interval = ({ low, high }: ComparedRow) =>
  low === null || high === null ? missing : `${low.toFixed(2)} to ${high.toFixed(2)}`;

function draw(context: Context, width: number): Drawing {
  const list = rows(context).slice(0, mostRows);
  if (list.length === 0) return { chart: null };
  const { margin_from: from, margin_to: to } = chosenTable(context)!;
  const values = list.flatMap((row) => [row.ratio, row.low ?? row.ratio, row.high ?? row.ratio]);
  const domain: [number, number] = [
    Math.min(from, ...values) / 1.02,
    Math.max(to, ...values) * 1.02,
  ];
  const labels = list.map((row) => row.cell);
  const narrow = width < 560;
  const marginLeft = Math.min(
    14 + 6.4 * Math.max(...labels.map((label) => label.length)),
    width * (narrow ? 0.48 : 0.42),
  );
  const room = Math.floor((marginLeft - 14) / 6.4);
  const chart = Plot.plot({
    width,
    height: 62 + 22 * list.length,
    marginLeft,
    marginRight: narrow ? 20 : 200,
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
      Plot.rect([0], { x1: from, x2: to, fill: "var(--panel)" }),
      Plot.ruleX([1], { stroke: "var(--ink-soft)" }),
      Plot.ruleY(
        list.filter((row) => row.low !== null),
        { x1: "low", x2: "high", y: "cell", stroke: color, strokeWidth: 2 },
      ),
      Plot.dot(list, {
        x: "ratio",
        y: "cell",
        fill: (row: ComparedRow) => (row.verdict === "inconclusive" ? "var(--page)" : color(row)),
        stroke: color,
        r: 4.5,
        symbol: (row: ComparedRow) => symbols[row.verdict],
      }),
      ...(narrow
        ? []
        : [
            Plot.text(list, {
              frameAnchor: "right",
              y: "cell",
              dx: 10,
              textAnchor: "start",
              text: (row: ComparedRow) => `${ratioText(row)} ${verdictText(context, row)}`,
              fill: "currentColor",
            }),
          ]),
    ],
  });
  return {
    chart,
    stops: list.map((row) => ({
      series: row.cell,
      x: row.ratio,
      y: row.cell,
      text: [
        `${row.ratio.toFixed(2)} times`,
        ...(interval(row) === missing ? [] : [`interval ${interval(row)}`]),
        context.words.verdict(row.verdict),
      ].join(", "),
    })),
  };
}

// Of what ran pair by pair.
const pairColumns: Column<ComparedRow>[] = [
  { head: "pairs", numeric: true, cell: ({ pairs }) => String(pairs ?? missing) },
  {
    head: "adjusted p",
    numeric: true,
    cell: ({ adjusted_p: p }) => (p === undefined ? missing : String(Number(p.toPrecision(2)))),
  },
];

function numbers(context: Context): HTMLElement {
  const compared = chosenTable(context);
  const paired = compared?.rows.some(({ pairs }) => pairs !== undefined) ?? false;
  const { unit } = context.words.metric(compared?.metric ?? "");
  const figureOf = (head: string, value: (row: ComparedRow) => number): Column<ComparedRow> => ({
    head,
    numeric: true,
    cell: (row) => figureText(value(row), unit),
    amount: (row) => ({ value: value(row), unit }),
  });
  return table<ComparedRow>(
    typeset(`${chosen(context).title}: ${compared?.title ?? "nothing"}`),
    [
      { head: "Cell", cell: (row) => row.cell },
      figureOf(paired ? "A" : "before", ({ before }) => before),
      figureOf(paired ? "B" : "after", ({ after }) => after),
      {
        head: "ratio",
        numeric: true,
        cell: ratioText,
        amount: ({ ratio }) => ({ value: ratio, unit: paired ? "B over A" : "after over before" }),
      },
      { head: "interval", numeric: true, cell: interval },
      ...(paired ? pairColumns : []),
      { head: "verdict", cell: (row) => verdictText(context, row) },
    ],
    rows(context),
  );
}
