// The results that every format must tell alike: what each is, how it is made, and how many
// figures at least are on its page and in its tables.
import { realResult, sampleOf } from "./drive.mjs";
import { makeSample } from "./make_sample.mjs";
import { end, only } from "./mutations.mjs";

// Where rounding could part the program and the page: exact halves, steps of units, small counts.
const edges = {
  p50_ns: [1125, 1135, 12250, 122500, 999.5, 999.4, 99.95, 9.995, 0.125, 2.5, 100.5, 1e6, 999500],
  cpu_ns_per_message: [0.375, 10.25, 10.35, 101.5, 102.5, 3625, 1.5e9, 1e-3],
  switches_per_message: [0, 0.004, 0.005, 0.0075, 0.00999, 0.01, 0.125, 0.135, 10.25, 12345.5],
  lost_share: [0.0004, 0.0005, 0.00125, 0.0625, 0.5, 1],
};

function atTheEdges() {
  const result = sampleOf("full");
  for (const [metric, values] of Object.entries(edges))
    result.cells
      .filter((cell) => typeof cell.summary[metric]?.median === "number")
      .forEach(({ summary }, n) => {
        summary[metric].median = values[n % values.length];
      });
  return result;
}

const ofPattern = (pattern) => () => only(sampleOf("full"), (cell) => cell.pattern === pattern);

// Every third mechanism loses messages.
function lossy() {
  const result = sampleOf("full");
  const names = [...new Set(result.cells.map(({ transport }) => transport))];
  for (const cell of result.cells.filter(({ status }) => status === "ok"))
    if (names.indexOf(cell.transport) % 3 === 1 && cell.summary.lost_share)
      Object.assign(cell.summary.lost_share, { median: 0.012, min: 0.011, max: 0.013 });
  return result;
}

// Its repetitions carry their quality; of every other cell the disturbed ones are left out.
function disturbed() {
  const result = makeSample({ kind: "small", repetitions: 8 });
  result.cells.forEach((cell, n) => {
    const count = result.benchmarks.filter(
      ({ ipc }) => ipc.cell === cell.name && ipc.quality === "disturbed",
    ).length;
    cell.repetitions_disturbed = count;
    cell.repetitions_excluded = n % 2 === 0 ? count : 0;
    if (count > 1) cell.flags = [...cell.flags, "disturbed"];
  });
  return result;
}

// The two placements of a quick run.
function quickPlacements() {
  const places = { l3: "cross", same_cpu: "free" };
  const result = only(sampleOf("sample"), ({ placement }) => placement in places);
  const moved = new Map();
  for (const cell of result.cells) {
    const name = cell.name.replace(/[^/]*$/, places[cell.placement]);
    moved.set(cell.name, name);
    Object.assign(cell, { name, placement: places[cell.placement] });
  }
  for (const entry of result.benchmarks) {
    const name = moved.get(entry.ipc.cell);
    Object.assign(entry, { name, run_name: name, ipc: { ...entry.ipc, cell: name } });
  }
  return result;
}

function failuresAndSkips() {
  const result = sampleOf("full");
  const ends = [
    ["skipped", { code: "limit", stage: null, text: "64 B are too much for it" }],
    ["failed", { code: "error", stage: "timed loop", text: "send: Broken pipe" }],
    ["timed_out", { code: "stall", stage: "timed loop", text: "no message for 2000 ms" }],
  ];
  result.cells
    .filter(({ status }, n) => status === "ok" && n % 4 === 1)
    .forEach((cell, n) => end(result, cell, ...ends[n % ends.length]));
  return result;
}

export const cases = {
  "figures at the edges of rounding": { make: atTheEdges, figures: 300, fields: 80 },
  "a sample without figures of single repetitions": {
    make: () => sampleOf("sample"),
    figures: 300,
    fields: 80,
  },
  "a sample of every pattern": { make: () => sampleOf("full"), figures: 300, fields: 80 },
  "a measured result": { make: realResult, figures: 200, fields: 80 },
  "a fixed rate alone": { make: ofPattern("paced"), figures: 100, fields: 80 },
  "wake-ups alone": { make: ofPattern("wake"), figures: 40, fields: 40 },
  "set-up alone": { make: ofPattern("setup"), figures: 18, fields: 18 },
  "breakdowns of a round trip alone": { make: ofPattern("switch"), figures: 20, fields: 20 },
  "one that loses messages": { make: lossy, figures: 300, fields: 80 },
  "disturbed repetitions": { make: disturbed, figures: 150, fields: 80 },
  "not pinned, and two CPUs": { make: quickPlacements, figures: 300, fields: 80 },
  "failures and skips": { make: failuresAndSkips, figures: 200, fields: 60 },
  "many cells": {
    make: () => makeSample({ kind: "many", repetitions: 6 }),
    figures: 1500,
    fields: 500,
  },
};
