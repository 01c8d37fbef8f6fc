// The data module against the JSON Schema: the samples are valid, and src/data.ts names what the
// schema names.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import Ajv from "ajv/dist/2020.js";
import ts from "typescript";
import { makeSample } from "./make_sample.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const named = (variable, ...places) =>
  process.env[variable] ?? places.map((p) => join(here, p)).find(existsSync);
const schema = JSON.parse(
  readFileSync(named("IPCMARK_SCHEMA", "../../schema/ipcmark.result.v1.schema.json"), "utf8"),
);
const dataFile = join(here, "../src/data.ts");

const validate = new Ajv.default({ strict: false, allErrors: false }).compile(schema);

for (const kind of ["golden", "rich", "many"]) {
  test(`the ${kind} sample is valid`, () => {
    assert.ok(validate(makeSample({ kind, repetitions: 6 })), JSON.stringify(validate.errors));
  });
}

const { properties: top, $defs } = schema;
const subject = {
  Result: schema,
  Cell: $defs.cell,
  Mechanism: $defs.mechanism,
  Summary: $defs.summary,
  Histogram: $defs.histogram,
  Reason: $defs.reason,
  Warning: $defs.warning,
  Parameter: $defs.parameter,
  Floor: $defs.cell_floor,
  FloorSeries: $defs.floor_series,
  Noise: $defs.noise,
  Calibration: $defs.calibration,
  PlacementInfo: top.topology.properties.placements.items,
  RepetitionEntry: $defs.repetition,
};

function interfaces() {
  const source = ts.createSourceFile(
    "data.ts",
    readFileSync(dataFile, "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  const found = new Map();
  source.forEachChild((node) => {
    if (!ts.isInterfaceDeclaration(node)) return;
    found.set(
      node.name.text,
      new Map(
        node.members.map((m) => [
          m.name.getText().replace(/"/g, ""),
          m.questionToken !== undefined,
        ]),
      ),
    );
  });
  return found;
}

test("every field of the types is in the schema, required here and there", () => {
  const found = interfaces();
  for (const [name, shape] of Object.entries(subject)) {
    const fields = found.get(name);
    assert.ok(fields, `interface ${name} is missing`);
    for (const [field, optional] of fields) {
      assert.ok(field in shape.properties, `${name}.${field} is not in the schema`);
      const required = (shape.required ?? []).includes(field);
      assert.equal(
        optional,
        !required,
        `${name}.${field} is ${required ? "required" : "optional"} in the schema, not in the type`,
      );
    }
  }
});

test("the enumerations of the types are those of the schema", () => {
  const text = readFileSync(dataFile, "utf8");
  for (const [name, words] of [
    ["Placement", $defs.placement.enum],
    ["Pattern", $defs.pattern.enum],
    ["Touch", $defs.touch.enum],
    ["Status", $defs.status.enum],
    ["Wait", $defs.mechanism.properties.wait.enum],
  ]) {
    const body = new RegExp(`export type ${name} =([^;]+);`).exec(text)[1];
    assert.deepEqual(
      [...body.matchAll(/"([^"]+)"/g)].map((m) => m[1]).sort(),
      [...words].sort(),
      name,
    );
  }
});
