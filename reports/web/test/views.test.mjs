// Each view over a result of schema 1.1: charts, their tables, filters, sorting, mechanism details.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cellOf, open, rendered, report, sampleOf, settled, time } from "./drive.mjs";
import { makeSample } from "./make_sample.mjs";

const full = sampleOf("full");
const golden = () => rendered("full");
const rich = makeSample({ kind: "rich", repetitions: 6 });
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
  const { summary } = full.cells.find((c) => c.name === "switch/pipe/64/l3");
  const hop = await page.locator("#cost .numbers").first().innerText();
  for (const part of ["hop_ns", "cross_core_transfer_ns", "wake_up_ns", "context_switch_ns"])
    assert.ok(hop.includes(time(summary[part].median)), part);
  await page.close();
});

test("a cell's tip says the ratio to the floor, the masthead the verdict", async () => {
  const { page } = await open(golden());
  await cellOf(page, "round_trip/shm_ring_spin/64/l3").focus();
  await page.locator("#tip").waitFor({ state: "visible" });
  const tip = await page.locator("#tip").innerText();
  assert.match(tip, /x floor\s+1\.26 \(interval/);
  assert.match(tip, /burns a core while idle/);
  assert.match(
    await page.locator(".trust").innerText(),
    /Machine noisy: differences below 6.% are noise/,
  );
  await page.close();
});

test("the other patterns list every cell, with the same marks", async () => {
  const { page } = await open(golden());
  const section = page.locator("#others");
  for (const summary of await section.locator("summary").all()) await summary.click();
  assert.deepEqual(await section.locator("summary").allInnerTexts(), [
    "Messages at a fixed rate: 15 cells",
    "A message after idle time: 12 cells",
    "Bursts: 10 cells",
    "Construction and teardown: 6 cells",
    "Breakdown of a round trip: 6 cells",
    "Context switches by processes and working set: 3 cells",
  ]);
  assert.deepEqual(
    await section
      .locator("table")
      .evaluateAll((all) => all.map((table) => table.tHead.rows[0].cells[2].textContent)),
    ["p50", "p50", "drained in", "construct", "2 CPUs/trip", "context switch"],
    "each pattern's main metric leads",
  );
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
    "switches/trip",
    "CPU/trip",
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
  await table.getByRole("button", { name: "CPU/trip" }).click();
  await settled(page);
  assert.equal(await table.locator("th[aria-sort]").innerText(), "CPU/trip");
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
  const shown = await page
    .locator('table[data-view="table"] tbody tr')
    .evaluateAll((all) => all.map((row) => row.dataset.key));
  const cards = page.locator(".headlines li");
  assert.ok((await cards.count()) > 0);
  assert.match(await cards.first().innerText(), /^Fastest round trip, 64.B.*, of those in view/);
  for (const name of await cards.locator(".name").allInnerTexts())
    assert.ok(shown.includes(name), `${name} is one of ${shown.join()}`);
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
    cell.summary.ratio_to_floor.median.toFixed(2),
  );
  await page.getByRole("radio", { name: "stream" }).check();
  await page.locator("#table").getByRole("radio", { name: "messages", exact: true }).check();
  await settled(page);
  assert.match(await cellOf(page, "one_way/pipe/64/l3").locator(".value").innerText(), /k\/s$/);
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

test("filters take points from the trade-off and change nobody's place on its lines", async () => {
  const { page } = await open(golden());
  const places = async () => {
    const figure = page.locator("#pareto figure");
    await figure.getByRole("radio", { name: "table", exact: true }).check();
    return new Map(
      await figure
        .locator(".numbers tbody tr")
        .evaluateAll((all) =>
          all.map((row) => [row.firstChild.textContent, row.lastChild.textContent]),
        ),
    );
  };
  const all = await places();
  assert.deepEqual(
    [...all].filter(([, place]) => place !== ""),
    [
      ["shm_ring_spin", "dashed"],
      ["shm_ring_futex", "dotted"],
    ],
  );
  await page.getByRole("button", { name: "blocks", exact: true }).click();
  await settled(page);
  const left = await places();
  assert.deepEqual([...left.keys()], ["posix_mq", "pipe", "udp"]);
  for (const [name, place] of left) assert.equal(place, all.get(name), name);
  await page.close();
});

test("filters do not change how far a cell is from the best of its column", async () => {
  const { page } = await open(golden());
  const ratio = () => cellOf(page, "round_trip/pipe/64/l3").locator(".ratio").innerText();
  const before = await ratio();
  assert.match(before, /^\d+\u00d7$/);
  await page.getByRole("searchbox").fill("pipe");
  await settled(page);
  assert.equal(await page.locator('table[data-view="table"] tbody tr').count(), 1);
  assert.equal(await ratio(), before);
  await page.close();
});

test("a name leads to its details: traits, manual, every repetition", async () => {
  const { page } = await open(golden());
  await page
    .locator('table[data-view="table"]')
    .getByRole("button", { name: "pipe", exact: true })
    .click();
  await settled(page);
  assert.match(page.url(), /mechanism=pipe/);
  const details = page.locator("#mechanism");
  assert.equal(await details.locator("#mechanism-name").innerText(), "pipe");
  const text = await details.innerText();
  for (const part of [
    "man 7 pipe",
    "when the peer dies",
    "the other side is told",
    "holds the sender back when full",
  ])
    assert.ok(text.includes(part), part);
  assert.equal(await details.locator("table.repetitions tbody tr").count(), 6);
  await details
    .getByRole("button", { name: /after 10\.0/ })
    .first()
    .click();
  await settled(page);
  assert.match(
    await details.locator("table.repetitions caption").innerText(),
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
