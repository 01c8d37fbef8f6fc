// The page over a result that the program measured just now, and over what may become of one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cellOf, noSidewaysScroll, open, realResult, report, settled } from "./drive.mjs";
import { end, only, quiet, rename, slower } from "./mutations.mjs";

const measured = (() => {
  let result;
  return () => structuredClone((result ??= realResult()));
})();

async function opened(...results) {
  const { page, complaints, requests, address } = await open(report(...results));
  assert.deepEqual(complaints, []);
  assert.deepEqual(requests, [address]);
  assert.equal(await page.locator("section .notice.error").count(), 0);
  return { page, complaints };
}

const roundTripOf = (result, name) =>
  result.cells.find((cell) => cell.transport === name && cell.pattern === "round_trip");

const namesIn = (locator) =>
  locator.evaluateAll((codes) => codes.map((code) => code.textContent).sort());

test("a measured result: every pattern has its figures, every view is drawn", async () => {
  const result = measured();
  const { page, complaints } = await opened(result);
  assert.ok((await page.locator(".headlines li").count()) > 0);
  for (const pattern of ["paced", "wake", "burst", "setup", "switch", "switch_ring"]) {
    const cells = result.cells.filter((c) => c.pattern === pattern && c.status === "ok");
    const rows = page.locator(`#others details[data-key="${pattern}"] tbody tr`);
    if (cells.length > 0) assert.equal(await rows.count(), cells.length, pattern);
  }
  for (const id of ["percentiles", "scaling", "cost", "pareto", "load", "wake", "mechanism"])
    assert.ok((await page.locator(`#${id} svg[role=img]`).count()) > 0, id);
  assert.deepEqual(
    await namesIn(page.locator("#gaps .names code")),
    result.cells
      .filter((c) => c.status !== "ok")
      .map((c) => c.name)
      .sort(),
  );
  await noSidewaysScroll(page);
  assert.deepEqual(complaints, []);
  await page.close();
});

test("everything was skipped: no answer, no figure, every reason", async () => {
  const result = measured();
  for (const cell of result.cells)
    end(result, cell, "skipped", { code: "interrupted", stage: null, text: "stopped by a person" });
  result.complete = false;
  result.incomplete_reason = "interrupted";
  const { page } = await opened(result);
  assert.equal(await page.locator(".headlines li").count(), 0);
  assert.match(await page.locator("#summary").innerText(), /Nothing to rank/);
  assert.equal(await page.locator(".heat .value").count(), 0);
  assert.equal(await page.locator(".lead-mark").count(), 0);
  assert.equal(await cellOf(page, roundTripOf(result, "pipe").name).innerText(), "stopped");
  assert.deepEqual(
    await namesIn(page.locator("#gaps .names code")),
    result.cells.map((c) => c.name).sort(),
  );
  assert.match(await page.locator(".trust").innerText(), /0 of \d+ cells measured/);
  assert.match(await page.locator(".notice").first().innerText(), /The run is incomplete/);
  await page.close();
});

test("one cell failed: its word is in the table, the others keep their figures", async () => {
  const result = measured();
  const cell = roundTripOf(result, "pipe");
  end(result, cell, "failed", { code: "error", stage: "timed loop", text: "write: Broken pipe" });
  const { page } = await opened(result);
  assert.equal(await cellOf(page, cell.name).innerText(), "failed");
  assert.match(
    await cellOf(page, cell.name).getAttribute("aria-label"),
    /failed: write: Broken pipe \(stage: timed loop\)/,
  );
  assert.match(await page.locator("#gaps").innerText(), /write: Broken pipe/);
  const kept = roundTripOf(result, "shm_ring_futex");
  assert.match(await cellOf(page, kept.name).locator(".value").innerText(), /\d.*s$/);
  await page.close();
});

test("paced cells alone: their answers, and views that say what they lack", async () => {
  // A machine with other work keeps no rate, and then there is no answer.
  const result = only(quiet(measured()), (cell) => cell.pattern === "paced");
  const { page } = await opened(result);
  const topics = await page.locator(".headlines .kicker").allInnerTexts();
  // Where every message waited for those before it, there are too few that tell of the rest.
  if (result.cells.some(({ summary }) => typeof summary.p50_ns?.low === "number"))
    assert.ok(topics.length > 0);
  for (const topic of topics) assert.match(topic, /^Fastest at this rate/);
  assert.match(
    await page.locator("#summary .lacking").innerText(),
    /ipcmark run --pattern round_trip,one_way,/,
  );
  for (const id of ["table", "percentiles"])
    assert.equal(await page.locator(`#${id}`).count(), 0, "nothing of it was measured");
  assert.ok(await page.locator("#others table").isVisible(), "every figure is there at once");
  assert.ok((await page.locator("#load svg[role=img]").count()) > 0);
  await page.close();
});

test("hostile names and reasons stay text", async () => {
  const hostile = `</script><img src=x onerror="window.hit=1">'"<!--&amp; ${"x".repeat(400)}`;
  const result = rename(measured(), "pipe", hostile);
  const failed = result.cells.find((c) => c.transport === "shm_ring_spin");
  end(result, failed, "failed", { code: hostile, stage: hostile, text: hostile });
  Object.assign(result.mechanisms[0], { available: false, reason: hostile, family: hostile });
  result.environment.warnings.push({
    id: hostile,
    severity: "error",
    text: hostile,
    remedy: hostile,
  });
  for (const width of [1280, 400]) {
    const { page, complaints, requests } = await open(report(result, result), { width });
    assert.deepEqual(complaints, []);
    assert.equal(requests.length, 1);
    assert.equal(await page.evaluate(() => window.hit), undefined);
    assert.equal(await page.locator("#app img").count(), 0);
    await page.locator("#compare").getByRole("radio", { name: "table", exact: true }).check();
    for (const id of ["gaps", "others", "compare"])
      assert.ok((await page.locator(`#${id}`).textContent()).includes(hostile), id);
    assert.ok((await page.locator(".notice").allTextContents()).join().includes(hostile));
    await noSidewaysScroll(page);
    await page.close();
  }
});

test("many mechanisms: all are in the table, eight in colour", async () => {
  const result = measured();
  const more = Array.from({ length: 60 }, (_, n) => {
    const copy = only(result, (cell) => cell.transport === "pipe");
    copy.mechanisms = copy.mechanisms.filter(({ name }) => name === "pipe");
    copy.mechanisms[0].name = `pipe_${n}`;
    return rename(copy, "pipe", `pipe_${n}`);
  });
  for (const key of ["cells", "mechanisms", "benchmarks"])
    result[key].push(...more.flatMap((copy) => copy[key]));
  const { page } = await opened(result);
  const carrying = new Set(
    result.cells
      .filter((c) => c.pattern === "round_trip" && c.payload_bytes > 0 && c.transport !== "null")
      .map((c) => c.transport),
  );
  assert.equal(await page.locator('table[data-view="table"] tbody tr').count(), carrying.size);
  assert.equal(await page.locator('#percentiles .picker > button[aria-pressed="true"]').count(), 8);
  await page.getByRole("searchbox").fill("pipe_59");
  await settled(page);
  assert.equal(await page.locator('table[data-view="table"] tbody tr').count(), 1);
  await page.close();
});

test("two results, one mechanism slower: it alone is worse", async () => {
  const before = quiet(measured());
  const { page } = await opened(before, slower(before, "pipe", 1000));
  const section = page.locator("#compare");
  await section.getByRole("combobox", { name: "Figure" }).selectOption("round trip, p50");
  await section.getByRole("radio", { name: "table", exact: true }).check();
  await settled(page);
  const rows = await section
    .locator(".numbers tbody tr")
    .evaluateAll((all) => all.map((row) => row.innerText.replace(/\s+/g, " ")));
  // Of a few milliseconds on a loaded machine there may be too few samples for a figure.
  const pipes = before.cells.filter(
    (c) => c.pattern === "round_trip" && c.transport === "pipe" && c.summary.p50_ns?.median,
  );
  assert.ok(pipes.length > 0);
  for (const { name } of pipes)
    assert.match(
      rows.find((row) => row.startsWith(name)),
      /1000\.00\u00d7.*\u25bc worse$/,
    );
  const others = rows.filter((row) => !row.startsWith("round_trip/pipe/"));
  assert.ok(others.length > 0);
  for (const row of others) assert.match(row, /1\.00\u00d7.*no difference( proven)?$/);
  await page.close();
});
