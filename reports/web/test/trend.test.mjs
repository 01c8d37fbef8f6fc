// The trend of a history: levels, changes, breaks, by pointer, keyboard and table.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { open, rendered, sampleOf, settled } from "./drive.mjs";
import { slower } from "./mutations.mjs";

const program = process.env.IPCMARK;
const cell = "round_trip/pipe/64/l3, p50";
let folder;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "ipcmark-trend-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const run = (...words) => execFileSync(program, words, { cwd: folder, encoding: "utf8" });

// Thirty nights: one mechanism a fifth slower from the 13th on, another kernel from the 25th on.
function nights() {
  const sample = sampleOf("sample");
  const files = [];
  for (let night = 1; night <= 30; ++night) {
    const noise = 1 + (((night * night * 7919) % 101) / 101 - 0.5) / 100;
    const result = slower(sample, "pipe", (night < 13 ? 1 : 1.2) * noise);
    result.run.started = `2026-01-${String(night).padStart(2, "0")}T10:00:00+00:00`;
    result.plan.seed = String(night);
    if (night > 24) {
      result.environment.fingerprint = "sha256:00";
      result.environment.identity.kernel_release = "6.18.1";
    }
    files.push(`${night}.json`);
    writeFileSync(join(folder, files.at(-1)), JSON.stringify(result));
  }
  return files;
}

test("a history is drawn with its change, its break, and the same in a table", async () => {
  const files = nights();
  run("history", "add", "--store", "store", ...files);
  run("history", "analyze", "--store", "store");
  run("report", "30.json", "--history", "--store", "store", "-o", "trend.html");
  const { page, complaints, requests } = await open(join(folder, "trend.html"));
  const section = page.locator("#trend");
  assert.match(await section.innerText(), /30 runs from .* on 2 machines or settings/);
  // What changed is offered first.
  assert.equal(await section.locator("select").inputValue(), cell);
  const changes = await section.locator(".changes li").allInnerTexts();
  assert.equal(changes.length, 2);
  assert.match(changes[0], /^#1 detected: 1\.2x, worse, since 13\.json/);
  assert.match(changes[1], /^Not compared across: kernel_release 6\.12\.44 -> 6\.18\.1$/);
  const picture = section.locator(".picture");
  assert.ok((await section.locator("svg[role=img]").getAttribute("aria-label")).length > 20);
  await picture.focus();
  await page.keyboard.press("ArrowRight");
  assert.match(await picture.locator(".bubble").innerText(), /1\.00 times, .*1\.json/);
  for (let i = 0; i < 12; ++i) await page.keyboard.press("ArrowRight");
  assert.match(await picture.locator(".bubble").innerText(), /1\.2\d? times, .*#1 detected/);
  await section.getByRole("radio", { name: "table", exact: true }).check();
  const rows = await section.locator(".numbers tbody tr").allInnerTexts();
  assert.equal(rows.length, 30);
  assert.match(rows[12], /^13\.json.*1\.\d+\u00d7.*#1 detected/s);
  assert.match(rows[24], /Not compared across/);
  await section.locator("select").selectOption("round_trip/fifo/64/l3, p50");
  await settled(page);
  assert.equal(await section.locator(".changes li").count(), 1);
  assert.match(page.url(), /trend=/);
  assert.deepEqual(complaints, []);
  assert.equal(requests.length, 1);
  await page.close();
});

test("without a history there is no trend", async () => {
  const { page } = await open(rendered("sample"));
  assert.equal(await page.locator("#trend").count(), 0);
  await page.close();
});
