// What the first screen says, on a desk, on a phone and on paper: answers that fit what was
// measured and what is asked, targets that can be hit, files that stand alone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { noSidewaysScroll, rendered, report, sampleOf, settled } from "./drive.mjs";
import { makeSample } from "./make_sample.mjs";
import { slower } from "./mutations.mjs";
import { at, golden, only, screens } from "./screens.mjs";

async function isOnFirstScreen(locator, { height }, what) {
  const box = await locator.boundingBox();
  assert.ok(box, `${what} is there`);
  assert.ok(box.y + box.height <= height, `${what} ends at ${box.y + box.height} of ${height}`);
}

for (const screen of screens) {
  test(`the first answer is on the first screen at ${screen.width} px`, async () => {
    const { page, complaints } = await at(golden(), screen);
    await isOnFirstScreen(page.locator(".headlines .figure").first(), screen, "the answer");
    await isOnFirstScreen(page.locator(".trust"), screen, "the verdict");
    assert.match(await page.locator(".trust").innerText(), /^Machine noisy: .* 86 of 91 cells/);
    await noSidewaysScroll(page);
    assert.deepEqual(complaints, []);
    await page.close();
  });
}

const alone = {
  paced: /^Fastest at this rate, 64.B, at 1\.00.M\/s/,
  wake: /^Fastest after idle time, 64.B, after 10\.0.ms/,
  burst: /^Quickest to deliver a burst/,
  setup: /^Quickest to set up/,
  switch: /^Cheapest round trip on two CPUs/,
};

for (const [pattern, topic] of Object.entries(alone)) {
  test(`a run of ${pattern} alone has its answer and its table, and nothing empty`, async () => {
    const { page, complaints } = await at(report(only(pattern)), screens[0]);
    assert.match(await page.locator(".headlines .kicker").first().innerText(), topic);
    await isOnFirstScreen(page.locator(".headlines .figure").first(), screens[0], "the answer");
    assert.ok(await page.locator("#others table").isVisible());
    assert.equal(await page.locator(".nothing").count(), 0);
    assert.equal(await page.locator("#table, #percentiles, #pareto").count(), 0);
    assert.match(
      await page.locator("#summary .lacking").innerText(),
      /^Not measured in this run: round trip, stream, .*ipcmark run --pattern round_trip,one_way,/,
    );
    assert.deepEqual(complaints, []);
    await page.close();
  });
}

test("of two results the comparison is the first screen, by name and date", async () => {
  const { page } = await at(
    report(sampleOf("full"), slower(sampleOf("full"), "pipe", 1.3)),
    screens[0],
  );
  assert.equal(await page.locator("main > section").first().getAttribute("id"), "compare");
  const told = page.locator(".compared");
  await isOnFirstScreen(told, screens[0], "the comparison");
  const named = (file) => `${file}\\.json \\(2026-.*, revision \\w+\\)`;
  assert.match(
    await told.innerText(),
    new RegExp(`^${named("second")} against ${named("first")}: .*\\d+ worse`),
  );
  await isOnFirstScreen(
    page.locator("#compare .picture svg").first(),
    { height: 1800 },
    "its chart",
  );
  await page.close();
});

test("what another placement does is said beside the answers until one is chosen", async () => {
  const { page } = await at(rendered("sample"), screens[0]);
  const told = page.locator(".elsewhere");
  assert.match(await told.innerText(), /^The same elsewhere\. One CPU: shm_ring_futex 2\.69/);
  await page.locator(".toolbar").getByRole("radio", { name: "one CPU" }).check();
  await settled(page);
  assert.equal(await told.isVisible(), false);
  await page.close();
});

test("what the reader must have steers the answers", async () => {
  const { page } = await at(golden(), screens[0]);
  const first = () => page.locator(".headlines li").first();
  assert.match(await first().innerText(), /shm_ring_spin/);
  await page.getByRole("button", { name: "sleep when idle" }).click();
  await settled(page);
  assert.match(await first().innerText(), /of those in view\n6\.21.\u00b5s\n?shm_ring_futex/);
  assert.match(page.url(), /must=sleep/);
  assert.equal(await page.locator('#table [data-key="shm_ring_spin"]').count(), 0);
  await page.getByRole("button", { name: "lose nothing" }).click();
  await settled(page);
  assert.equal(
    await page.locator('#table tr[data-key="udp"]').count(),
    0,
    "a stream of it lost some",
  );
  await page.getByRole("button", { name: "Show all" }).click();
  await settled(page);
  assert.match(await first().innerText(), /shm_ring_spin/);
  for (const [pattern, topic] of Object.entries(alone)) {
    await page.locator(".toolbar").getByRole("radio", { name: pattern, exact: true }).check();
    await settled(page);
    assert.match(await first().locator(".kicker").innerText(), topic);
  }
  await page.close();
});

// Another mechanism with the same figures, but for a thousandth.
function alike(result, like, other) {
  const cell = (name) => result.cells.find((each) => each.name === name);
  const [from, to] = [like, other].map((name) => cell(`round_trip/${name}/64/l3`));
  for (const key of ["median", "low", "high", "min", "max"])
    to.summary.p50_ns[key] = from.summary.p50_ns[key] * 1.001;
  const entries = (name) =>
    [...result.benchmarks, ...(result.set_aside ?? [])].filter((e) => e.ipc?.cell === name);
  const figures = entries(from.name).map((entry) => entry.p50_ns);
  entries(to.name).forEach((entry, n) => {
    entry.p50_ns = figures[n % figures.length] * 1.001;
  });
  return result;
}

test("under filters the answer still names those that are not proven to be behind", async () => {
  const file = report(alike(sampleOf("full"), "shm_ring_futex", "pipe"));
  const { page } = await at(file, screens[0]);
  await page.getByRole("button", { name: "sleep when idle" }).click();
  await settled(page);
  const first = page.locator(".headlines li").first();
  assert.match(await first.innerText(), /shm_ring_futex[^]*No difference proven to pipe\./);
  await page.getByRole("button", { name: "Show all" }).click();
  await settled(page);
  assert.doesNotMatch(await first.innerText(), /proven to pipe/, "the best of all is another");
  await page.close();
});

test("on a phone everything that can be pressed is 24 px high or more", async () => {
  const { page } = await at(golden(), screens[2], { hasTouch: true });
  const low = await page.evaluate(() =>
    [...document.querySelectorAll("#app :is(button, summary, select, a, .segments label)")]
      .filter((element) => element.checkVisibility() && !element.matches(".skip, .muted a"))
      .map((element) => [element.textContent.trim().slice(0, 30), element.getBoundingClientRect()])
      .filter(([, box]) => box.height > 0 && box.height < 23.9)
      .map(([text, box]) => `${text}: ${box.height}`),
  );
  assert.deepEqual(low, []);
  await page.close();
});

test("on paper every row stands, apart from the others, and nothing is cut", async () => {
  const { page } = await at(report(makeSample({ kind: "rich", repetitions: 6 })), screens[0]);
  await page.setViewportSize({ width: 718, height: 1000 });
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await settled(page);
  const rows = await page.locator("table.heat").evaluateAll((tables) =>
    tables.map((table) =>
      [...table.querySelectorAll("tbody tr, tfoot tr")].map((row) => {
        const { top, bottom } = row.querySelector("th").getBoundingClientRect();
        return { name: row.dataset.key, top, bottom };
      }),
    ),
  );
  assert.ok(rows.length > 0);
  for (const table of rows)
    for (const [n, row] of table.slice(1).entries())
      assert.ok(row.top >= table[n].bottom - 1, `${row.name} lies on ${table[n].name}`);
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll("#app table, #app svg, #app p")]
      .filter((element) => element.checkVisibility() && !element.closest("[hidden], .sr"))
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
      .map((element) => `${element.closest("section")?.id} ${element.className}`),
  );
  assert.deepEqual(wide, []);
  for (const details of await page.locator("#others details, #environment details").all())
    assert.ok(await details.evaluate((each) => each.open));
  const foot = page.locator("table.heat tfoot").first();
  assert.equal(await foot.evaluate((each) => getComputedStyle(each).display), "table-row-group");
  assert.deepEqual(await brokenNames(page), [], "a name is broken after _ and / alone");
  assert.deepEqual(await cutLabels(page), []);
  const captions = await page
    .locator(".numbers caption")
    .evaluateAll((all) =>
      all.filter((each) => each.checkVisibility()).map((each) => each.textContent),
    );
  assert.deepEqual(captions, [...new Set(captions)], "no table comes twice");
  for (const id of ["percentiles", "scaling", "cost", "pareto", "load", "others", "environment"])
    assert.equal(
      await page.locator(`#${id}`).evaluate((section) => getComputedStyle(section).breakBefore),
      "page",
      id,
    );
  await page.close();
});

// Parts of names and heads that stand on two lines.
const brokenNames = (page) =>
  page.locator("#app :is(table.plain, table.heat) th").evaluateAll((heads) =>
    heads
      .filter((head) => head.checkVisibility())
      .flatMap((head) => {
        const texts = document.createTreeWalker(head, NodeFilter.SHOW_TEXT);
        const broken = [];
        for (let node = texts.nextNode(); node; node = texts.nextNode())
          for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
            const range = document.createRange();
            range.setStart(node, index);
            range.setEnd(node, index + word.length);
            const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
            if (lines.size > 1 && !word.includes("-")) broken.push(word);
          }
        return broken;
      }),
  );

// Texts of charts that reach beyond their picture, or beyond the page.
const cutLabels = (page) =>
  page.locator(".picture svg text").evaluateAll((texts) =>
    texts
      .filter((text) => {
        const { left, right } = text.getBoundingClientRect();
        const frame = text.closest("svg").getBoundingClientRect();
        return left < frame.left - 2 || right > Math.min(frame.right, innerWidth) + 2;
      })
      .map((text) => `${text.closest("section").id}: ${text.textContent}`),
  );

test("what is folded is one line: the environment in ten", async () => {
  const { page } = await at(golden(), screens[0]);
  const box = await page.locator("#environment").boundingBox();
  assert.ok(box.height < 700, `${box.height} px`);
  await page.getByText("How far to trust it").click();
  await page
    .locator(".trust-more")
    .getByRole("link", { name: /warning/ })
    .click();
  assert.ok(await page.locator("#warnings .reason").first().isVisible(), "a link opens it");
  await page.close();
});

async function saved(page, button) {
  const [file] = await Promise.all([page.waitForEvent("download"), button.click()]);
  return readFileSync(await file.path());
}

test("a saved picture says what it is, of which machine, when, and the verdict", async () => {
  const { page } = await at(golden(), screens[0]);
  const button = page.locator("#scaling").getByRole("button", { name: "Save this chart as SVG" });
  const svg = (await saved(page, button)).toString();
  for (const text of [
    "One-way throughput by payload",
    "Example Xeon 8370C",
    "2026-11-21 10:15 UTC",
    "Machine noisy",
  ])
    assert.ok(svg.includes(text), text);
  await page.close();
});

test("the CSV of a chart has numbers, and their units in the head", async () => {
  const { page } = await at(golden(), screens[0]);
  for (const [id, head] of [
    ["scaling", /64 B \(B\/s\)/],
    ["pareto", /p99 \(ns\).*CPU \/ round trip \(ns\)/],
    ["load", /offered \(1\/s\).*p50 \(ns\)/],
    ["percentiles", /\(ns\)/],
    ["cost", /\(ns\)/],
  ]) {
    const button = page.locator(`#${id}`).getByRole("button", { name: /CSV/ }).first();
    const [heads, ...rows] = (await saved(page, button)).toString().trim().split("\r\n");
    assert.match(heads, head, id);
    assert.ok(rows.length > 0);
    const fields = heads
      .replace(/"([^"]*),([^"]*)"/g, "$1$2")
      .split(",")
      .map((each) => /\(\S+\)$/.test(each));
    for (const row of rows)
      for (const [n, field] of row
        .replace(/"[^"]*"/g, "text")
        .split(",")
        .entries())
        if (fields[n]) assert.match(field, /^(-?[\d.]+(e[+-]?\d+)?)?$/, `${id}: ${row}`);
  }
  await page.close();
});
