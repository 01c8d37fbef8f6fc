// Each repetition of a mechanism's cells: a chart of all of one pattern, a table of one cell's.
import * as Plot from "@observablehq/plot";
import { twin, type Drawing } from "../chart";
import { filterKeys, placeKeys, type Context } from "../context";
import type { Cell } from "../data";
import { cellFigures, cellNotes, parameterSuffix, payloadText } from "../describe";
import { breakable, h, scroller, table } from "../dom";
import { factText } from "../facts";
import { figureText, formatDuration, missing, ratioTicks } from "../format";

export const detailKeys = ["mechanism", "cell", "payload", ...placeKeys, ...filterKeys] as const;
const mostCells = 24;

interface Dot {
  row: string;
  repetition: number;
  quality: string;
  ratio: number;
}

// The cell whose repetitions are listed, and those of its pattern, which the chart compares.
export function shownRepetitions(
  context: Context,
  name: string | null,
): { current: Cell; alike: Cell[] } | null {
  const having = context.result.cells.filter(
    (cell) =>
      cell.transport === name &&
      cell.status === "ok" &&
      (context.index.repetitions(cell)?.count ?? 0) > 0,
  );
  const usual =
    having.find(
      (c) =>
        c.pattern === "round_trip" &&
        c.payload_bytes === context.payload() &&
        c.placement === context.placement(),
    ) ?? having[0];
  const current = having.find((cell) => cell.name === context.store.get("cell")) ?? usual;
  if (!current) return null;
  const alike = having.filter((cell) => cell.pattern === current.pattern);
  return { current, alike: alike.slice(0, mostCells) };
}

export function repetitionsFigure(context: Context, name: () => string | null): HTMLElement {
  const shown = () => shownRepetitions(context, name());
  const alike = () => shown()?.alike ?? [];
  const dots = () => alike().flatMap((cell) => cellDots(context, cell));
  return twin({
    title: () => {
      const current = shown()?.current;
      return current
        ? `Repetitions of ${current.transport}, ${context.words.pattern(current.pattern)}`
        : "Repetitions";
    },
    context,
    keys: detailKeys,
    summary: () =>
      "Each mark is one repetition, relative to the median of its cell (the line " +
      "at 1\u00d7). Crosses were " +
      "disturbed by other work.",
    chart: (width) =>
      strip(
        dots(),
        alike().map((cell) => rowName(context, cell)),
        width,
      ),
    table: () =>
      table(
        "Repetitions relative to the median of their cell",
        [
          { head: "Cell", cell: (d) => d.row },
          { head: "repetition", numeric: true, cell: (d) => String(d.repetition) },
          { head: "\u00d7 median", numeric: true, cell: (d) => d.ratio.toFixed(3) },
          { head: "quality", cell: (d) => d.quality || missing },
        ],
        dots(),
      ),
  });
}

const rowName = (context: Context, cell: Cell) =>
  `${payloadText(cell.payload_bytes)}, ` +
  `${context.words.placement(cell.placement)}${parameterSuffix(context, cell)}`;

function cellDots(context: Context, cell: Cell): Dot[] {
  const columns = context.index.repetitions(cell);
  const ratios = context.index.viewOf(cell).repetitions?.to_median ?? [];
  return ratios.flatMap((ratio, n) =>
    ratio === null
      ? []
      : [
          {
            row: rowName(context, cell),
            repetition: n + 1,
            quality: columns?.quality[n] ?? "",
            ratio,
          },
        ],
  );
}

function strip(dots: Dot[], rows: string[], width: number): Drawing {
  if (dots.length === 0) return { chart: null };
  const far = Math.max(1.05, ...dots.map((d) => Math.max(d.ratio, 1 / d.ratio)));
  const domain: [number, number] = [1 / far / 1.01, far * 1.01];
  const wide = Math.min(12 + 6.6 * Math.max(...rows.map((r) => r.length)), width * 0.45);
  const chart = Plot.plot({
    width,
    height: 56 + 24 * rows.length,
    marginLeft: wide,
    marginRight: 24,
    marginTop: 10,
    marginBottom: 38,
    x: {
      type: "log",
      domain,
      ticks: ratioTicks(domain, width),
      tickFormat: (v: number) => `${Number(v.toPrecision(4))}\u00d7`,
      label: "\u00d7 median of the cell",
      labelOffset: 34,
      labelArrow: "none",
      grid: true,
    },
    y: { domain: rows, label: null, tickSize: 0 },
    marks: [
      Plot.ruleX([1], { stroke: "var(--ink-soft)" }),
      Plot.dot(dots, {
        x: "ratio",
        y: "row",
        symbol: (d: Dot) => (d.quality === "disturbed" ? "times" : "circle"),
        stroke: "var(--series-0)",
        strokeOpacity: 0.8,
        r: 4,
      }),
      Plot.tip(
        dots,
        Plot.pointer({
          x: "ratio",
          y: "row",
          title: (d: Dot) =>
            `repetition ${d.repetition} of ${d.row}\n${d.ratio.toFixed(3)}\u00d7 the ` +
            `median${d.quality ? `\n${d.quality}` : ""}`,
        }),
      ),
    ],
  });
  return {
    chart,
    stops: dots.map((d) => ({
      series: d.row,
      x: d.ratio,
      y: d.row,
      text:
        `repetition ${d.repetition}: ${d.ratio.toFixed(3)} times the ` +
        `median${d.quality ? `, ${d.quality}` : ""}`,
    })),
  };
}

// Paper has room for the listed ones.
const numClass = (listed: boolean) => (listed ? "num" : "num on-screen");
const headOf = (text: string, listed = true) =>
  h("th", { scope: "col", class: numClass(listed) }, ...breakable(text));

export function repetitionTable(context: Context, cell: Cell): HTMLElement[] {
  const columns = context.index.repetitions(cell)!;
  const told = context.index.viewOf(cell).repetitions;
  const metrics = context.words.mainFirst(context.index.groupOf(cell)?.main_metric ?? "");
  const shown = metrics.filter(({ key }) => columns.figures[key]?.some((value) => value !== null));
  const rows = Array.from({ length: columns.count }, (_, n) => n);
  const body = h(
    "table",
    { class: "plain repetitions" },
    h("caption", {}, `Every repetition of ${cell.name}`),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        ...["repetition", "round", "at", "messages"].map((head) => headOf(head)),
        ...shown.map(({ label, listed }) => headOf(label, listed)),
        ...["quality", "disturbed by"].map((head) => h("th", { scope: "col" }, head)),
      ),
    ),
    h(
      "tbody",
      {},
      ...rows.map((n) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, String(n + 1)),
          h("td", { class: "num" }, columns.round[n] === null ? missing : String(columns.round[n])),
          h("td", { class: "num" }, formatDuration(columns.start_s[n])),
          h("td", { class: "num" }, figureText(columns.messages[n], "1")),
          ...shown.map(({ key, unit, listed }) =>
            h("td", { class: numClass(listed) }, figureText(columns.figures[key]![n], unit)),
          ),
          h("td", {}, [columns.quality[n] ?? missing, ...(columns.flags[n] ?? [])].join(", ")),
          h("td", { class: "wide" }, told?.disturbed_by[n] || missing),
        ),
      ),
    ),
  );
  return [
    h("h3", {}, `The repetitions of ${cell.name}`),
    h(
      "dl",
      { class: "facts narrow" },
      ...[
        ...cellFigures(metrics, cell),
        ...cellNotes(context, cell).map((text): [string, string] => ["note", text]),
        ...columns.notes.map(({ role, notes }): [string, string] => [
          `${role} settings`,
          factText(notes),
        ]),
      ].flatMap(([term, text]) => [h("dt", {}, term), h("dd", {}, text)]),
    ),
    scroller(body, `Every repetition of ${cell.name}`),
  ];
}
