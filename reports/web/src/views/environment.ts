import type { Context, View } from "../context";
import type { FactMap, Result } from "../data";
import { h, table } from "../dom";
import { factNode, factText, unavailable } from "../facts";
import {
  figureText,
  formatDuration,
  formatMoment,
  formatPayload,
  formatTime,
  missing,
  plural,
  typeset,
} from "../format";

export const environmentView: View = {
  id: "environment",
  title: "Environment and method",
  short: "Environment",
  lead: "Where was this measured, how far does it hold, and how do I get it again?",
  mount(section, context) {
    const { result } = context;
    section.append(
      ...(context.comparisons.length > 0 ? [differences(context)] : []),
      reproduce(result),
      noise(result),
      calibration(context),
      warnings(result),
      folded("Floors and ceilings: what this machine can do at best", floors(context)),
      folded(
        "Machine",
        factPanel({ fingerprint: result.environment.fingerprint, ...result.environment.identity }),
      ),
      folded("Limits", factPanel(result.environment.ipc_limits)),
      folded("Build, clock and run", factPanel({ ...buildFacts(result), ...runFacts(result) })),
      folded("Placements", placements(context)),
      folded("State of the machine before and after", state(result)),
    );
  },
};

// Read by few, so it is a line until somebody asks.
const folded = (title: string, content: HTMLElement): HTMLElement =>
  h("details", { class: "fold", "data-key": title }, h("summary", {}, title), content);

function warnings(result: Result): HTMLElement {
  const list = result.environment.warnings;
  const title = list.length === 0 ? "No warnings" : plural(list.length, "warning");
  return h(
    "details",
    { id: "warnings", tabindex: -1, class: "fold", "data-key": "warnings" },
    h("summary", {}, title),
    h(
      "ul",
      { class: "groups" },
      ...list.map((warning) =>
        h(
          "li",
          {},
          h(
            "p",
            { class: "reason" },
            h("span", { class: `badge ${warning.severity ?? "warning"}` }, warning.id),
            warning.text,
          ),
          h("p", { class: "muted" }, `Remedy: ${warning.remedy}`),
        ),
      ),
    ),
  );
}

// What differs between the runs, before anybody compares their figures.
function differences(context: Context): HTMLElement {
  return h(
    "div",
    { id: "differences" },
    h("h3", {}, "What differs between the runs"),
    ...context.comparisons.flatMap(({ title, environment, differences: list }) => [
      h("p", {}, `${title}: ${environment}`),
      list.length === 0
        ? null
        : table(
            "Facts that differ",
            [
              { head: "Fact", cell: ({ fact }) => fact.replace(/_/g, " ") },
              { head: "before", wide: true, cell: ({ before }) => typeset(before) },
              { head: "after", wide: true, cell: ({ after }) => typeset(after) },
            ],
            list,
          ),
    ]),
  );
}

function noise(result: Result): HTMLElement {
  const { noise: found } = result;
  const head = h("h3", {}, "Noise of the host");
  if (!found)
    return h(
      "div",
      { id: "noise", tabindex: -1 },
      head,
      h(
        "p",
        { class: "muted" },
        "Not recorded in this run. A newer ipcmark run judges every repetition and says " +
          "so here; ipcmark doctor looks at the machine now.",
      ),
    );
  const repetitions = found.repetitions ?? {};
  return h(
    "div",
    { id: "noise", tabindex: -1 },
    head,
    h("p", {}, h("strong", {}, `${found.verdict}. `), found.text),
    h(
      "p",
      { class: "muted" },
      `Repetitions: ${repetitions.quiet ?? 0} quiet, ${repetitions.usable ?? 0} usable, ` +
        `${repetitions.disturbed ?? 0} disturbed; ${found.rerun ?? 0} run again.` +
        (typeof found.smallest_ratio === "number"
          ? ` Ratios nearer to 1 than ${found.smallest_ratio.toPrecision(3)}\u00d7 are noise here.`
          : ""),
    ),
  );
}

function floors({ result, words }: Context): HTMLElement {
  const list = result.floors ?? [];
  if (list.length === 0)
    return h(
      "div",
      {},
      h(
        "p",
        { class: "muted" },
        "Not measured in this run. A newer ipcmark run measures the physical limits " +
          "in the same run and prints every figure as a ratio to them.",
      ),
    );
  return h(
    "div",
    {},
    table(
      "The physical limits of this machine, measured in this run",
      [
        { head: "Floor", cell: (f) => f.name.replace(/_/g, " ") },
        {
          head: "median",
          numeric: true,
          cell: (f) => f.note ?? figureText(f.summary?.median, f.unit),
        },
        {
          head: "block",
          numeric: true,
          cell: (f) => (typeof f.block_bytes === "number" ? formatPayload(f.block_bytes) : ""),
        },
        { head: "placement", cell: (f) => (f.placement ? words.placement(f.placement) : "") },
        {
          head: "drift (last / first)",
          numeric: true,
          cell: (f) => (typeof f.drift === "number" ? f.drift.toFixed(3) : missing),
        },
      ],
      list,
    ),
  );
}

function calibration(context: Context): HTMLElement {
  const { calibration: found } = context.result;
  const { detectable } = context.index.loaded.view;
  const head = h("h3", {}, "Calibration");
  if (!found)
    return h(
      "div",
      {},
      head,
      h(
        "p",
        { class: "muted" },
        "Not calibrated: what this machine can tell apart is not known. Measure it with ",
        h("code", {}, "ipcmark calibrate"),
        ".",
      ),
    );
  return h(
    "div",
    {},
    head,
    h(
      "p",
      {},
      `${formatMoment(found.date ?? "")}, ${plural(found.repetitions ?? 0, "repetition")}.` +
        (typeof found.false_alarm_rate === "number"
          ? " Identical code was called different in " +
            `${figureText(found.false_alarm_rate, "share")} of the comparisons.`
          : ""),
    ),
    detectable.length === 0
      ? null
      : folded(
          "Smallest difference that is found",
          table(
            "By the repetitions of each side",
            [
              { head: "Repetitions a side", cell: (d) => String(d.repetitions) },
              { head: "difference", numeric: true, cell: (d) => typeset(d.difference) },
            ],
            detectable,
          ),
        ),
  );
}

function reproduce(result: Result): HTMLElement {
  const { argv, seed } = result.plan;
  const isSeeded = argv.some((word) => /^--seed(=|$)/.test(word));
  const command = [...argv, ...(isSeeded ? [] : ["--seed", String(seed)])].map(quoted).join(" ");
  const said = h("span", { role: "status", class: "muted" });
  return h(
    "div",
    {},
    h("h3", {}, "Run it again"),
    h(
      "div",
      { class: "command" },
      h("code", {}, command),
      h(
        "button",
        {
          type: "button",
          onclick: () => {
            navigator.clipboard.writeText(command).then(
              () => {
                said.textContent = "copied";
              },
              () => {
                said.textContent = "select the text to copy it";
              },
            );
          },
        },
        "Copy",
      ),
      said,
    ),
    h("p", { class: "note" }, "With the same seed the cells come in the same order."),
  );
}

// Pasting must not run anything else than what was run.
function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`;
}

function buildFacts(result: Result): FactMap {
  const { build } = result;
  return {
    version: build.version,
    type: build.type,
    optimised: build.optimised,
    sanitizers: build.sanitizers || "none",
    compiler: build.compiler,
    flags: build.flags,
    revision: build.git.revision + (build.git.dirty ? " (with local changes)" : ""),
    libraries: build.libraries,
  };
}

function runFacts(result: Result): FactMap {
  const { clock, run, plan } = result;
  const offset =
    typeof clock.cross_cpu_offset_low_ns === "number" &&
    typeof clock.cross_cpu_offset_high_ns === "number"
      ? `${formatTime(clock.cross_cpu_offset_low_ns)} to ` +
        `${formatTime(clock.cross_cpu_offset_high_ns)}`
      : missing;
  return {
    clock: clock.source,
    "why this clock": clock.reason,
    "one stamp costs": formatTime(clock.stamp_cost_ns),
    "offset between CPUs": offset,
    started: run.started,
    elapsed: formatDuration(run.elapsed_s),
    measuring: formatDuration(run.measuring_s),
    repetitions: run.repetitions,
    profile: plan.profile,
    rounds:
      run.rounds_done === undefined
        ? plan.rounds
        : plan.time_budget_s
          ? run.rounds_done
          : `${run.rounds_done} of ${plan.rounds}`,
    order: plan.order,
    "planned per repetition": `${plan.repetition_ms} ms`,
    "planned cells": plan.cells,
    "time budget": plan.time_budget_s ? formatDuration(plan.time_budget_s) : "none",
  };
}

function factPanel(facts: FactMap): HTMLElement {
  const told = Object.entries(facts).filter(([, value]) => unavailable(value) === null);
  const lacking = Object.keys(facts).filter((name) => unavailable(facts[name]) !== null);
  return h(
    "div",
    { class: "panel" },
    h(
      "dl",
      { class: "facts" },
      ...told.flatMap(([name, value]) => [
        h("dt", {}, name.replace(/_/g, " ")),
        h("dd", {}, factNode(value)),
      ]),
    ),
    lacking.length === 0
      ? null
      : h(
          "p",
          { class: "muted", title: lacking.map((name) => factText(facts[name])).join("; ") },
          `Not told by this machine: ${lacking.map((name) => name.replace(/_/g, " ")).join(", ")}.`,
        ),
  );
}

function placements({ result, words }: Context): HTMLElement {
  return h(
    "div",
    {},
    table(
      "Where a pair can run on this machine",
      [
        { head: "Placement", cell: (p) => `${words.placement(p.name)} (${p.name})` },
        { head: "Available", cell: (p) => (p.available ? "yes" : "no") },
        { head: "CPUs", cell: (p) => (p.cpus.length > 0 ? p.cpus.join(", ") : missing) },
        { head: "Reason", wide: true, cell: (p) => p.reason ?? "" },
      ],
      result.topology.placements,
    ),
  );
}

function state(result: Result): HTMLElement {
  const { state_begin: before, state_end: after } = result.environment;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after ?? {})])];
  return h(
    "div",
    {},
    names.length === 0
      ? h("p", {}, "Not recorded.")
      : table(
          "Before and after the run",
          [
            { head: "Fact", cell: (name) => name.replace(/_/g, " ") },
            { head: "before", cell: (name) => factText(before[name]) },
            { head: "after", cell: (name) => (after ? factText(after[name]) : "not recorded") },
          ],
          names,
        ),
  );
}
