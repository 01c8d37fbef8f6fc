// Made-up results name what the program names: its metrics and floors, with their units.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { makeSample } from "./make_sample.mjs";

const tables = JSON.parse(execFileSync(process.env.IPCMARK_TABLE_NAMES, { encoding: "utf8" }));

for (const kind of ["golden", "small", "rich", "many"]) {
  const result = makeSample({ kind, repetitions: 6 });

  test(`metrics of the ${kind} sample are in the table`, () => {
    for (const { name, summary } of result.cells)
      for (const [metric, { unit, better }] of Object.entries(summary))
        assert.deepEqual({ unit, better }, tables.metrics[metric], `${name}: ${metric}`);
    for (const { ipc, ...entry } of result.benchmarks)
      for (const key of Object.keys(entry).filter((each) => /_ns$|_per_|_share$/.test(each)))
        assert.ok(
          key in tables.metrics || key === "per_family_instance_index",
          `${ipc.cell} ${key}`,
        );
  });

  test(`floors of the ${kind} sample are in the table`, () => {
    for (const { name, unit } of result.floors ?? [])
      assert.equal(unit, tables.floors[name]?.unit, name);
    for (const { name, floor } of result.cells)
      for (const each of floor?.name.split(" + ") ?? [])
        assert.ok(each in tables.floors, `${name}: ${each}`);
  });
}

for (const [file, kind] of Object.entries({ sample: "golden", full: "small" }))
  test(`${file}.result.json is what the generator writes`, () => {
    const golden = new URL(`../../golden/${file}.result.json`, import.meta.url);
    const made = JSON.stringify(makeSample({ kind, repetitions: 6 }));
    assert.deepEqual(JSON.parse(readFileSync(golden, "utf8")), JSON.parse(made));
  });
