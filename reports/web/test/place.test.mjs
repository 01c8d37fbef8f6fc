// What the reader has on the page outlasts a redraw: the focus, marked text, scrolled regions, what
// is open, a point of a chart.
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawLate, open, rendered, report, sampleOf, settled } from "./drive.mjs";
import { makeSample } from "./make_sample.mjs";

const full = sampleOf("full");
const golden = () => rendered("full");

// Every view is drawn again, with the same content: the fragment only says what is chosen anyway.
const redraws = [
  "#placement=l3&touch=rw&payload=64",
  "#pattern=round_trip&mechanism=shm_ring_spin",
];

// Waits in the page: many redraws would spend their time in asking from outside.
const redraw = (page, times = 1) =>
  page.evaluate(
    async ([fragments, count]) => {
      for (let n = 0; n < count; ++n) {
        location.hash = fragments.find((fragment) => fragment !== location.hash);
        await new Promise((done) => addEventListener("hashchange", done, { once: true }));
        while (!document.documentElement.dataset.settled)
          await new Promise((done) => setTimeout(done, 5));
      }
    },
    [redraws, times],
  );

const focused = (page) =>
  page.evaluate(() => {
    const now = document.activeElement;
    const keyed = now.closest("[data-key], [id]");
    return [
      now.tagName,
      now.closest("section")?.id,
      now.closest("figure")?.getAttribute("aria-label"),
      keyed?.dataset.key ?? keyed?.id,
      now.getAttribute("aria-label") ?? now.textContent,
      now.value,
    ].join(" | ");
  });

test("a sorted head keeps the focus however late the table is drawn", async () => {
  const { page } = await open(golden());
  await drawLate(page, 100);
  await page.locator('table[data-view="table"]').getByRole("button", { name: "1 MiB" }).click();
  await settled(page);
  assert.equal(await page.evaluate(() => document.activeElement?.dataset?.key), "1048576");
  await page.close();
});

test("the reader who went on before the table was drawn is not called back", async () => {
  const { page } = await open(golden());
  await drawLate(page, 100);
  await page.locator('table[data-view="table"]').getByRole("button", { name: "1 MiB" }).click();
  await page.getByRole("searchbox").focus();
  await settled(page);
  assert.equal(await page.evaluate(() => document.activeElement?.type), "search");
  await page.close();
});

// Focuses the last element of the nth kind that a redraw replaces, and tells how many kinds there
// are: an element at the end of its list would not be found again by chance.
const focusKind = (page, nth) =>
  page.evaluate((n) => {
    const kinds = new Map();
    for (const element of document.querySelectorAll(
      "#app :is(a, button, input, select, summary, [tabindex])",
    )) {
      if (element.lasts || element.matches(":disabled") || !element.checkVisibility()) continue;
      const around = [];
      for (let at = element; at && around.length < 5; at = at.parentElement)
        around.push(`${at.tagName}.${at.className}`);
      kinds.set(`${element.closest("section")?.id} ${around.join(" ")}`, element);
    }
    [...kinds.values()][n]?.focus({ preventScroll: true });
    return kinds.size;
  }, nth);

test("whatever has the focus has it after every view was drawn again", async () => {
  const { page, complaints } = await open(golden(), { fragment: redraws[0] });
  for (const closed of await page.locator(".all-traits > summary, .more-series > summary").all()) {
    if (await closed.isVisible()) await closed.click();
  }
  // Tables are drawn faster; one section keeps its chart.
  for (const table of await page
    .locator("section:not(#load)")
    .getByRole("radio", { name: "table", exact: true })
    .all())
    await table.check();
  await settled(page);
  await page.evaluate(() => {
    for (const element of document.querySelectorAll("#app *")) element.lasts = true;
  });
  await redraw(page);
  for (let n = 0, kinds = 1; n < kinds; ++n) {
    kinds = await focusKind(page, n);
    const before = await focused(page);
    await redraw(page);
    assert.equal(await focused(page), before);
    assert.ok(kinds > 20, `${kinds} kinds`);
  }
  assert.deepEqual(complaints, []);
  await page.close();
});

test("several late redraws keep focus, scrolled regions and marked text", async () => {
  const { page } = await open(
    report(makeSample({ kind: "many", repetitions: 5, payloads: [64, 4096, 65536, 1048576] })),
    { fragment: redraws[0], width: 440 },
  );
  const region = page.locator("#table .scroller.tall").first();
  const position = () => region.evaluate((e) => [e.scrollLeft, e.scrollTop]);
  await region.evaluate((e) => e.scrollTo({ left: 15, top: 700, behavior: "instant" }));
  assert.deepEqual(await position(), [15, 700]);
  const name = await page
    .locator("#table tbody th .link")
    .nth(30)
    .evaluate((link) => {
      getSelection().selectAllChildren(link.closest("tr").querySelector("td .value"));
      link.focus({ preventScroll: true });
      return link.textContent;
    });
  const marked = await page.evaluate(() => getSelection().toString());
  assert.match(marked, /\d/);
  await drawLate(page, 5);
  await redraw(page, 3);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), name);
  assert.equal(await page.evaluate(() => getSelection().toString()), marked);
  assert.deepEqual(await position(), [15, 700]);
  await page.close();
});

test("a control that has the focus shows what the fragment says", async () => {
  const { page } = await open(golden());
  await page.locator(".toolbar").getByRole("radio", { name: "1 MiB" }).check();
  await page.locator("#table").getByRole("radio", { name: "p99", exact: true }).focus();
  await page.evaluate(() => {
    location.hash = "#payload=4096&metric=ratio_to_floor";
  });
  await page.locator("#table .note", { hasText: "x floor" }).waitFor();
  await settled(page);
  assert.ok(await page.locator(".toolbar").getByRole("radio", { name: "4 KiB" }).isChecked());
  assert.ok(await page.locator("#table").getByRole("radio", { name: "x floor" }).isChecked());
  assert.equal(await page.locator("#pareto .slider input").getAttribute("aria-valuetext"), "4 KiB");
  await page.close();
});

test("what hides itself when it is pressed hands the focus on", async () => {
  const { page } = await open(golden());
  const series = page.locator("#percentiles .picker > button").first();
  await series.focus();
  await page.keyboard.press("Enter");
  await settled(page);
  assert.match(await page.evaluate(() => document.activeElement.textContent), /not highlighted$/);
  await page.getByRole("searchbox").fill("pipe");
  await settled(page);
  await page.getByRole("button", { name: "Show all" }).press("Enter");
  await settled(page);
  assert.match(await page.evaluate(() => document.activeElement.textContent), /mechanisms$/);
  await page.close();
});

test("the point of a chart stays when the chart is drawn again", async () => {
  const { page } = await open(golden(), { fragment: redraws[0] });
  const picture = page.locator("#percentiles .picture").first();
  await picture.focus();
  for (const key of ["ArrowRight", "ArrowRight", "ArrowDown"]) await page.keyboard.press(key);
  const told = await picture.locator(".bubble").innerText();
  await redraw(page);
  assert.equal(await picture.locator(".bubble").innerText(), told);
  await page.setViewportSize({ width: 1000, height: 900 });
  await page.waitForFunction(
    () => document.querySelector("#percentiles .picture svg").getBoundingClientRect().width < 1000,
  );
  await settled(page);
  assert.equal(await picture.locator(".bubble").innerText(), told);
  await page.keyboard.press("ArrowRight");
  assert.notEqual(await picture.locator(".bubble").innerText(), told);
  await page.close();
});

test("a mechanism of other repetitions stays a table, the focus on the chosen cell", async () => {
  const { page } = await open(golden());
  const details = page.locator("#mechanism");
  await details.locator("figure").getByRole("radio", { name: "table", exact: true }).check();
  const cell = details.getByRole("button", { name: /after 10\.0/ }).first();
  const text = await cell.innerText();
  await cell.press("Enter");
  await settled(page);
  assert.match(await details.locator("table.repetitions caption").innerText(), /wake\//);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), text);
  assert.ok(await details.locator(".numbers table").isVisible());
  assert.match(
    await details.locator("figure").getAttribute("aria-label"),
    /a message after idle time/,
  );
  await page.close();
});

test("another result is shown at the same place, tables and disclosures too", async () => {
  const other = structuredClone(full);
  Object.assign(other.build, { optimised: false });
  const { page } = await open(report(full, other));
  await page.locator("#scaling").getByRole("radio", { name: "table", exact: true }).check();
  await page.locator(".all-traits > summary").click();
  await settled(page);
  const top = () =>
    page.locator("#scaling").evaluate((section) => Math.round(section.getBoundingClientRect().top));
  await page
    .locator("#scaling")
    .evaluate((section) => section.scrollIntoView({ behavior: "instant" }));
  const before = await top();
  await page.locator(".toolbar").getByRole("radio", { name: "2: second.json" }).focus();
  await page.keyboard.press("Space");
  await settled(page);
  assert.match(await page.locator(".host").innerText(), /^second\.json/);
  assert.equal(await page.evaluate(() => document.activeElement.value), "1");
  assert.ok(Math.abs((await top()) - before) < 60, `${before} before, ${await top()} after`);
  assert.ok(await page.locator("#scaling .numbers table").isVisible());
  assert.ok(await page.locator(".all-traits").evaluate((details) => details.open));
  await page.close();
});

test("arrow keys in the toolbar that sticks leave the page where it is", async () => {
  const { page } = await open(golden());
  await page
    .locator("#scaling")
    .evaluate((section) => section.scrollIntoView({ behavior: "instant" }));
  const top = () =>
    page.locator("#scaling").evaluate((section) => Math.round(section.getBoundingClientRect().top));
  const before = await top();
  await page
    .locator(".toolbar")
    .getByRole("radio", { name: "round trip" })
    .evaluate((radio) => radio.focus({ preventScroll: true }));
  await page.keyboard.press("ArrowRight");
  await settled(page);
  assert.match(page.url(), /pattern=one_way/);
  // A smooth scroll would take some frames.
  await page.waitForTimeout(400);
  assert.ok(Math.abs((await top()) - before) < 60, `${before} before, ${await top()} after`);
  await page.close();
});

test("a drawing that fails does not stop the others", async () => {
  const { page, complaints } = await open(golden());
  await page.evaluate(() => {
    const caption = document.querySelector("#percentiles figcaption");
    Object.defineProperty(caption, "textContent", {
      set() {
        throw new Error("on purpose");
      },
    });
  });
  await page.locator(".toolbar").getByRole("radio", { name: "4 KiB" }).check();
  await settled(page);
  assert.deepEqual(complaints, ["Error: on purpose"]);
  assert.match(await page.locator("#cost figcaption").last().innerText(), /4.KiB/);
  await page.close();
});
