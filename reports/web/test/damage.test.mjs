// What a page says first, several results, and input that is broken, too new or hostile.
import assert from "node:assert/strict";
import { test } from "node:test";
import { damaged, noSidewaysScroll, open, report, sampleOf, settled } from "./drive.mjs";

const sample = sampleOf("sample");

test("a debug build and an incomplete run are said first", async () => {
  const bad = structuredClone(sample);
  Object.assign(bad.build, { optimised: false, type: "Debug" });
  Object.assign(bad, {
    complete: false,
    incomplete_reason: "The time budget was used up after 3 rounds.",
  });
  const { page } = await open(report(bad));
  assert.match(await page.locator(".notice").nth(0).innerText(), /This build is not optimised/);
  assert.match(await page.locator(".notice").nth(1).innerText(), /time budget was used up/);
  await page.close();
});

test("several results have a selector", async () => {
  const other = structuredClone(sample);
  other.environment.identity.cpu_model = "Another CPU";
  const { page } = await open(report(sample, other));
  assert.match(await page.locator(".host").innerText(), /^first\.json: Example Xeon/);
  await page.getByRole("radio", { name: "2: second.json" }).first().check();
  await settled(page);
  assert.match(await page.locator(".host").innerText(), /^second\.json: Another CPU/);
  assert.match(page.url(), /result=1/);
  await page.close();
});

test("a page without a view, or with a broken block, says so and does not crash", async () => {
  const file = report(sample, sample);
  const without = (name) => (html) =>
    html.replace(new RegExp(`<script[^>]*class="${name}">[^<]*</script>`, "g"), "");
  const bare = await open(damaged(file, without("ipcmark-view")));
  assert.match(await bare.page.locator(".notice.error").innerText(), /view.*missing/);
  assert.match(await bare.page.locator("main").innerText(), /ipcmark report/);
  await bare.page.close();
  const empty = await open(damaged(file, without("ipcmark-result")));
  assert.match(await empty.page.locator("main").innerText(), /holds no result/);
  await empty.page.close();
  const broken = await open(
    damaged(file, (html) => html.replace(/(class="ipcmark-result">)[^<]{400}/, "$1")),
  );
  assert.match(await broken.page.locator(".notice.error").innerText(), /first\.json/);
  assert.match(await broken.page.locator(".headlines").innerText(), /shm_ring_spin/);
  assert.deepEqual([...bare.complaints, ...empty.complaints, ...broken.complaints], []);
  await broken.page.close();
});

test("the program writes no page of a result that is newer or none", () => {
  const newer = { schema: { name: "ipcmark.result", version: "2.0" } };
  assert.throws(() => report(newer), /this ipcmark reads 1\.x/);
  assert.throws(() => report({}), /no ipcmark result/);
});

test("hostile text stays text", async () => {
  const hostile = `</script><img src=x onerror="window.hit=1">'"<!--${"x".repeat(10000)}`;
  const bad = structuredClone(sample);
  const cell = bad.cells.find((c) => c.status === "failed");
  cell.reason.text = hostile;
  bad.environment.identity.cpu_model = hostile;
  bad.incomplete_reason = hostile;
  bad.complete = false;
  bad.environment.identity[hostile] = { unavailable: hostile };
  bad.environment.warnings.push({ id: hostile, text: hostile, remedy: hostile });
  bad.plan.argv.push(hostile);
  Object.assign(bad.mechanisms[1], {
    summary: hostile,
    family: hostile,
    reference: "javascript:alert(1)",
  });
  const renamed = bad.cells.filter((c) => c.transport === "fifo");
  for (const c of renamed) c.transport = hostile;
  for (const width of [1280, 400]) {
    const { page, complaints, requests } = await open(report(bad), { width });
    assert.deepEqual(complaints, []);
    assert.equal(requests.length, 1);
    assert.equal(await page.evaluate(() => window.hit), undefined);
    assert.equal(await page.locator("#app img").count(), 0);
    assert.ok((await page.locator("#gaps").innerText()).includes(hostile));
    assert.ok((await page.locator(".host").innerText()).includes(hostile));
    await noSidewaysScroll(page);
    await page.close();
  }
});
