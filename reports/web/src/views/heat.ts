// Mechanism x payload as a real table; the colour says how far a cell is from the best of its
// column.
import { filterKeys, placeKeys, type Context, type View } from "../context";
import { offer } from "../controls";
import type { Pattern } from "../data";
import { h, scroller } from "../dom";
import { capital, formatPayload, formatRatio } from "../format";
import { gridKeys } from "../gridKeys";
import { openMechanism } from "../openMechanism";
import { instrument, medianOf, shownName } from "../resultIndex";
import type { Key } from "../state";
import type { Metric } from "../view";
import { apartText, heatCell, leadNote, type Entry } from "./heatCell";

const keys: Key[] = [...placeKeys, ...filterKeys, "pattern", "metric", "sort"];

export const heatView: View = {
  id: "table",
  title: "Mechanism by payload",
  short: "Table",
  lead: "Which mechanism is best at my message size, and how far are the others?",
  applies: (context) => context.offeredPatterns.length > 0,
  mount(section, context) {
    const control = h("div", { class: "controls" });
    const note = h("p", { class: "note" });
    const body = h("div", {});
    section.append(control, note, body);
    context.watch(section, keys, () => {
      const { words } = context;
      const metric = context.metric();
      offer(control, [
        {
          label: "Figure",
          value: metric.key,
          options: context
            .metrics()
            .map(({ key, label, meaning }) => ({ value: key, label, hint: meaning })),
          choose: (key) => context.store.set({ metric: key }),
        },
      ]);
      note.textContent =
        `${capital(words.pattern(context.pattern()))}, ${words.placement(context.placement())}, ` +
        `${words.touch(context.touch())}; ${metric.label}: ${metric.meaning}.`;
      body.replaceChildren(...tables(context, metric));
    });
  },
};

const manyColumns = 6;
const mostWithoutScrolling = 45;

// payload null: each mechanism's only size.
interface Column {
  id: string;
  head: string;
  hint?: string;
  metric: Metric;
  payload: number | null;
}

interface Table {
  id: "table" | "notifications";
  title: string;
  names: string[];
  columns: Column[];
  // The column that sorts while the reader has not chosen one.
  usual: number;
}

function tables(context: Context, metric: Metric): HTMLElement[] {
  const pattern = context.pattern();
  const names = context.names();
  const note = (text: string) => [h("p", { class: "muted" }, text)];
  if (context.index.cells(pattern).length === 0)
    return note(
      `This run has no cells of this pattern. Measure them with ipcmark run --pattern ${pattern}.`,
    );
  if (names.length === 0) return note("The filters leave no mechanism.");
  const carrying = names.filter((name) => context.index.fixedPayload(name) === null);
  const notifying = names.filter((name) => context.index.fixedPayload(name) !== null);
  const payloads = context.index.payloads(pattern).filter((p) => p > 0);
  const made: HTMLElement[] = [];
  if (carrying.length > 0 && payloads.length > 0)
    made.push(...draw(context, byPayload(carrying, payloads, metric), true));
  if (context.index.cells(pattern).some((cell) => notifying.includes(cell.transport)))
    made.push(
      h(
        "h3",
        { id: "notifications" },
        "Notifications: a wake-up with no payload, or with one fixed size",
      ),
      ...draw(context, byMetric(context, notifying, pattern, metric), made.length === 0),
    );
  return made;
}

const byPayload = (names: string[], payloads: number[], metric: Metric): Table => ({
  id: "table",
  title: "Mechanism by payload",
  names,
  columns: payloads.map((payload) => ({
    id: String(payload),
    head: formatPayload(payload),
    metric,
    payload,
  })),
  usual: metric.better === "higher" ? payloads.length - 1 : 0,
});

// One size each, so the columns are the figures.
function byMetric(context: Context, names: string[], pattern: Pattern, metric: Metric): Table {
  const metrics = context
    .metrics(pattern, false)
    .filter((each) =>
      context.index
        .cells(pattern)
        .some((cell) => names.includes(cell.transport) && medianOf(cell, each.key) !== null),
    );
  return {
    id: "notifications",
    title: "Notifications",
    names,
    columns: metrics.map((each) => ({
      id: `n-${each.key}`,
      head: each.label,
      hint: each.meaning,
      metric: each,
      payload: null,
    })),
    usual: Math.max(
      0,
      metrics.findIndex((each) => each.key === metric.key),
    ),
  };
}

function draw(context: Context, table: Table, isFirst: boolean): HTMLElement[] {
  const reference = table.id === "table" && context.index.transports.includes(instrument);
  const rows = new Map<string, Entry[]>(
    [...table.names, ...(reference ? [instrument] : [])].map((name) => [name, []]),
  );
  for (const column of table.columns) {
    const entries = [...rows.keys()].map((name) => entryOf(context, column, name));
    [...rows.values()].forEach((row, n) => row.push(entries[n]!));
  }
  const wanted = table.columns.findIndex((column) => column.id === context.store.get("sort"));
  const sorted = wanted >= 0 ? wanted : table.usual;
  const order = [...table.names].sort((a, b) =>
    byFigure(context, rows.get(a)!, rows.get(b)!, sorted),
  );
  const largest = Math.max(10, ...[...rows.values()].flat().map((e) => e.ratio ?? 1));
  const row = (name: string) => rowOf(context, table, name, rows.get(name)!, largest);
  const body = h(
    "table",
    {
      class: table.columns.length > manyColumns ? "heat dense" : "heat",
      role: "grid",
      "data-view": table.id,
    },
    h(
      "caption",
      { class: "sr" },
      `${table.title}, ${context.words.placement(context.placement())}`,
    ),
    head(context, table, sorted),
    h("tbody", {}, ...order.map(row)),
    reference ? h("tfoot", {}, row(instrument)) : null,
  );
  gridKeys(body);
  const wrap = scroller(body, table.title, false);
  // A long one scrolls in itself under its head; one that fits hides nothing.
  wrap.classList.toggle("tall", order.length > mostWithoutScrolling);
  return [wrap, ...(isFirst ? [legend(largest)] : [])];
}

function entryOf(context: Context, { metric, payload }: Column, name: string): Entry {
  const size = payload ?? context.index.fixedPayload(name) ?? 0;
  const cell = context.cell(context.pattern(), name, size);
  return {
    cell,
    metric,
    value: medianOf(cell, metric.key),
    ratio: cell ? context.index.ratioToBest(cell, metric.key) : null,
    standing: cell ? context.index.standing(cell, metric.key) : "none",
  };
}

// What lost messages, is saturated or is the instrument itself is not compared.
const isCompared = (context: Context, { cell, metric, value }: Entry) =>
  value !== null &&
  metric.better !== "neither" &&
  cell!.transport !== instrument &&
  apartText(context, cell!) === null;

// The best first. Cells that are not compared in the sorted column follow, by their best ratio
// elsewhere.
function byFigure(context: Context, a: Entry[], b: Entry[], column: number): number {
  const place = (row: Entry[]): [number, number] => {
    const entry = row[column]!;
    return isCompared(context, entry)
      ? [0, entry.metric.better === "higher" ? -entry.value! : entry.value!]
      : [1, Math.min(...row.map(({ ratio }) => ratio ?? Infinity))];
  };
  const [x, y] = [place(a), place(b)];
  return x[0] - y[0] || (x[1] === y[1] ? 0 : x[1] - y[1]);
}

function head(context: Context, table: Table, sorted: number): HTMLElement {
  return h(
    "thead",
    {},
    h(
      "tr",
      {},
      h("th", { scope: "col" }, "Mechanism"),
      ...table.columns.map(({ id, hint, metric, head: text }, n) => {
        const order = metric.better === "higher" ? "descending" : "ascending";
        return h(
          "th",
          { scope: "col", "aria-sort": n === sorted ? order : undefined },
          h(
            "button",
            {
              type: "button",
              "data-key": id,
              title: hint,
              onclick: () => context.store.set({ sort: id }),
            },
            text,
          ),
        );
      }),
    ),
  );
}

function rowOf(
  context: Context,
  table: Table,
  name: string,
  entries: Entry[],
  largest: number,
): HTMLElement {
  const burns = entries.some(
    ({ cell }) => cell?.status === "ok" && context.index.viewOf(cell).waits === "burns_core",
  );
  return h(
    "tr",
    { class: name === instrument ? "reference" : undefined, "data-key": name },
    h(
      "th",
      { scope: "row" },
      name === instrument ? shownName(name) : openMechanism(context, name),
      burns && name !== instrument
        ? h("span", { class: "wait" }, context.words.waits("burns_core"))
        : null,
    ),
    ...entries.map((entry, n) => {
      // Counts have a scale of their own: four switches are far.
      const end = entry.metric.unit === "1/message" ? 5 : largest;
      // To a best of nothing there is no ratio: all others are as far as can be.
      const far = isCompared(context, entry)
        ? Math.min(1, Math.log(entry.ratio ?? Infinity) / Math.log(end))
        : null;
      return heatCell(context, entry, far, table.id === "table" || n === 0);
    }),
  );
}

function legend(largest: number): HTMLElement {
  return h(
    "p",
    { class: "legend" },
    h("span", {}, "1\u00d7, the best of its column"),
    h("span", { class: "ramp", "aria-hidden": "true" }),
    h("span", {}, `${formatRatio(largest)} (log scale)`),
    h(
      "span",
      { class: "legend-note" },
      `${leadNote}. ! has a flag or lost repetitions. A boxed word says why there is no ` +
        "figure. Arrow keys move between cells.",
    ),
  );
}
