// Mechanism x payload as a real table; the colour says how far a cell is from the best of its
// column.
import { filterKeys, placeKeys, type Context, type View } from "../context";
import { offer } from "../controls";
import type { Cell, Pattern } from "../data";
import {
  cellFigures,
  cellNotes,
  cellTitle,
  reasonText,
  shortStatus,
  statusWords,
} from "../describe";
import { h, scroller, type Child } from "../dom";
import {
  formatPayload,
  formatRatio,
  formatShare,
  missing,
  patternWords,
  placementWords,
  waitWords,
  words,
} from "../format";
import { gridKeys } from "../gridKeys";
import { metricsOf, type Metric } from "../metrics";
import { openMechanism } from "../openMechanism";
import { instrument, losesMessages, medianOf, shownName } from "../resultIndex";
import type { Key } from "../state";
import { describe } from "../tooltip";

const keys: Key[] = [...placeKeys, ...filterKeys, "pattern", "metric", "sort"];

export const heatView: View = {
  id: "table",
  title: "Mechanism by payload",
  short: "Table",
  lead: "Which mechanism is best at my message size, and how far are the others?",
  mount(section, context) {
    const control = h("div", { class: "controls" });
    const note = h("p", { class: "note" });
    const body = h("div", {});
    section.append(control, note, body);
    context.watch(section, keys, () => {
      const metric = context.metric();
      offer(control, [
        {
          label: "Figure",
          value: metric.id,
          options: metricsOf(context.pattern()).map((m) => ({
            value: m.id,
            label: m.label,
            hint: m.long,
          })),
          choose: (id) => context.store.set({ metric: id }),
        },
      ]);
      note.textContent =
        `${words(context.pattern(), patternWords)}, ` +
        `${words(context.placement(), placementWords)}: ${metric.long}.` +
        (context.touch() === "desc" && context.pattern() === "one_way"
          ? " Touch is desc: nobody read the payload, so only messages/s are shown."
          : "");
      body.replaceChildren(...tables(context, context.pattern(), metric));
    });
  },
};

const manyColumns = 6;

interface Entry {
  cell: Cell | undefined;
  value: number | null;
  ratio: number | null;
}
// payload null: each mechanism's only size.
interface Column {
  id: string;
  head: string;
  hint?: string;
  metric: Metric;
  pattern: Pattern;
  payload: number | null;
}

function tables(context: Context, pattern: Pattern, metric: Metric): HTMLElement[] {
  const names = context.names();
  const carrying = names.filter((name) => context.index.fixedPayload(name) === null);
  const notifying = names.filter((name) => context.index.fixedPayload(name) !== null);
  const notifications = context.index.cells(pattern).filter((c) => notifying.includes(c.transport));
  const payloads = context.index.payloads(pattern).filter((p) => p > 0);
  const made: HTMLElement[] = [];
  if (context.index.cells(pattern).length === 0)
    return [
      h(
        "p",
        { class: "muted" },
        `This run has no ${words(pattern, patternWords)} cells. Measure them with ` +
          `ipcmark run --pattern ${pattern}.`,
      ),
    ];
  if (names.length === 0) return [h("p", { class: "muted" }, "The filters leave no mechanism.")];
  if (
    metric.id === "floor" &&
    !context.index.cells(pattern).some((c) => medianOf(c, metric.key) !== null)
  ) {
    return [
      h(
        "p",
        { class: "muted" },
        "Not measured in this run: floors, the physical limits. A newer ipcmark run " +
          "measures them in the same sitting.",
      ),
    ];
  }
  if (carrying.length > 0 && payloads.length > 0) {
    const columns = payloads.map((payload) => ({
      id: String(payload),
      head: formatPayload(payload),
      metric,
      pattern,
      payload,
    }));
    made.push(
      ...table(
        context,
        "table",
        carrying,
        columns,
        context.store.get("sort"),
        metric.better === "higher" ? columns.length - 1 : 0,
        true,
      ),
    );
  }
  if (notifications.length > 0) {
    // One size each, so the columns are the figures.
    const columns = metricsOf(pattern)
      .filter(
        (m) =>
          m.key !== "bytes_per_second" &&
          (m.id !== "floor" || notifications.some((c) => medianOf(c, m.key) !== null)),
      )
      .map((m) => ({
        id: `n-${m.id}`,
        head: m.label,
        hint: m.long,
        metric: m,
        pattern,
        payload: null,
      }));
    made.push(
      h(
        "h3",
        { id: "notifications" },
        "Notifications: a wake-up with no payload, or with one fixed size",
      ),
      ...table(
        context,
        "notifications",
        notifying,
        columns,
        context.store.get("sort"),
        Math.max(
          0,
          columns.findIndex((c) => c.metric.id === metric.id),
        ),
        false,
      ),
    );
  }
  return made;
}

function table(
  context: Context,
  id: string,
  names: string[],
  columns: Column[],
  wanted: string | undefined,
  usual: number,
  withInstrument: boolean,
): HTMLElement[] {
  const entries = new Map<string, Entry[]>(names.map((name) => [name, []]));
  const reference = withInstrument && context.index.transports.includes(instrument);
  const rows = reference ? [...names, instrument] : names;
  if (reference) entries.set(instrument, []);
  for (const { metric, pattern, payload } of columns) {
    const cells = new Map(
      rows.map((name) => [
        name,
        context.cell(pattern, name, payload ?? context.index.fixedPayload(name) ?? 0),
      ]),
    );
    const value = (name: string) => medianOf(cells.get(name), metric.key);
    const ranked = names
      .filter((name) => metric.comparable(cells.get(name) ?? none))
      .map(value)
      .filter((v): v is number => v !== null && v >= 0);
    const top =
      ranked.length === 0
        ? null
        : metric.better === "lower"
          ? Math.min(...ranked)
          : Math.max(...ranked);
    for (const name of rows) {
      const cell = cells.get(name);
      const own = value(name);
      const usable = cell !== undefined && own !== null && top !== null && metric.comparable(cell);
      entries
        .get(name)!
        .push({ cell, value: own, ratio: usable ? distance(metric, own, top) : null });
    }
  }
  const found = columns.findIndex((c) => c.id === wanted);
  const sorted = found >= 0 ? found : Math.max(0, usual);
  const order = [...names].sort((a, b) => byRatio(entries.get(a)!, entries.get(b)!, sorted));
  const largest = Math.max(
    10,
    ...names.flatMap((name) =>
      entries.get(name)!.map((e) => (e.ratio !== null && Number.isFinite(e.ratio) ? e.ratio : 1)),
    ),
  );
  const row = (name: string, position: number) => {
    const wait = context.index.mechanism(name)?.wait;
    return h(
      "tr",
      { class: name === instrument ? "reference" : undefined, "data-key": name },
      h(
        "th",
        { scope: "row" },
        name === instrument
          ? shownName(name)
          : h("span", { class: "rank", "aria-hidden": "true" }, String(position + 1)),
        name === instrument ? null : openMechanism(context, name),
        wait === "spins" && name !== instrument
          ? h(
              "span",
              { class: "wait", title: "both sides spin: a core each is busy while it waits" },
              words(wait, waitWords),
            )
          : null,
      ),
      ...entries.get(name)!.map((entry, n) => heatCell(columns[n]!, entry, largest, name)),
    );
  };
  const body = h(
    "table",
    { class: columns.length > manyColumns ? "heat dense" : "heat", role: "grid", "data-view": id },
    h(
      "caption",
      { class: "sr" },
      `${id === "table" ? "Mechanism by payload" : "Notifications"}, ` +
        `${words(context.placement(), placementWords)}`,
    ),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "Mechanism"),
        ...columns.map((column, n) =>
          h(
            "th",
            {
              scope: "col",
              "aria-sort":
                n === sorted
                  ? column.metric.better === "lower"
                    ? "ascending"
                    : "descending"
                  : undefined,
            },
            h(
              "button",
              {
                type: "button",
                "data-key": column.id,
                title: column.hint,
                onclick: () => context.store.set({ sort: column.id }),
              },
              column.head,
            ),
          ),
        ),
      ),
    ),
    h("tbody", {}, ...order.map(row)),
    reference ? h("tfoot", {}, row(instrument, -1)) : null,
  );
  gridKeys(body);
  const wrap = scroller(body, id === "table" ? "Mechanism by payload" : "Notifications", false);
  wrap.classList.add("tall");
  return [wrap, legend(largest)];
}

const none = { touch: "rw", payload_bytes: 1, status: "skipped", summary: {} } as Cell;

// A best of zero (no switch at all) leaves every other at an infinite distance: it is told apart,
// not divided by.
function distance(metric: Metric, value: number, top: number): number {
  // Counts start at zero: two switches are not a thousand times worse than two thousandths of one.
  if (metric.id === "switches") return (1 + value) / (1 + top);
  const [worse, better] = metric.better === "lower" ? [value, top] : [top, value];
  return worse === better ? 1 : better <= 0 ? Infinity : worse / better;
}

// Cells without a figure in the sorted column follow, by their best ratio elsewhere.
function byRatio(a: Entry[], b: Entry[], column: number): number {
  const rankOf = (row: Entry[]) =>
    row[column]?.ratio ?? 1e9 * Math.min(...row.map((e) => e.ratio ?? 1e9));
  const [x, y] = [rankOf(a), rankOf(b)];
  return x === y ? (a[column]?.value ?? 0) - (b[column]?.value ?? 0) : x - y;
}

function heatCell(column: Column, entry: Entry, largest: number, name: string): HTMLElement {
  const { cell, value, ratio } = entry;
  const { metric } = column;
  if (!cell) {
    return focusable(h("td", { class: "gap", "aria-label": "not planned" }, missing), () => [
      h("p", {}, "Not in the plan of this run."),
    ]);
  }
  const id =
    column.payload === null && metric.id !== "p50" && metric.id !== "messages"
      ? undefined
      : cell.name;
  if (cell.status !== "ok") {
    const text = `${statusWords[cell.status] ?? cell.status}: ${reasonText(cell)}`;
    const short = shortStatus(cell);
    return focusable(
      h(
        "td",
        {
          id,
          class: `gap ${cell.status}`,
          "aria-label": text.startsWith(short) ? text : `${short}, ${text}`,
        },
        short,
      ),
      () => [h("p", { class: "tip-title" }, cellTitle(cell)), h("p", {}, text)],
    );
  }
  if (value === null) {
    const why = metric.key.startsWith("p")
      ? `${metric.label} is not supported by the number of samples in this cell`
      : `${metric.label} was not measured in this cell`;
    return focusable(h("td", { id, class: "gap", "aria-label": why }, missing), () =>
      tip(cell, [why]),
    );
  }
  const loses = losesMessages(cell);
  const marks = (cell.flags ?? []).length > 0 || cell.spawns_ok < cell.spawns_planned;
  const far = ratio === null || !Number.isFinite(ratio) ? null : formatRatio(ratio);
  const shown =
    name === instrument
      ? null
      : loses && ratio === null
        ? `${formatShare(medianOf(cell, "lost_share"))} lost`
        : metric.id === "floor" || metric.id === "switches"
          ? null
          : far;
  const td = h(
    "td",
    { id, class: ratio !== null && ratio <= 1 && name !== instrument ? "best" : undefined },
    h("span", { class: "value" }, metric.format(value)),
    marks ? h("span", { class: "flagged", "aria-label": "flagged" }, "*") : null,
    shown ? h("span", { class: "ratio" }, shown) : null,
  );
  // Counts have a scale of their own: four switches are far.
  const end = metric.id === "switches" ? 5 : largest;
  if (ratio !== null && name !== instrument)
    shade(td, Math.min(1, Math.log(Math.max(1, ratio)) / Math.log(end)));
  else td.classList.add("unranked");
  return focusable(td, () => tip(cell, []));
}

// 0 is the best of the column, 1 the farthest cell of the table; the style sheet mixes the colours
// of the theme.
function shade(td: HTMLElement, far: number): void {
  td.style.setProperty("--far", far.toFixed(3));
  td.classList.toggle("beyond", far > 0.5);
}

function tip(cell: Cell, lead: string[]): Child[] {
  return [
    h("p", { class: "tip-title" }, cellTitle(cell)),
    ...lead.filter((line) => line !== "").map((line) => h("p", { class: "tip-lead" }, line)),
    h(
      "dl",
      {},
      ...cellFigures(cell).flatMap(([label, text]) => [h("dt", {}, label), h("dd", {}, text)]),
    ),
    ...cellNotes(cell).map((line) => h("p", { class: "tip-note" }, line)),
  ];
}

function focusable(td: HTMLElement, content: () => Child[]): HTMLElement {
  td.tabIndex = -1;
  describe(td, content);
  return td;
}

function legend(largest: number): HTMLElement {
  return h(
    "p",
    { class: "legend" },
    h("span", {}, "1\u00d7, best of its column"),
    h("span", { class: "ramp", "aria-hidden": "true" }),
    h("span", {}, `${formatRatio(largest)} (log scale)`),
    h(
      "span",
      { class: "legend-note" },
      "* has a flag or lost spawns. A boxed word says why there is no figure. " +
        "Arrow keys move between cells.",
    ),
  );
}
