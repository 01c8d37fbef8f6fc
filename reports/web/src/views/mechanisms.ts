// The card of one mechanism: what it is, what it can and cannot do, all its cells, each of its
// spawns.
import * as Plot from "@observablehq/plot";
import { twin, type Drawing } from "../chart";
import { choose, filterKeys, placeKeys, type Context, type View } from "../context";
import { offer } from "../controls";
import type { Cell, Mechanism } from "../data";
import {
  cellFigures,
  cellNotes,
  parameterSuffix,
  parameterText,
  reasonText,
  statusWords,
} from "../describe";
import { h, scroller, table, type Child } from "../dom";
import { factText } from "../facts";
import {
  formatBytesRate,
  formatCount,
  formatDuration,
  formatMessageRate,
  formatPayload,
  formatRatio,
  formatTime,
  missing,
  patternWords,
  placementWords,
  plural,
  ratioTicks,
  waitWords,
  words,
} from "../format";
import { openMechanism } from "../openMechanism";
import { medianOf } from "../resultIndex";

const cardKeys = ["mechanism", "cell", "payload", ...placeKeys, ...filterKeys] as const;

export const mechanismsView: View = {
  id: "mechanism",
  title: "Mechanism card",
  short: "Mechanism",
  lead: "What is it, what can it do, and how steady is it?",
  mount(section, context) {
    const picker = h("div", { class: "controls" });
    const body = h("div", {});
    const spread = h("div", {}, h("h3", {}, "From spawn to spawn"), spawnsFigure(context));
    const single = h("div", {});
    section.append(picker, body, spread, single);
    context.watch(section, cardKeys, () => {
      const name = chosen(context);
      offer(picker, [
        {
          label: "Mechanism",
          value: name ?? "",
          asList: true,
          options: offered(context).map((m) => ({ value: m, label: m })),
          choose: (mechanism) => context.store.set({ mechanism, cell: undefined }),
        },
      ]);
      body.replaceChildren(
        ...(name === null
          ? [h("p", { class: "muted" }, "The filters leave no mechanism.")]
          : card(context, name)),
      );
      const spawns = shownSpawns(context);
      spread.hidden = spawns === null;
      single.replaceChildren(
        ...(spawns
          ? spawnTable(context, spawns.current)
          : name !== null && cellsOf(context, name).length > 0
            ? [h("p", { class: "muted" }, "This result holds no single spawns of it.")]
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
      context.fastestFirst()[0] ?? names[0] ?? (null as unknown as string),
    ) ?? null
  );
}

const traitWords: Record<string, string> = {
  message_boundaries: "keeps message boundaries",
  ordered: "keeps the order",
  duplex: "both directions",
  unrelated_processes: "between unrelated processes",
  cross_host: "across hosts",
  fan_in: "several senders",
  fan_out: "several receivers",
  priorities: "priorities",
  survives_producer_exit: "messages survive the sender's exit",
  peer_death_detected: "notices the peer's death",
  peer_death_may_be_late: "notices it late at times",
  may_drop: "may lose messages",
  latest_value: "keeps only the latest value",
  back_pressure: "holds the sender back when full",
  access_control: "access control",
  encrypted: "encrypted",
  needs_daemon: "needs a daemon",
  allocates: "allocates per message",
};

function card(context: Context, name: string): HTMLElement[] {
  const mechanism = context.index.mechanism(name);
  const cells = cellsOf(context, name);
  const facts: [string, Child][] = mechanism
    ? [
        ["family", mechanism.family],
        ["waits", words(mechanism.wait, waitWords)],
        ["copies per message", String(mechanism.copies_per_message)],
        [
          "payload",
          mechanism.payload_max_bytes === 0
            ? "none: it only wakes the peer"
            : `${formatPayload(mechanism.payload_min_bytes)} to ` +
              `${formatPayload(mechanism.payload_max_bytes)}`,
        ],
        ["when the peer dies", peerDeath(mechanism)],
        ["manual", manual(mechanism.reference)],
        ...(mechanism.available
          ? []
          : [
              ["here", `not available: ${mechanism.reason ?? "no reason given"}`] as [
                string,
                string,
              ],
            ]),
      ]
    : [];
  return [
    h(
      "div",
      { class: "mechanism-head" },
      h("h3", { id: "mechanism-name" }, name),
      h("p", {}, mechanism?.summary ?? "This result does not describe it."),
    ),
    h(
      "div",
      { class: "cards" },
      h(
        "div",
        { class: "card" },
        h(
          "dl",
          { class: "facts" },
          ...facts.flatMap(([term, text]) => [h("dt", {}, term), h("dd", {}, text)]),
        ),
      ),
      h("div", { class: "card" }, mechanism ? traitList(mechanism) : null),
    ),
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
      : [cellsTable(context, cells)]),
  ];
}

function manual(reference: string | undefined): Child {
  const page = /^([A-Za-z0-9_.-]+)\((\d[a-z]*)\)$/.exec(reference ?? "");
  return page ? h("code", {}, `man ${page[2]} ${page[1]}`) : reference || missing;
}

function peerDeath(mechanism: Mechanism): string {
  const told = mechanism.traits["peer_death_detected"];
  const kept = mechanism.traits["survives_producer_exit"];
  const late =
    mechanism.traits["peer_death_may_be_late"] === true
      ? " (at times only after a long timeout)"
      : "";
  return (
    (told === true
      ? `the other side is told${late}`
      : told === false
        ? "the other side is not told: it waits for ever, or until its own timeout"
        : "not recorded") +
    (kept === true
      ? "; what was sent can still be read"
      : kept === false
        ? "; what was sent is gone"
        : "")
  );
}

function traitList(mechanism: Mechanism): HTMLElement {
  const entries = Object.entries(mechanism.traits);
  if (entries.length === 0) return h("p", { class: "muted" }, "This result lists no traits.");
  return h(
    "ul",
    { class: "traits" },
    ...entries.map(([trait, value]) => {
      const yes = value === true;
      const no = value === false || value === "none" || value === "";
      return h(
        "li",
        { class: no ? "no" : undefined },
        h(
          "span",
          { class: "tick", "aria-hidden": "true" },
          no ? "\u2013" : yes ? "\u2713" : "\u00b7",
        ),
        words(trait, traitWords),
        yes
          ? h("span", { class: "sr" }, ": yes")
          : no
            ? h("span", { class: "sr" }, ": no")
            : `: ${factText(value).replace(/_/g, " ")}`,
      );
    }),
  );
}

function cellsTable(context: Context, all: Cell[]): HTMLElement {
  const main = (cell: Cell) =>
    cell.pattern === "one_way"
      ? formatBytesRateOr(cell)
      : formatTime(
          medianOf(cell, "p50_ns") ??
            medianOf(cell, "context_switch_ns") ??
            medianOf(cell, "construct_ns") ??
            medianOf(cell, "two_cpus_ns"),
        );
  const cells = all.filter((cell) => cell.status === "ok");
  // The same reason for several payloads is one line.
  const gaps = new Map<string, string[]>();
  for (const cell of all.filter((c) => c.status !== "ok")) {
    const reason = `${statusWords[cell.status] ?? cell.status}: ${reasonText(cell)}`;
    const where =
      `${words(cell.pattern, patternWords)} ${formatPayload(cell.payload_bytes)} ` +
      `${words(cell.placement, placementWords)}${cell.parameter ? ` ${parameterText(cell)}` : ""}`;
    gaps.set(reason, [...(gaps.get(reason) ?? []), where]);
  }
  return h(
    "div",
    {},
    cells.length === 0
      ? h("p", { class: "muted" }, "No cell of it ended ok.")
      : table<Cell>(
          `${plural(cells.length, "cell")} ok of ${all.length}; choose one to see its spawns`,
          [
            {
              head: "Pattern",
              cell: (cell) =>
                h(
                  "button",
                  {
                    type: "button",
                    class: "link",
                    "aria-pressed": String(context.store.get("cell") === cell.name),
                    onclick: () => context.store.set({ cell: cell.name }),
                  },
                  `${words(cell.pattern, patternWords)}${parameterSuffix(cell)}`,
                ),
            },
            { head: "payload", numeric: true, cell: (cell) => formatPayload(cell.payload_bytes) },
            { head: "placement", cell: (cell) => words(cell.placement, placementWords) },
            { head: "median", numeric: true, cell: main },
            { head: "p99", numeric: true, cell: (cell) => formatTime(medianOf(cell, "p99_ns")) },
            {
              head: "CPU / message",
              numeric: true,
              cell: (cell) => formatTime(medianOf(cell, "cpu_ns_per_message")),
            },
            {
              head: "switches",
              numeric: true,
              cell: (cell) => formatCount(medianOf(cell, "switches_per_message")),
            },
            {
              head: "\u00d7 floor",
              numeric: true,
              cell: (cell) => {
                const r = medianOf(cell, "ratio_to_floor");
                return r === null ? missing : formatRatio(r);
              },
            },
            { head: "flags", wide: true, cell: (cell) => (cell.flags ?? []).join(", ") },
          ],
          cells,
        ),
    ...(gaps.size === 0
      ? []
      : [
          h("h3", {}, "Cells without a figure"),
          h(
            "ul",
            { class: "groups" },
            ...[...gaps].map(([reason, where]) =>
              h(
                "li",
                {},
                h("p", { class: "reason" }, reason),
                h(
                  "p",
                  { class: "muted" },
                  where.slice(0, 12).join(" \u00b7 ") +
                    (where.length > 12 ? ` and ${where.length - 12} more` : ""),
                ),
              ),
            ),
          ),
        ]),
  );
}

function formatBytesRateOr(cell: Cell): string {
  const bytes = medianOf(cell, "bytes_per_second");
  return bytes !== null && cell.payload_bytes > 0 && cell.touch !== "desc"
    ? formatBytesRate(bytes)
    : formatMessageRate(medianOf(cell, "messages_per_second"));
}

// --- spawns --------------------------------------------------------------------------------------

const stripMetrics = [
  "p50_ns",
  "messages_per_second",
  "context_switch_ns",
  "construct_ns",
  "two_cpus_ns",
  "drain_ns",
  "mean_ns",
];

interface Dot {
  row: string;
  value: number;
  spawn: number;
  quality: string;
  ratio: number;
}

// The cell whose spawns are listed, and those of its pattern, which the chart compares.
function shownSpawns(context: Context): { current: Cell; alike: Cell[] } | null {
  const name = chosen(context);
  const having =
    name === null
      ? []
      : cellsOf(context, name).filter(
          (cell) => cell.status === "ok" && (context.index.spawns(cell)?.count ?? 0) > 0,
        );
  const usual =
    having.find(
      (c) =>
        c.pattern === "round_trip" &&
        c.payload_bytes === context.payload() &&
        c.placement === context.placement(),
    ) ?? having[0];
  const current = having.find((cell) => cell.name === context.store.get("cell")) ?? usual;
  return current
    ? { current, alike: having.filter((cell) => cell.pattern === current.pattern).slice(0, 24) }
    : null;
}

function spawnsFigure(context: Context): HTMLElement {
  const alike = () => shownSpawns(context)?.alike ?? [];
  const dots = () => alike().flatMap((cell) => cellDots(context, cell));
  return twin({
    title: () => {
      const current = shownSpawns(context)?.current;
      return current
        ? `Spawns of ${current.transport}, ${words(current.pattern, patternWords)}`
        : "Spawns";
    },
    context,
    keys: cardKeys,
    summary: () =>
      "Each mark is one process pair, relative to the median of its cell (the line " +
      "at 1\u00d7). A cluster of its own is a mode, not noise. Crosses were " +
      "disturbed by other work.",
    chart: (width) => strip(dots(), alike().map(rowName), width),
    table: () =>
      table(
        "Spawns relative to the median of their cell",
        [
          { head: "Cell", cell: (d) => d.row },
          { head: "spawn", numeric: true, cell: (d) => String(d.spawn) },
          { head: "\u00d7 median", numeric: true, cell: (d) => d.ratio.toFixed(3) },
          { head: "quality", cell: (d) => d.quality || missing },
        ],
        dots(),
      ),
  });
}

const rowName = (cell: Cell) =>
  `${formatPayload(cell.payload_bytes)}, ` +
  `${words(cell.placement, placementWords)}${parameterSuffix(cell)}`;

function stripMetric(context: Context, cell: Cell): string | null {
  const figures = context.index.spawns(cell)?.figures ?? {};
  return stripMetrics.find((metric) => figures[metric]?.some((v) => v !== null)) ?? null;
}

function cellDots(context: Context, cell: Cell): Dot[] {
  const metric = stripMetric(context, cell);
  const columns = context.index.spawns(cell);
  if (metric === null || !columns) return [];
  const middle = medianOf(cell, metric);
  if (middle === null || middle <= 0) return [];
  return columns.figures[metric]!.flatMap((value, n) =>
    value === null || value <= 0
      ? []
      : [
          {
            row: rowName(cell),
            value,
            spawn: n + 1,
            quality: columns.quality[n] ?? "",
            ratio: value / middle,
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
        symbol: (d: Dot) => (d.quality === "contaminated" ? "times" : "circle"),
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
            `spawn ${d.spawn} of ${d.row}\n${d.ratio.toFixed(3)}\u00d7 the ` +
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
        `spawn ${d.spawn}: ${d.ratio.toFixed(3)} times the ` +
        `median${d.quality ? `, ${d.quality}` : ""}`,
    })),
  };
}

const spawnFigures: [string, string, (v: number | null | undefined) => string][] = [
  ["p50_ns", "p50", formatTime],
  ["p99_ns", "p99", formatTime],
  ["max_ns", "max", formatTime],
  ["messages_per_second", "messages/s", formatMessageRate],
  ["bytes_per_second", "bytes/s", formatBytesRate],
  ["producer_cpu_ns_per_message", "CPU producer", formatTime],
  ["consumer_cpu_ns_per_message", "CPU consumer", formatTime],
  ["user_ns_per_message", "user", formatTime],
  ["system_ns_per_message", "system", formatTime],
  ["voluntary_switches_per_message", "voluntary", formatCount],
  ["involuntary_switches_per_message", "involuntary", formatCount],
  ["run_delay_ns_per_message", "run delay", formatTime],
  ["migrations", "migrations", formatCount],
  ["minor_faults_per_message", "minor faults", formatCount],
];

function spawnTable(context: Context, cell: Cell): HTMLElement[] {
  const columns = context.index.spawns(cell)!;
  const known = new Set(spawnFigures.map(([metric]) => metric));
  const more = Object.keys(columns.figures)
    .filter(
      (metric) =>
        !known.has(metric) &&
        /_ns$|per_second$|share$/.test(metric) &&
        !["min_ns", "mean_ns", "p90_ns", "p99.9_ns", "p99.99_ns", "lost_share"].includes(metric),
    )
    .map((metric): [string, string, (v: number | null | undefined) => string] => [
      metric,
      metric.replace(/_ns$/, "").replace(/_/g, " "),
      metric.endsWith("_ns")
        ? formatTime
        : metric.endsWith("second")
          ? formatMessageRate
          : formatCount,
    ]);
  const shown = [...spawnFigures, ...more].filter(([metric]) =>
    columns.figures[metric]?.some((v) => v !== null),
  );
  const rows = Array.from({ length: columns.count }, (_, n) => n);
  const body = h(
    "table",
    { class: "plain spawns" },
    h("caption", {}, `Every spawn of ${cell.name}`),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        ...[
          "spawn",
          "round",
          "at",
          "messages",
          ...shown.map(([, label]) => label),
          "quality",
          "disturbed by",
        ].map((head) => h("th", { scope: "col", class: "num" }, head)),
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
          h("td", { class: "num" }, formatCount(columns.messages[n])),
          ...shown.map(([metric, , format]) =>
            h("td", { class: "num" }, format(columns.figures[metric]![n])),
          ),
          h(
            "td",
            { class: "num" },
            [columns.quality[n] ?? missing, ...(columns.flags[n] ?? [])].join(", "),
          ),
          h("td", { class: "num" }, disturbed(columns.noise[n] ?? null)),
        ),
      ),
    ),
  );
  return [
    h("h3", {}, `The spawns of ${cell.name}`),
    h(
      "dl",
      { class: "facts narrow" },
      ...[
        ...cellFigures(cell),
        ...cellNotes(cell).map((text): [string, string] => ["note", text]),
        ...columns.notes.map(({ role, notes }): [string, string] => [
          `${role} says`,
          factText(notes),
        ]),
      ].flatMap(([term, text]) => [h("dt", {}, term), h("dd", {}, text)]),
    ),
    scroller(body, `Every spawn of ${cell.name}`),
  ];
}

function disturbed(noise: Record<string, unknown> | null): string {
  if (!noise) return missing;
  return (
    Object.entries(noise)
      .filter(([, value]) => typeof value === "number" && value > 0.01)
      .map(([name, value]) => `${name.replace(/_/g, " ")} ${formatCount(value as number)}`)
      .join(", ") || "nothing"
  );
}

function traitsTable(context: Context): HTMLElement {
  const shown = new Set(context.names());
  const mechanisms = context.result.mechanisms.filter((m) => shown.has(m.name));
  const traits = [...new Set(mechanisms.flatMap((m) => Object.keys(m.traits)))];
  return table<Mechanism>(
    "Traits",
    [
      { head: "Mechanism", cell: (m) => openMechanism(context, m.name) },
      { head: "Family", cell: (m) => m.family },
      ...traits.map((trait) => ({
        head: words(trait, traitWords),
        cell: (m: Mechanism) => {
          const value = m.traits[trait];
          return value === true
            ? h("span", { class: "yes" }, "yes")
            : value === false
              ? h("span", { class: "muted" }, "no")
              : factText(value);
        },
      })),
    ],
    mechanisms,
  );
}
