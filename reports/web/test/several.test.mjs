// What readers save, several results on one page, and results that lack parts.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { open, rendered, report, sampleOf, settled } from "./drive.mjs";
import { slower } from "./mutations.mjs";

const full = sampleOf("full");
const golden = () => rendered("full");

async function saved(page, button) {
  const [file] = await Promise.all([page.waitForEvent("download"), button.click()]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

const fileOf = (cell) => cell.name.replace(/\//g, "-");

// What HdrHistogram's plotters read: rising rows that end at the greatest value and every message.
function isDistribution(text, cell) {
  const rows = text
    .split("\n")
    .filter((line) => /^ *[0-9]/.test(line))
    .map((line) => line.trim().split(/ +/).map(Number));
  const { count } = cell.histogram;
  assert.ok(rows.length > 90 && rows.length <= 301, `${rows.length} rows`);
  const isRising = (column) =>
    rows.every((row, n) => n === 0 || row[column] >= rows[n - 1][column]);
  for (const column of [0, 1, 2]) assert.ok(isRising(column), `column ${column}`);
  const [greatest, share, total] = rows.at(-1);
  assert.deepEqual([share, total], [1, count]);
  for (const [value, q, upTo] of rows)
    assert.ok(upTo >= q * count - 1e-6, `${upTo} up to ${value}`);
  const median = rows.find(([, q]) => q === 0.5)[0];
  assert.ok(Math.abs(median / cell.summary.p50_ns.median - 1) < 0.2, `median ${median}`);
  const footer = (name) => Number(new RegExp(`${name} *= *([0-9.]+)`).exec(text)[1]);
  assert.equal(footer("Max"), greatest);
  assert.equal(footer("Total count"), count);
  assert.ok(footer("Mean") > rows[0][0] && footer("Mean") < greatest);
  assert.ok(footer("StdDeviation") > 0);
}

test("charts and data are saved without the network", async () => {
  const { page, requests, complaints } = await open(golden());
  const figure = page.locator("#pareto figure");
  const svg = await saved(page, figure.getByRole("button", { name: "Save this chart as SVG" }));
  assert.match(svg.bytes.toString(), /^<\?xml/);
  assert.doesNotMatch(svg.bytes.toString(), /var\(--/);
  const png = await saved(page, figure.getByRole("button", { name: "Save this chart as PNG" }));
  assert.equal(png.bytes.subarray(1, 4).toString(), "PNG");
  assert.ok(png.bytes.length > 5000);
  const csv = await saved(page, figure.getByRole("button", { name: /CSV/ }));
  assert.match(csv.bytes.toString(), /shm_ring_spin/);
  const hgrm = await saved(page, page.getByRole("button", { name: "Save .hgrm" }));
  assert.match(hgrm.name, /\.hgrm$/);
  assert.match(
    hgrm.bytes.toString(),
    /Value +Percentile TotalCount 1\/\(1-Percentile\)[^]*#\[Mean/,
  );
  isDistribution(
    hgrm.bytes.toString(),
    full.cells.find((c) => hgrm.name.startsWith(fileOf(c))),
  );
  const json = JSON.parse(
    (await saved(page, page.getByRole("button", { name: "JSON (result)" }))).bytes,
  );
  assert.equal(json.cells.length, full.cells.length);
  assert.equal(json.benchmarks.length, full.benchmarks.length);
  const near = (a, b) => Math.abs(a - b) <= 1e-4 * Math.abs(b);
  const name = "round_trip/pipe/64/l3";
  const pick = (result) => result.cells.find((c) => c.name === name);
  assert.ok(near(pick(json).summary.p50_ns.median, pick(full).summary.p50_ns.median));
  assert.deepEqual(pick(json).histogram.bins, pick(full).histogram.bins);
  const first = (result) => result.benchmarks.find((b) => b.name.startsWith(name));
  for (const figure of ["p50_ns", "real_time", "cpu_time"])
    assert.ok(near(first(json)[figure], first(full)[figure]), figure);
  const cells = (
    await saved(page, page.getByRole("button", { name: "CSV (cells)" }))
  ).bytes.toString();
  assert.ok(cells.split("\r\n").length > full.cells.length);
  assert.deepEqual(complaints, []);
  assert.equal(requests.length, 1);
  await page.close();
});

test("two results are compared: verdicts in words, environments side by side", async () => {
  const later = slower(full, "pipe", 1.3);
  later.environment.identity.kernel_release = "6.18.1";
  later.environment.fingerprint = "sha256:00";
  later.build.git.revision = "4567def";
  const { page, complaints } = await open(report(full, later));
  const section = page.locator("#compare");
  assert.match(await section.locator(".verdicts").innerText(), /\d+ worse/);
  assert.ok((await section.locator("svg[role=img]").getAttribute("aria-label")).length > 20);
  const picture = section.locator(".picture");
  await picture.focus();
  await page.keyboard.press("ArrowRight");
  assert.match(await picture.locator(".bubble").innerText(), /1\.30 times.*worse/);
  await section.getByRole("radio", { name: "table", exact: true }).check();
  const read = () =>
    section
      .locator(".numbers tbody tr")
      .evaluateAll((all) => all.map((r) => r.innerText.replace(/\s+/g, " ")));
  const rows = await read();
  assert.match(rows[0], /^round_trip\/pipe\/.*1\.30\u00d7.*\u25bc worse$/);
  assert.ok(rows.some((row) => /= no difference$/.test(row) && row.includes("1.00\u00d7")));
  await page.getByRole("button", { name: "spins", exact: true }).click();
  await settled(page);
  assert.ok((await read()).every((row) => row.startsWith("round_trip/shm_ring_spin/")));
  assert.match(await section.locator(".verdicts").innerText(), /the filters leave 3 of \d+/);
  const differences = await page.locator("#differences").innerText();
  assert.match(differences, /second\.json against first\.json: Different machines or limits/);
  assert.match(differences, /6\.18\.1/);
  assert.match(differences, /4567def/);
  assert.match(await section.innerText(), /it decides nothing/);
  assert.deepEqual(complaints, []);
  await page.close();
});

test("with three results the reader chooses which later one is compared", async () => {
  const { page } = await open(report(full, slower(full, "pipe", 1.3), slower(full, "udp", 1.4)));
  const section = page.locator("#compare");
  await section.getByRole("radio", { name: "table", exact: true }).check();
  const first = () => section.locator(".numbers tbody tr").first().innerText();
  assert.match(await first(), /^round_trip\/pipe/);
  await section.getByRole("radio", { name: "3: third.json" }).check();
  await settled(page);
  assert.match(await first(), /^round_trip\/udp.*1\.40\u00d7/s);
  assert.match(page.url(), /against=2/);
  const figures = section.getByRole("combobox", { name: "Figure" });
  await figures.selectOption("stream, bytes");
  await settled(page);
  assert.match(await first(), /^one_way\//);
  await page.close();
});

test("a result of schema 1.0 says what it lacks and which command measures it", async () => {
  const { page, complaints } = await open(rendered("sample"));
  const lacking = await page.locator("#summary .lacking").innerText();
  assert.match(
    lacking,
    /^Not measured in this run: messages at a fixed rate, a message after idle time, /,
  );
  assert.match(lacking, /breakdown of a round trip, /);
  const command = "ipcmark run --pattern paced,wake,burst,state,setup,switch,switch_ring";
  assert.ok(lacking.endsWith(` Measure with ${command}.`), lacking);
  for (const id of ["load", "wake", "others"])
    assert.equal(await page.locator(`#${id}`).count(), 0, "one line is enough");
  assert.match(await page.locator("#noise").innerText(), /Not recorded/);
  assert.match(await page.locator("#environment").innerText(), /ipcmark calibrate/);
  assert.match(
    await page.locator(".trust").innerText(),
    /What else the machine did was not recorded/,
  );
  assert.deepEqual(complaints, []);
  await page.close();
});

test("blocks that are empty and figures that are missing do not stop the page", async () => {
  const bare = structuredClone(full);
  Object.assign(bare, { floors: [], noise: null, calibration: null, benchmarks: [] });
  bare.environment.warnings = [];
  for (const [n, cell] of bare.cells.entries()) {
    if (n % 3 === 0) cell.summary = {};
    if (n % 3 === 1) for (const figure of Object.values(cell.summary)) figure.median = null;
    if (n % 5 === 0) cell.histogram = null;
    cell.flags = [];
  }
  for (const mechanism of bare.mechanisms) mechanism.traits = {};
  const { page, complaints } = await open(report(bare));
  assert.deepEqual(complaints, []);
  assert.equal(await page.locator(".notice.error").count(), 0);
  assert.ok((await page.locator("section").count()) >= 13);
  await page.close();
  const none = structuredClone(full);
  Object.assign(none, { cells: [], mechanisms: [], benchmarks: [] });
  const hollow = await open(report(none));
  assert.deepEqual(hollow.complaints, []);
  assert.match(await hollow.page.locator("#summary").innerText(), /Nothing to rank/);
  assert.match(await hollow.page.locator("main").innerText(), /no mechanism/);
  await hollow.page.close();
});

// A pair's cell, and a copy of it with more processes.
function ofSeveral() {
  const result = sampleOf("full");
  const pair = result.cells.find((c) => c.name === "one_way/posix_mq/64/l3");
  const alone = { ...structuredClone(pair), placement: "free" };
  alone.name = "one_way/posix_mq/64/free";
  const many = structuredClone(alone);
  many.name += "/parties=4:1";
  many.parties = {
    text: "4:1",
    topology: "separate",
    producers: 4,
    consumers: 1,
    cpus: 2,
    oversubscribed: true,
  };
  result.cells.push(alone, many);
  return result;
}

test("more than a pair has a table of its own and stands in no other", async () => {
  const { page, complaints } = await open(report(ofSeveral()), { fragment: "#placement=free" });
  const rows = await page.locator("#parties tbody tr").allInnerTexts();
  assert.equal(rows.length, 2);
  assert.match(rows[0], /posix_mq, a pair/);
  assert.match(rows[1], /posix_mq, 4 producers[^]*separate\s+5 on 2/);
  assert.doesNotMatch(await page.locator("#scaling").innerText(), /4 producers/);
  assert.deepEqual(complaints, []);
  const { page: pairs } = await open(golden());
  assert.equal(await pairs.locator("#parties").count(), 0, "pairs alone have no such table");
});
