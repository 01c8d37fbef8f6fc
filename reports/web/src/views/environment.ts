import type { View } from "../context";
import type { FactMap, Result } from "../data";
import { h, table } from "../dom";
import { factNode, factText } from "../facts";
import { formatDuration, formatTime, missing, placementWords, plural, words } from "../format";

export const environmentView: View = {
  id: "environment",
  title: "Machine, build and plan",
  short: "Machine",
  mount(section, context) {
    const { result } = context;
    section.append(warnings(result), reproduce(result), h("div", { class: "cards" },
      card("Machine", { fingerprint: result.environment.fingerprint, ...result.environment.identity }),
      card("Build", buildFacts(result)),
      card("Limits", result.environment.ipc_limits),
      card("Clock and run", runFacts(result))),
      placements(result), state(result));
  },
};

function warnings(result: Result): HTMLElement {
  const list = result.environment.warnings;
  return h("div", { id: "warnings", tabindex: -1 }, h("h3", {}, list.length === 0 ? "No warnings" : plural(list.length, "warning")),
    list.length === 0 ? null : h("ul", { class: "groups" }, ...list.map((warning) => h("li", {},
      h("p", { class: "reason" }, h("span", { class: `badge ${warning.severity ?? "warning"}` }, warning.id), warning.text),
      h("p", { class: "muted" }, `Remedy: ${warning.remedy}`)))));
}

function reproduce(result: Result): HTMLElement {
  const command = result.plan.argv.map(quoted).join(" ");
  const said = h("span", { role: "status", class: "muted" });
  return h("div", {}, h("h3", {}, "Run it again"),
    h("div", { class: "command" }, h("code", {}, command), h("button", { type: "button", onclick: () => {
      navigator.clipboard.writeText(command).then(() => { said.textContent = "copied"; }, () => { said.textContent = "select the text to copy it"; });
    } }, "Copy"), said),
    h("p", { class: "note" }, `Seed ${result.plan.seed}. ${result.plan.seed_note}`));
}

// Pasting must not run anything else than what was run.
function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`;
}

function buildFacts(result: Result): FactMap {
  const { build } = result;
  return {
    version: build.version, type: build.type, optimised: build.optimised, sanitizers: build.sanitizers || "none",
    compiler: build.compiler, flags: build.flags,
    revision: build.git.revision + (build.git.dirty ? " (with local changes)" : ""), libraries: build.libraries,
  };
}

function runFacts(result: Result): FactMap {
  const { clock, run, plan } = result;
  const offset = typeof clock.cross_cpu_offset_low_ns === "number" && typeof clock.cross_cpu_offset_high_ns === "number"
    ? `${formatTime(clock.cross_cpu_offset_low_ns)} to ${formatTime(clock.cross_cpu_offset_high_ns)}` : missing;
  return {
    clock: clock.source, "why this clock": clock.reason, "one stamp costs": formatTime(clock.stamp_cost_ns), "offset between CPUs": offset,
    started: run.started, elapsed: formatDuration(run.elapsed_s), measuring: formatDuration(run.measuring_s), spawns: run.spawns,
    profile: plan.profile, rounds: run.rounds_done === undefined ? plan.rounds : `${run.rounds_done} of ${plan.rounds}`,
    order: plan.order, "planned per spawn": `${plan.spawn_ms} ms`, "planned cells": plan.cells,
    "time budget": plan.time_budget_s ? formatDuration(plan.time_budget_s) : "none",
  };
}

function card(title: string, facts: FactMap): HTMLElement {
  return h("div", { class: "card" }, h("h3", {}, title), h("dl", { class: "facts" },
    ...Object.entries(facts).flatMap(([name, value]) => [h("dt", {}, name.replace(/_/g, " ")), h("dd", {}, factNode(value))])));
}

function placements(result: Result): HTMLElement {
  return h("div", {}, h("h3", {}, "Placements"), table("Where a pair can run on this machine", [
    { head: "Placement", cell: (p) => `${words(p.name, placementWords)} (${p.name})` },
    { head: "Available", cell: (p) => (p.available ? "yes" : "no") },
    { head: "CPUs", cell: (p) => (p.cpus.length > 0 ? p.cpus.join(", ") : missing) },
    { head: "Reason", wide: true, cell: (p) => p.reason ?? "" },
  ], result.topology.placements));
}

function state(result: Result): HTMLElement {
  const { state_begin: before, state_end: after } = result.environment;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after ?? {})])];
  return h("div", {}, h("h3", {}, "State of the machine"), names.length === 0 ? h("p", {}, "Not recorded.") : table("Before and after the run", [
    { head: "Fact", cell: (name) => name.replace(/_/g, " ") },
    { head: "before", cell: (name) => factText(before[name]) },
    { head: "after", cell: (name) => (after ? factText(after[name]) : "not recorded") },
  ], names));
}
