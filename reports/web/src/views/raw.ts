// Everything that the page was drawn from, to take away.
import type { Context, View } from "../context";
import type { Result, RepetitionEntry } from "../data";
import { h } from "../dom";
import { plural } from "../format";
import { csvText, download, type Field } from "../save";

export const rawView: View = {
  id: "raw",
  title: "Raw data",
  short: "Raw",
  mount(section, context) {
    const { result } = context.index.loaded;
    const stem = `ipcmark-${(result.run.started || result.context.date).slice(0, 10) || "result"}`;
    const repetitions = [...context.index.loaded.repetitions.values()].reduce(
      (sum, c) => sum + c.count,
      0,
    );
    const button = (label: string, run: () => void) =>
      h("button", { type: "button", class: "save", onclick: run }, label);
    section.append(
      h(
        "p",
        {},
        `This file holds ${plural(result.cells.length, "cell")} and ` +
          `${plural(repetitions, "repetition")}. The figures of single repetitions are rounded ` +
          "to nine digits; what the result says about each process of a repetition stays in the " +
          "result file.",
      ),
      h(
        "div",
        { class: "controls" },
        button("JSON (result)", () =>
          download(
            `${stem}.json`,
            "application/json",
            `${JSON.stringify(document_(context), null, 1)}\n`,
          ),
        ),
        button("CSV (cells)", () =>
          download(`${stem}-cells.csv`, "text/csv;charset=utf-8", csvText(cellRows(context))),
        ),
        button("CSV (repetitions)", () =>
          download(
            `${stem}-repetitions.csv`,
            "text/csv;charset=utf-8",
            csvText(repetitionRows(context)),
          ),
        ),
      ),
      h(
        "p",
        { class: "note" },
        "Each chart saves itself as SVG, PNG and CSV; the percentile section saves " +
          ".hgrm for HdrHistogram plotters.",
      ),
    );
  },
};

// The columns of ipcmark report --format csv.
const cellHead = [
  "cell",
  "pattern",
  "mechanism",
  "payload_bytes",
  "placement",
  "touch",
  "parameter",
  "parameter_value",
  "status",
  "reason",
  "repetitions",
  "waits",
  "lossy",
  "flags",
  "metric",
  "unit",
  "median",
  "low",
  "high",
  "min",
  "max",
  "level",
  "pooled",
  "standing",
  "parties",
  "topology",
];

// One row per cell and figure; a cell without figures keeps one row with its reason.
function cellRows(context: Context): Field[][] {
  const rows: Field[][] = [cellHead];
  for (const cell of context.result.cells) {
    const view = context.index.viewOf(cell);
    const head = [
      cell.name,
      cell.pattern,
      cell.transport,
      cell.payload_bytes,
      cell.placement,
      cell.touch,
      cell.parameter?.name,
      cell.parameter?.value,
      cell.status,
      cell.reason?.text,
      cell.repetitions_ok,
      view.waits,
      view.lossy ? "yes" : "no",
      (cell.flags ?? []).join(" "),
    ];
    const tail = [cell.parties?.text, cell.parties?.topology];
    const figures = Object.entries(cell.summary);
    if (figures.length === 0)
      rows.push([...head, ...Array.from({ length: 10 }, () => ""), ...tail]);
    for (const [metric, s] of figures) {
      const standing = context.index.standing(cell, metric);
      const values = [s.median, s.low, s.high, s.min, s.max, s.level];
      const pooled = s.pooled ? "yes" : "no";
      const stands = standing === "none" ? "" : standing;
      rows.push([...head, metric, s.unit, ...values, pooled, stands, ...tail]);
    }
  }
  return rows;
}

function repetitionRows(context: Context): Field[][] {
  const all = [...context.index.loaded.repetitions];
  const metrics = [...new Set(all.flatMap(([, columns]) => Object.keys(columns.figures)))];
  return [
    [
      "cell",
      "repetition",
      "sequence",
      "round",
      "t_start_s",
      "messages",
      "elapsed_ns",
      "quality",
      ...metrics,
    ],
    ...all.flatMap(([name, c]) =>
      Array.from({ length: c.count }, (_, n) => [
        name,
        n + 1,
        c.sequence[n],
        c.round[n],
        c.start_s[n],
        c.messages[n],
        c.elapsed_ns[n],
        c.quality[n],
        ...metrics.map((metric) => c.figures[metric]?.[n]),
      ]),
    ),
  ];
}

// A document of the result format again.
function document_(context: Context): Result {
  const { result, repetitions } = context.index.loaded;
  const all: RepetitionEntry[] = [...repetitions].flatMap(([name, c]) =>
    Array.from({ length: c.count }, (_, n) => ({
      name,
      run_name: name,
      run_type: "iteration",
      repetitions: c.count,
      repetition_index: n,
      threads: 1,
      iterations: 1,
      real_time: c.real_time[n] ?? 0,
      cpu_time: c.cpu_time[n] ?? 0,
      time_unit: "ns",
      ...Object.fromEntries(
        Object.entries(c.figures).map(([metric, column]) => [metric, column[n] ?? null]),
      ),
      ipc: {
        cell: name,
        sequence: c.sequence[n] ?? 0,
        round: c.round[n] ?? 0,
        t_start_s: c.start_s[n] ?? 0,
        messages: c.messages[n] ?? 0,
        elapsed_ns: c.elapsed_ns[n] ?? 0,
        flags: c.flags[n] ?? [],
        ...(c.quality[n] === null ? {} : { quality: c.quality[n] }),
        ...(c.noise[n] ? { noise: c.noise[n] } : {}),
        peers: [],
        clock: { source: result.clock.source },
      },
    })),
  );
  const leavesOut = new Set(result.cells.filter((c) => c.repetitions_excluded).map((c) => c.name));
  const isLeftOut = (entry: RepetitionEntry) =>
    leavesOut.has(entry.ipc.cell) && entry.ipc.quality === "disturbed";
  return {
    ...result,
    benchmarks: all.filter((entry) => !isLeftOut(entry)),
    set_aside: all.filter(isLeftOut),
  };
}
