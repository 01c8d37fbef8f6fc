// The details of one mechanism: what it is, what it can and cannot do, all its cells, each of its
// repetitions.
import { choose, filterKeys, type Context, type View } from "../context";
import { offer } from "../controls";
import type { Cell } from "../data";
import { figure, parameterSuffix, parameterText, payloadText } from "../describe";
import { h, table } from "../dom";
import { plural, typeset } from "../format";
import { medianOf } from "../resultIndex";
import { detailKeys, repetitionsFigure, repetitionTable, shownRepetitions } from "./repetitions";
import { facts, traitsTable } from "./traits";

export const mechanismsView: View = {
  id: "mechanism",
  title: "Mechanism details",
  short: "Mechanism",
  lead: "What is it, what can it do, and how steady is it?",
  mount(section, context) {
    const picker = h("div", { class: "controls" });
    const body = h("div", {});
    const name = () => chosen(context);
    const spread = h(
      "div",
      {},
      h("h3", {}, "From repetition to repetition"),
      repetitionsFigure(context, name),
    );
    const single = h("div", {});
    section.append(picker, body, spread, single);
    context.watch(section, detailKeys, () => {
      const current = name();
      offer(picker, [
        {
          label: "Mechanism",
          value: current ?? "",
          asList: true,
          options: offered(context).map((m) => ({ value: m, label: m })),
          choose: (mechanism) => context.store.set({ mechanism, cell: undefined }),
        },
      ]);
      body.replaceChildren(
        ...(current === null
          ? [h("p", { class: "muted" }, "The filters leave no mechanism.")]
          : details(context, current)),
      );
      const repetitions = shownRepetitions(context, current);
      spread.hidden = repetitions === null;
      single.replaceChildren(
        ...(repetitions
          ? repetitionTable(context, repetitions.current)
          : current !== null && cellsOf(context, current).length > 0
            ? [h("p", { class: "muted" }, "This result holds no single repetitions of it.")]
            : []),
      );
    });
    const all = h("details", { class: "all-traits", "data-key": "traits" });
    section.append(all);
    context.watch(all, filterKeys, () =>
      all.replaceChildren(
        h("summary", {}, "Traits of all mechanisms in view"),
        traitsTable(context),
      ),
    );
  },
};

function offered(context: Context): string[] {
  const shown = new Set(context.names());
  const listed = context.result.mechanisms
    .map((m) => m.name)
    .filter(
      (name) =>
        shown.has(name) || (!context.index.transports.includes(name) && !context.filtered()),
    );
  return [...new Set([...listed, ...shown])].sort((a, b) => a.localeCompare(b));
}

const cellsOf = (context: Context, name: string) =>
  context.result.cells.filter((cell) => cell.transport === name);

function chosen(context: Context): string | null {
  const names = offered(context);
  return (
    choose(
      context.store.get("mechanism"),
      names,
      context.bestFirst()[0] ?? names[0] ?? (null as unknown as string),
    ) ?? null
  );
}

function details(context: Context, name: string): HTMLElement[] {
  const cells = cellsOf(context, name);
  return [
    ...facts(context, name),
    ...(cells.length === 0
      ? [
          h(
            "p",
            { class: "muted" },
            "No cell of this mechanism was planned in this run. Measure it with ",
            h("code", {}, `ipcmark run --mechanism ${name}`),
            ".",
          ),
        ]
      : [cellsTable(context, cells), ...gapList(context, cells)]),
  ];
}

// Beside the main figure of the cell's pattern.
const detailMetrics = ["p99_ns", "cpu_ns_per_message", "switches_per_message", "ratio_to_floor"];

function mainFigure(context: Context, cell: Cell): string {
  const key = context.index.groupOf(cell)?.main_metric ?? "";
  return `${context.words.metric(key).label} ${figure(cell, key)}`;
}

function cellsTable(context: Context, all: Cell[]): HTMLElement {
  const cells = all.filter((cell) => cell.status === "ok");
  if (cells.length === 0) return h("p", { class: "muted" }, "No cell of it ended ok.");
  const { words, store } = context;
  const metrics = words.metrics.filter(
    ({ key }) => detailMetrics.includes(key) && cells.some((cell) => medianOf(cell, key) !== null),
  );
  return table<Cell>(
    `${plural(cells.length, "cell")} ok of ${all.length}; choose one to see its repetitions`,
    [
      {
        head: "Pattern",
        cell: (cell) =>
          h(
            "button",
            {
              type: "button",
              class: "link",
              "aria-pressed": String(store.get("cell") === cell.name),
              onclick: () => store.set({ cell: cell.name }),
            },
            words.pattern(cell.pattern) + parameterSuffix(context, cell),
          ),
      },
      { head: "payload", numeric: true, cell: (cell) => payloadText(cell.payload_bytes) },
      { head: "placement", cell: (cell) => words.placement(cell.placement) },
      { head: "main figure", numeric: true, cell: (cell) => mainFigure(context, cell) },
      ...metrics.map(({ key, label }) => ({
        head: label,
        numeric: true,
        cell: (cell: Cell) => figure(cell, key),
      })),
      ...(cells.some((cell) => (cell.flags ?? []).length > 0)
        ? [{ head: "flags", wide: true, cell: (cell: Cell) => (cell.flags ?? []).join(", ") }]
        : []),
    ],
    cells,
  );
}

const mostPlaces = 12;

function gapList(context: Context, cells: Cell[]): HTMLElement[] {
  const { result, index, words } = context;
  const own = new Set(cells);
  const place = (cell: Cell) =>
    [
      words.pattern(cell.pattern),
      payloadText(cell.payload_bytes),
      words.placement(cell.placement),
      parameterText(context, cell),
    ]
      .filter((part) => part !== "")
      .join(" ");
  const items = index.loaded.view.problems.flatMap((problem) => {
    const places = problem.cells
      .map((position) => result.cells[position]!)
      .filter((cell) => own.has(cell))
      .map(place);
    if (places.length === 0) return [];
    const more = places.length > mostPlaces ? ` and ${places.length - mostPlaces} more` : "";
    return [
      h(
        "li",
        {},
        h("p", { class: "reason" }, `${words.status(problem.status)}: ${problem.text}`),
        h("p", { class: "muted" }, typeset(places.slice(0, mostPlaces).join(" \u00b7 ")) + more),
      ),
    ];
  });
  if (items.length === 0) return [];
  return [h("h3", {}, "Cells without a figure"), h("ul", { class: "groups" }, ...items)];
}
