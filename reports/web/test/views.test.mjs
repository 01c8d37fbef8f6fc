// The page over a result of schema 1.1, and over results that lack parts of it: every view,
// filters, keyboard, files, paper, axe.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import {
  cellOf,
  noSidewaysScroll,
  open,
  rendered,
  report,
  sampleOf,
  settled,
  time,
} from "./drive.mjs";
import { makeSample } from "./make_sample.mjs";
import { slower } from "./mutations.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const full = sampleOf("full");
const golden = () => rendered("full");
const rich = makeSample({ kind: "rich", repetitions: 6 });
const many = () => report(makeSample({ kind: "many", repetitions: 5, payloads: [64, 65536] }));

const charted = ["percentiles", "scaling", "cost", "pareto", "load", "wake", "mechanism"];

test("every view draws its charts, with a title and a description", async () => {
  const { page, complaints, requests, address } = await open(golden());
  assert.deepEqual(complaints, []);
  assert.deepEqual(requests, [address]);
  assert.equal(await page.locator("section .notice.error").count(), 0);
  for (const id of charted) {
    const labels = await page
      .locator(`#${id} .picture > svg, #${id} .picture > figure svg`)
      .evaluateAll((all) => all.map((svg) => svg.getAttribute("aria-label") ?? ""));
    assert.ok(labels.length > 0, id);
    for (const label of labels) assert.ok(label.length > 20, `${id}: ${label}`);
    assert.equal(await page.locator(`#${id} .nothing`).count(), 0, id);
  }
  await page.close();
});

test("each chart has a table twin with the same cells", async () => {
  const { page } = await open(golden());
  for (const id of charted) {
    for (const figure of await page.locator(`#${id} figure`).all()) {
      await figure.getByRole("radio", { name: "table", exact: true }).check();
      assert.ok((await figure.locator(".numbers tbody tr").count()) > 0, id);
      assert.equal(await figure.locator(".picture").isVisible(), false);
    }
  }
  const two = full.cells.find((c) => c.name === "switch/pipe/64/l3").summary.two_cpus_ns.median;
  assert.ok((await page.locator("#cost .numbers").first().innerText()).includes(time(two)));
  await page.close();
});

test("a cell's tip says the ratio to the floor, the masthead the verdict", async () => {
  const { page } = await open(golden());
  await cellOf(page, "round_trip/shm_ring_spin/64/l3").focus();
  await page.locator("#tip").waitFor({ state: "visible" });
  const tip = await page.locator("#tip").innerText();
  assert.match(tip, /x floor\s+1\.24 \(interval/);
  assert.match(tip, /burns a core while idle/);
  assert.match(
    await page.locator(".trust").innerText(),
    /Machine noisy: differences below 6.% cannot be told from noise/,
  );
  await page.close();
});

test("the other patterns list every cell, with the same marks", async () => {
  const { page } = await open(golden());
  const section = page.locator("#others");
  for (const summary of await section.locator("summary").all()) await summary.click();
  assert.deepEqual(await section.locator("summary").allInnerTexts(), [
    "Paced messages: 15 cells",
    "A message after a silence: 12 cells",
    "Bursts: 10 cells",
    "Construction and teardown: 6 cells",
    "Parts of a round trip: 6 cells",
    "Context switches by processes and working set: 3 cells",
  ]);
  const cell = full.cells.find((c) => c.name === "burst/shm_ring_spin/64/l3/n=64");
  const row = section.locator("tr", { has: page.locator(`[data-key="${cell.name}"]`) });
  const drained = row.locator('[data-metric="drain_ns"]');
  assert.equal(await drained.locator(".value").innerText(), time(cell.summary.drain_ns.median));
  assert.equal(await drained.locator(".sr").innerText(), ", best");
  const slow = section.locator("tr", {
    has: page.locator('[data-key="paced/udp/64/l3/rate=1000000"]'),
  });
  assert.match(await slow.innerText(), /saturated/);
  assert.equal(await slow.locator(".lead-mark").count(), 0);
  await page.close();
});

test("notifications have a table of their own, whose columns are the figures", async () => {
  const { page } = await open(report(rich));
  const table = page.locator('table[data-view="notifications"]');
  assert.deepEqual(await table.locator("thead button").allInnerTexts(), [
    "p50",
    "p90",
    "p99",
    "switches/msg",
    "CPU/msg",
    "x floor",
  ]);
  assert.equal(await table.locator("tbody tr").count(), 5);
  assert.equal(
    await page.locator('table[data-view="table"] tbody').getByText("eventfd").count(),
    0,
  );
  const eventfd = rich.cells.find((c) => c.name === "round_trip/eventfd/0/l3");
  assert.equal(
    await cellOf(page, eventfd.name).locator(".value").innerText(),
    time(eventfd.summary.p50_ns.median),
  );
  await table.getByRole("button", { name: "CPU/msg" }).click();
  await settled(page);
  assert.equal(await table.locator("th[aria-sort]").innerText(), "CPU/msg");
  await page.close();
});

test("filter chips narrow every view, live in the fragment, and are taken back", async () => {
  const { page } = await open(report(rich));
  const rows = () => page.locator('table[data-view="table"] tbody tr').count();
  const before = await rows();
  await page.getByRole("button", { name: "blocks", exact: true }).click();
  await page.getByRole("button", { name: /^socket/ }).click();
  await settled(page);
  assert.equal(await rows(), 3);
  assert.match(page.url(), /wait=blocks/);
  assert.match(page.url(), /family=socket/);
  assert.match(await page.locator(".count").innerText(), /3 of 16/);
  assert.equal(await page.locator(".headlines li").count(), 0);
  assert.match(
    await page.locator(".where").innerText(),
    /Fastest round trip that sleeps, 64.B.*: the answer is left out by the filters/,
  );
  const address = page.url();
  await page.getByRole("button", { name: "Show all" }).click();
  await settled(page);
  assert.equal(await rows(), before);
  await page.goto("about:blank");
  await page.goto(address);
  await settled(page);
  assert.equal(await rows(), 3);
  assert.equal(
    await page.getByRole("button", { name: /^socket/ }).getAttribute("aria-pressed"),
    "true",
  );
  await page.getByRole("searchbox").fill("seq");
  await settled(page);
  assert.equal(await rows(), 1);
  await page.close();
});

test("a click on a head sorts, keeps the focus and tells the order", async () => {
  const { page } = await open(golden());
  const table = page.locator('table[data-view="table"]');
  await table.getByRole("button", { name: "1 MiB" }).click();
  await settled(page);
  assert.equal(await table.locator('th[aria-sort="ascending"]').innerText(), "1 MiB");
  const values = full.cells
    .filter(
      (c) =>
        c.pattern === "round_trip" &&
        c.payload_bytes === 1048576 &&
        c.status === "ok" &&
        c.transport !== "null",
    )
    .sort((a, b) => a.summary.p50_ns.median - b.summary.p50_ns.median)
    .map((c) => c.transport);
  assert.deepEqual(
    (await table.locator("tbody th .link").allInnerTexts()).slice(0, values.length),
    values,
  );
  await page.waitForFunction(() => document.activeElement?.dataset?.key === "1048576");
  await page.close();
});

test("the figures of the table change with pattern and figure", async () => {
  const { page } = await open(golden(), { fragment: "#metric=ratio_to_floor" });
  const cell = full.cells.find((c) => c.name === "round_trip/pipe/64/l3");
  assert.equal(
    await cellOf(page, cell.name).locator(".value").innerText(),
    cell.summary.ratio_to_floor.median.toFixed(1),
  );
  await page.getByRole("radio", { name: "stream" }).check();
  await page.locator("#table").getByRole("radio", { name: "messages", exact: true }).check();
  await settled(page);
  assert.match(await cellOf(page, "one_way/pipe/64/l3").locator(".value").innerText(), /k\/s$/);
  await page.close();
});

test("arrow keys walk the points of a chart, which are announced", async () => {
  const { page } = await open(golden());
  for (const id of charted) {
    const picture = page.locator(`#${id} .picture[tabindex="0"]`).first();
    await picture.focus();
    await page.keyboard.press("ArrowRight");
    const first = await picture.locator(".bubble").innerText();
    assert.match(first, /.+: .+/, id);
    assert.ok(await picture.locator(".ring").isVisible(), id);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    const last = await picture.locator(".bubble").innerText();
    if (id !== "mechanism") assert.notEqual(last, first, id);
    await page.waitForFunction(
      (text) => document.getElementById("announce")?.textContent === text,
      last,
    );
    await page.keyboard.press("Escape");
    assert.equal(await picture.locator(".ring").isVisible(), false, id);
  }
  await page.close();
});

test("the knee of a load curve is the first saturated or doubled rate", async () => {
  const { page } = await open(golden());
  await page.locator("#load").getByRole("radio", { name: "table", exact: true }).check();
  const rows = await page
    .locator("#load .numbers tbody tr")
    .evaluateAll((all) => all.map((r) => r.innerText.replace(/\s+/g, " ")));
  assert.equal(
    rows.filter((r) => r.startsWith("pipe") && r.includes("knee")).length,
    1,
    rows.join("\n"),
  );
  assert.equal(rows.filter((r) => r.startsWith("pipe") && r.includes("saturated")).length, 1);
  assert.equal(rows.filter((r) => r.startsWith("shm_ring_spin") && r.includes("knee")).length, 0);
  await page.close();
});

test("a name leads to its card: traits, manual, every repetition", async () => {
  const { page } = await open(golden());
  await page
    .locator('table[data-view="table"]')
    .getByRole("button", { name: "pipe", exact: true })
    .click();
  await settled(page);
  assert.match(page.url(), /mechanism=pipe/);
  const card = page.locator("#mechanism");
  assert.equal(await card.locator("#mechanism-name").innerText(), "pipe");
  const text = await card.innerText();
  for (const part of [
    "man 7 pipe",
    "when the peer dies",
    "the other side is told",
    "holds the sender back when full",
  ])
    assert.ok(text.includes(part), part);
  assert.equal(await card.locator("table.repetitions tbody tr").count(), 6);
  await card
    .getByRole("button", { name: /after 10\.0/ })
    .first()
    .click();
  await settled(page);
  assert.match(
    await card.locator("table.repetitions caption").innerText(),
    /wake\/pipe\/64\/l3\/gap=/,
  );
  await page.close();
});

test("the name of a cell with a parameter is an anchor, too", async () => {
  const { page } = await open(golden(), { fragment: "#paced/udp/64/l3/rate=100000" });
  assert.equal(await page.locator("#mechanism-name").innerText(), "udp");
  assert.match(
    await page.locator("table.repetitions caption").innerText(),
    /paced\/udp\/64\/l3\/rate=100000/,
  );
  await page.close();
});

async function saved(page, button) {
  const [file] = await Promise.all([page.waitForEvent("download"), button.click()]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
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
  assert.ok(
    near(
      json.benchmarks.find((b) => b.name.startsWith(name)).p50_ns,
      full.benchmarks.find((b) => b.name.startsWith(name)).p50_ns,
    ),
  );
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
  const lacks = {
    load: "ipcmark run --pattern paced",
    wake: "ipcmark run --pattern wake",
    cost: "ipcmark run --pattern switch",
  };
  for (const [id, command] of Object.entries(lacks)) {
    const text = await page.locator(`#${id} .nothing`).first().innerText();
    assert.match(text, /^Not measured in this run/);
    assert.ok(text.includes(command), text);
  }
  assert.match(
    await page.locator("#wake .nothing").nth(1).innerText(),
    /ipcmark run --pattern setup/,
  );
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

test("a hundred mechanisms: eight in colour, the rest grey, bars cut with a note", async () => {
  const { page, complaints } = await open(many());
  assert.equal(await page.locator('#percentiles .picker > button[aria-pressed="true"]').count(), 8);
  assert.match(await page.locator("#percentiles .more-series summary").innerText(), /in grey/);
  assert.ok((await page.locator("#percentiles g.quiet path").count()) > 60);
  assert.match(
    await page.locator("#cost figure").nth(1).locator("figcaption").innerText(),
    /30 cheapest of \d+/,
  );
  assert.equal(await page.locator('table[data-view="table"] tbody tr').count(), 92);
  const box = await page.locator('table[data-view="table"] thead th').nth(1).boundingBox();
  await page
    .locator(".scroller.tall")
    .first()
    .evaluate((e) => {
      e.scrollTop = 1500;
    });
  const after = await page.locator('table[data-view="table"] thead th').nth(1).boundingBox();
  assert.ok(Math.abs(box.y - after.y) < 4, "the head of the table sticks");
  // The highest of the grey lines is out of the reach of the others.
  const svg = page.locator("#percentiles .picture svg").first();
  await svg.scrollIntoViewIfNeeded();
  const { width, height } = await svg.boundingBox();
  await svg.hover({ position: { x: width * 0.2, y: height * 0.2 } });
  await svg.hover({ position: { x: width * 0.25, y: height * 0.12 } });
  assert.equal(await page.locator("#percentiles g.quiet path.lit").count(), 1);
  assert.deepEqual(complaints, []);
  await page.close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds no serious violation, ${colorScheme}`, async () => {
    const { page } = await open(golden(), { colorScheme, bypassCSP: true });
    await page.evaluate(axe);
    const found = await page.evaluate(async () =>
      (await axe.run(document, { resultTypes: ["violations"] })).violations
        .filter((v) => ["serious", "critical"].includes(v.impact))
        .map(
          (v) =>
            `${v.id}: ${v.nodes
              .slice(0, 3)
              .map((n) => n.html.slice(0, 160))
              .join(" | ")}`,
        ),
    );
    assert.deepEqual(found, []);
    await page.close();
  });
}

test("on paper: white, no controls, charts and tables", async () => {
  const { page } = await open(golden(), { colorScheme: "dark" });
  const pdf = await page.pdf({ format: "A4" });
  assert.ok(pdf.length > 50000);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  assert.equal(await page.locator(".toolbar").isVisible(), false);
  assert.equal(await page.locator(".filters").isVisible(), false);
  assert.equal(await page.locator(".saves").first().isVisible(), false);
  assert.ok(await page.locator("#pareto .numbers table").isVisible());
  await page.close();
});

test("a phone: nothing but tables scrolls sideways, charts fit", async () => {
  const { page, complaints } = await open(report(rich), {
    width: 400,
    isMobile: true,
    hasTouch: true,
  });
  await noSidewaysScroll(page);
  for (const width of await page
    .locator(".picture svg")
    .evaluateAll((all) => all.map((svg) => svg.getBoundingClientRect().width)))
    assert.ok(width <= 400);
  assert.deepEqual(complaints, []);
  await page.close();
});

test("reduced motion does not scroll smoothly, forced colours keep the words", async () => {
  const still = await open(golden(), { reducedMotion: "reduce" });
  assert.equal(
    await still.page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior),
    "auto",
  );
  await still.page.close();
  const forced = await open(golden(), { forcedColors: "active" });
  assert.match(await cellOf(forced.page, "round_trip/posix_mq/1048576/l3").innerText(), /limit/);
  assert.deepEqual(forced.complaints, []);
  await forced.page.close();
});
