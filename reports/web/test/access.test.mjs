// The page by keyboard, by screen reader, on paper, on a phone, and with a hundred mechanisms.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { cellOf, noSidewaysScroll, open, rendered, report } from "./drive.mjs";
import { makeSample } from "./make_sample.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const golden = () => rendered("full");
const rich = makeSample({ kind: "rich", repetitions: 6 });
const many = () => report(makeSample({ kind: "many", repetitions: 5, payloads: [64, 65536] }));
const charted = ["percentiles", "scaling", "cost", "pareto", "load", "wake", "mechanism"];

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

test("a hundred mechanisms: eight in colour, the rest grey, bars cut with a note", async () => {
  const { page, complaints } = await open(many());
  assert.equal(await page.locator('#percentiles .picker > button[aria-pressed="true"]').count(), 8);
  assert.match(
    await page.locator("#percentiles .more-series summary").innerText(),
    /not highlighted/,
  );
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
