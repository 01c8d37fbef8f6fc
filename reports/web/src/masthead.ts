// The first lines of the page: what was measured where, and how far to trust it.
import type { Result } from "./data";
import { h, type Child } from "./dom";
import { findFact, factText } from "./facts";
import { jumpLink } from "./jump";
import { newestMinor } from "./read";
import { formatDuration, formatMoment, plural } from "./format";

export function masthead(result: Result): HTMLElement {
  return h(
    "header",
    { class: "masthead" },
    h("h1", {}, "ipcmark ", h("span", {}, "inter-process communication, measured")),
    h("p", { class: "host" }, ...hostLine(result)),
    h("p", { class: "trust" }, ...trustLine(result)),
  );
}

function hostLine(result: Result): Child[] {
  const { identity } = result.environment;
  const parts = [
    findFact(identity, ["cpu_model", "cpu.model", "model_name"]),
    plural(result.context.num_cpus, "CPU"),
    prefixed("kernel ", findFact(identity, ["kernel_release", "kernel.release", "kernel"])),
    prefixed("under ", findFact(identity, ["hypervisor", "virtualization", "cpu.hypervisor"])),
    `host ${result.context.host_name}`,
    formatMoment(result.run.started || result.context.date),
    `ipcmark ${result.build.version} (${result.build.type})`,
  ].filter((part): part is string => Boolean(part) && part !== "under none");
  return [parts.join(" \u00b7 ")];
}

const prefixed = (prefix: string, value: string | null) => (value === null ? null : prefix + value);

function trustLine(result: Result): Child[] {
  const count = (status: string) => result.cells.filter((c) => c.status === status).length;
  const spawns = result.cells.filter((c) => c.status === "ok").map((c) => c.spawns_ok);
  const fewest = spawns.length > 0 ? Math.min(...spawns) : 0;
  const most = spawns.length > 0 ? Math.max(...spawns) : 0;
  const perCell = fewest === most ? plural(most, "spawn") : `${fewest} to ${most} spawns`;
  const levels = result.cells
    .flatMap((c) => Object.values(c.summary))
    .map((s) => s.level)
    .filter((l) => typeof l === "number");
  const widths = intervalWidths(result);
  const width =
    widths === null
      ? ""
      : `, p50 and rates to \u00b1${widths[0]} typically, \u00b1${widths[1]} at worst`;
  const precision =
    levels.length === 0
      ? h("strong", { class: "badge caution" }, "indicative: too few spawns for an interval")
      : `intervals over spawns with ${(100 * Math.min(...levels)).toFixed(1)}\u202f% ` +
        `coverage or more${width}, this sitting only`;
  const gaps = [
    ["skipped", "skipped"],
    ["failed", "failed"],
    ["timed_out", "timed out"],
  ]
    .map(([status, word]) => [count(status!), word] as const)
    .filter(([n]) => n > 0)
    .map(([n, word]) => `${n} ${word}`);
  const warnings = result.environment.warnings.length;
  return [
    `${perCell} per cell, `,
    precision,
    ...noisePart(result),
    ` \u00b7 ${count("ok")} of ${plural(result.cells.length, "cell")} ok`,
    ...(gaps.length > 0 ? [" (", jumpLink("gaps", gaps.join(", ")), ")"] : []),
    " \u00b7 ",
    warnings > 0
      ? jumpLink("warnings", plural(warnings, "warning"), "badge caution")
      : "no warnings",
    ` \u00b7 ${plural(result.run.spawns, "spawn")} in ${formatDuration(result.run.elapsed_s)}`,
    result.clock.source ? ` \u00b7 clock ${factText(result.clock.source)}` : null,
  ];
}

// Half widths of the intervals of the main figure, relative to the median: the middle one and the
// widest.
function intervalWidths(result: Result): [string, string] | null {
  // An open loop near saturation has medians that mean a queue's length.
  const plain = result.cells.filter(
    (cell) => cell.pattern === "round_trip" || cell.pattern === "one_way",
  );
  const found = (plain.length > 0 ? plain : result.cells)
    .flatMap((cell) => {
      const s =
        cell.status === "ok"
          ? cell.summary[cell.pattern === "one_way" ? "messages_per_second" : "p50_ns"]
          : undefined;
      return typeof s?.median === "number" &&
        typeof s.low === "number" &&
        typeof s.high === "number" &&
        s.median > 0
        ? [(s.high - s.low) / (2 * s.median)]
        : [];
    })
    .sort((a, b) => a - b);
  if (found.length === 0) return null;
  const percent = (share: number) =>
    `${share < 0.995 ? (100 * share).toPrecision(2) : (100 * share).toFixed(0)}\u202f%`;
  return [percent(found[Math.floor(found.length / 2)]!), percent(found[found.length - 1]!)];
}

const verdictWords: Record<string, string> = {
  quiet: "quiet host",
  noisy: "noisy host",
  unusable: "host too noisy to use",
};

function noisePart(result: Result): Child[] {
  const { noise } = result;
  if (!noise) return [" \u00b7 noise of the host not recorded"];
  const word = verdictWords[noise.verdict] ?? noise.verdict;
  const bad = noise.verdict !== "quiet";
  const size =
    typeof noise.smallest_ratio === "number" && noise.smallest_ratio > 1
      ? `, differences below ${(100 * (noise.smallest_ratio - 1)).toFixed(0)}\u202f% are noise here`
      : "";
  return [" \u00b7 ", bad ? jumpLink("noise", word, "badge caution") : word, size];
}

export function notices(result: Result, problems: string[]): HTMLElement[] {
  const found: HTMLElement[] = [];
  const notice = (kind: string, head: string, text: string) =>
    found.push(
      h("div", { class: `notice ${kind}`, role: "note" }, h("strong", {}, head), " ", text),
    );
  if (!result.build.optimised) {
    notice(
      "error",
      "NOT AN OPTIMISED BUILD.",
      `Build type ${result.build.type}: these figures describe a debug program. ` +
        "Configure with CMAKE_BUILD_TYPE=Release and measure again.",
    );
  }
  if (result.build.sanitizers) {
    notice(
      "error",
      "SANITIZED BUILD.",
      `Sanitizers slow everything down: ${result.build.sanitizers}.`,
    );
  }
  if (result.complete === false) {
    notice(
      "warning",
      "Incomplete run.",
      `${result.incomplete_reason ?? "It was interrupted."} What is here is valid.`,
    );
  }
  if (result.noise?.verdict === "unusable")
    notice(
      "error",
      "Unusable figures.",
      `${result.noise.text} Run \`ipcmark doctor\`, quieten the machine and measure again.`,
    );
  const minor = Number(String(result.schema.version).split(".")[1]);
  if (minor > newestMinor)
    notice(
      "info",
      "A newer result.",
      `Its format is ${result.schema.version}, this page knows 1.${newestMinor}: ` +
        "what it added is not shown.",
    );
  for (const warning of result.environment.warnings.filter((w) => w.severity === "error")) {
    notice("error", warning.text, warning.remedy);
  }
  for (const problem of problems) notice("error", "A result could not be read.", problem);
  return found;
}
