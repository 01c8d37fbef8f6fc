// The page over a result of schema 1.0: headlines, tables, filters by URL, themes.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bytesRate,
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

const sample = sampleOf("sample");
const golden = () => rendered("sample");

function best(pattern, payload, metric, sign, accept = () => true, placement = "l3") {
  const wait = new Map(sample.mechanisms.map((m) => [m.name, m.wait]));
  return sample.cells
    .filter(
      (c) =>
        c.pattern === pattern &&
        c.payload_bytes === payload &&
        c.placement === placement &&
        c.status === "ok" &&
        c.transport !== "null",
    )
    .filter((c) => c.summary[metric]?.median !== null && accept(c, wait.get(c.transport)))
    .sort((a, b) => sign * (a.summary[metric].median - b.summary[metric].median))[0];
}

test("opens without a complaint and asks the network for nothing", async () => {
  const file = golden();
  const { page, complaints, requests, address } = await open(file);
  assert.deepEqual(complaints, []);
  assert.deepEqual(requests, [address]);
  assert.deepEqual(
    await page.locator("section").evaluateAll((all) => all.map(({ id }) => id)),
    [
      "summary",
      "table",
      "percentiles",
      "scaling",
      "cost",
      "pareto",
      "mechanism",
      "gaps",
      "environment",
      "glossary",
      "raw",
    ],
    "what was not measured has no section",
  );
  const notices = await page.locator(".notice").allInnerTexts();
  assert.equal(notices.length, 1, "of round trips with two levels, and no warning");
  assert.match(notices[0], /two levels/);
  await page.close();
});

test("answers name the best mechanisms and their figures", async () => {
  const { page } = await open(golden());
  const answers = Object.fromEntries(
    await page
      .locator(".headlines li")
      .evaluateAll((all) =>
        all.map((li) => [
          li.querySelector(".kicker").textContent.replace(/\u202f/g, " "),
          [li.querySelector(".name").textContent, li.querySelector(".figure").textContent],
        ]),
      ),
  );
  const sleeps = (_, wait) => wait !== "spins";
  const where = "two CPUs, shared L3";
  const fastest = best("round_trip", 64, "p50_ns", 1);
  const sleeping = best("round_trip", 64, "p50_ns", 1, sleeps);
  const cheapest = best("round_trip", 64, "cpu_ns_per_message", 1, sleeps);
  const isLossless = (c) => c.summary.lost_share.median === 0;
  const widest = best("one_way", 1048576, "bytes_per_second", -1, isLossless);
  assert.deepEqual(answers[`Fastest round trip, 64 B, ${where}`], [
    fastest.transport,
    time(fastest.summary.p50_ns.median),
  ]);
  assert.deepEqual(answers[`Fastest round trip that sleeps, 64 B, ${where}`], [
    sleeping.transport,
    time(sleeping.summary.p50_ns.median),
  ]);
  assert.deepEqual(answers[`Least CPU among those that sleep, 64 B, ${where}`], [
    cheapest.transport,
    time(cheapest.summary.cpu_ns_per_message.median),
  ]);
  assert.deepEqual(answers[`Highest throughput, 1 MiB, ${where}`], [
    widest.transport,
    bytesRate(widest.summary.bytes_per_second.median),
  ]);
  await page.getByText("How far to trust it").click();
  assert.match(
    await page.locator(".trust-more").innerText(),
    /6 repetitions a cell, each with an interval/,
  );
  await page.close();
});

test("answers follow what the controls select", async () => {
  const { page } = await open(golden());
  const topics = () => page.locator(".headlines .kicker").allInnerTexts();
  assert.ok((await topics()).some((topic) => topic.startsWith("Highest throughput")));
  await page.locator(".toolbar").getByRole("radio", { name: "4 KiB" }).check();
  await settled(page);
  const trips = await topics();
  assert.ok(trips.length > 0);
  for (const topic of trips) assert.match(topic, /4.KiB, two CPUs, shared L3$/);
  assert.ok(!trips.some((topic) => topic.startsWith("Highest throughput")));
  await page.locator(".toolbar").getByRole("radio", { name: "stream" }).check();
  await settled(page);
  for (const topic of await topics()) assert.match(topic, /^Highest throughput.*4.KiB/);
  await page.locator(".toolbar").getByRole("radio", { name: "two NUMA nodes" }).check();
  await settled(page);
  assert.deepEqual(await topics(), []);
  assert.match(
    await page.locator(".where").innerText(),
    /Nothing to rank for stream, 4.KiB \(two NUMA nodes\)/,
  );
  await page.close();
});

test("every heat cell shows the formatted median of its cell", async () => {
  const { page } = await open(golden());
  const read = () =>
    page
      .locator(".heat td[id]")
      .evaluateAll((cells) =>
        cells.map((td) => [td.id, td.querySelector(".value")?.textContent ?? td.textContent]),
      );
  const trips = await read();
  await page.getByRole("radio", { name: "stream" }).check();
  await settled(page);
  const shown = Object.fromEntries([...trips, ...(await read())]);
  const expected = sample.cells.filter((c) => c.placement === "l3");
  assert.equal(Object.keys(shown).length, expected.length);
  for (const cell of expected) {
    const metric = cell.pattern === "round_trip" ? "p50_ns" : "bytes_per_second";
    const median = cell.summary[metric]?.median;
    if (cell.status !== "ok") assert.doesNotMatch(shown[cell.name], /\d/, cell.name);
    else
      assert.equal(
        shown[cell.name],
        cell.pattern === "round_trip" ? time(median) : bytesRate(median),
        cell.name,
      );
  }
  await page.close();
});

test("the distance to the best of a column is told in words, and shaded", async () => {
  const { page } = await open(golden());
  const p50 = (name) => sample.cells.find((c) => c.name === name).summary.p50_ns.median;
  const top = best("round_trip", 64, "p50_ns", 1).summary.p50_ns.median;
  const ratio = p50("round_trip/tcp/64/l3") / top;
  assert.equal(
    await cellOf(page, "round_trip/tcp/64/l3").locator(".ratio").innerText(),
    `${Math.round(ratio)}\u00d7`,
  );
  const far = (name) =>
    cellOf(page, name).evaluate((td) => Number(td.style.getPropertyValue("--far")));
  const largest = Math.max(
    ...[64, 4096, 1048576].flatMap((payload) => {
      const first = best("round_trip", payload, "p50_ns", 1).summary.p50_ns.median;
      return [best("round_trip", payload, "p50_ns", -1).summary.p50_ns.median / first];
    }),
  );
  const expected = Math.log(p50("round_trip/pipe/64/l3") / top) / Math.log(largest);
  assert.ok(Math.abs((await far("round_trip/pipe/64/l3")) - expected) < 0.002);
  assert.equal(await cellOf(page, "round_trip/null/64/l3").locator(".ratio").count(), 0);
  await page.close();
});

test("a mechanism that loses messages says so and is not ranked", async () => {
  const winner = structuredClone(sample);
  const lossy = winner.cells.find((c) => c.name === "one_way/udp/4096/l3");
  lossy.summary.bytes_per_second.median = 1e12;
  const { page } = await open(report(winner), { fragment: "#pattern=one_way" });
  assert.match(await cellOf(page, lossy.name).locator(".ratio").innerText(), /% lost/);
  assert.equal(
    await cellOf(page, lossy.name).evaluate((td) => td.classList.contains("leads")),
    false,
  );
  assert.match(
    await cellOf(page, "one_way/shm_ring_spin/4096/l3").locator(".ratio").innerText(),
    /1\.0\u00d7/,
  );
  await page.close();
});

test("p99 that the samples do not support is left out", async () => {
  const { page } = await open(golden(), { fragment: "#metric=p99_ns" });
  const without = sample.cells.find(
    (c) => c.placement === "l3" && c.status === "ok" && c.summary.p99_ns?.median === null,
  );
  const having = sample.cells.find(
    (c) => c.placement === "l3" && c.status === "ok" && c.summary.p99_ns?.median > 0,
  );
  assert.equal(await cellOf(page, without.name).innerText(), "\u2013");
  assert.equal(
    await cellOf(page, having.name).locator(".value").innerText(),
    time(having.summary.p99_ns.median),
  );
  await page.close();
});

test("every cell without a figure is listed with its reason", async () => {
  const { page } = await open(golden());
  const listed = await page
    .locator("#gaps .names code")
    .evaluateAll((codes) => codes.map((c) => c.textContent));
  assert.deepEqual(
    listed.sort(),
    sample.cells
      .filter((c) => c.status !== "ok")
      .map((c) => c.name)
      .sort(),
  );
  const text = await page.locator("#gaps").innerText();
  for (const part of [
    "this machine has one NUMA node",
    "msgsize_max = 8192",
    "Message too long",
    "no message for 2000 ms",
    "stage: timed loop",
  ]) {
    assert.ok(text.includes(part), part);
  }
  await page.close();
});

test("the placement switch changes the fragment, which restores it", async () => {
  const file = golden();
  const { page } = await open(file);
  assert.equal(await cellOf(page, "round_trip/pipe/64/l3").count(), 1);
  await page.getByRole("radio", { name: "one CPU" }).check();
  await settled(page);
  assert.match(page.url(), /placement=same_cpu/);
  const cell = sample.cells.find((c) => c.name === "round_trip/pipe/64/same_cpu");
  assert.equal(
    await cellOf(page, cell.name).locator(".value").innerText(),
    time(cell.summary.p50_ns.median),
  );
  await page.close();
  const again = await open(file, { fragment: "#placement=same_cpu&rate=messages&payload=4096" });
  assert.equal(await cellOf(again.page, cell.name).count(), 1);
  assert.ok(
    await again.page.locator("#scaling").getByRole("radio", { name: "messages/s" }).isChecked(),
  );
  await again.page.close();
});

test("the name of a cell is its anchor", async () => {
  const { page } = await open(golden(), { fragment: "#round_trip/pipe/64/same_cpu" });
  assert.equal(
    await page.evaluate(() => document.activeElement?.id),
    "round_trip/pipe/64/same_cpu",
  );
  await page.close();
});

test("the keyboard reaches a skipped cell and reads its reason", async () => {
  const { page } = await open(golden());
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.className), "skip");
  for (let n = 0; n < 60; ++n) {
    if (
      await page.evaluate(
        () =>
          document.activeElement?.closest("table.heat") && document.activeElement.tagName === "TD",
      )
    )
      break;
    await page.keyboard.press("Tab");
  }
  const skipped = "round_trip/posix_mq/1048576/l3";
  await page.keyboard.press("End");
  for (
    let n = 0;
    n < 12 && (await page.evaluate(() => document.activeElement?.id)) !== skipped;
    ++n
  )
    await page.keyboard.press("ArrowDown");
  assert.equal(await page.evaluate(() => document.activeElement?.id), skipped);
  await page.locator("#tip").waitFor({ state: "visible" });
  assert.match(await page.locator("#tip").innerText(), /msgsize_max = 8192/);
  assert.match(
    await cellOf(page, skipped).getAttribute("aria-label"),
    /skipped: .*msgsize_max = 8192/,
  );
  assert.equal(await cellOf(page, skipped).getAttribute("aria-describedby"), "tip");
  assert.notEqual(
    await cellOf(page, skipped).evaluate((td) => getComputedStyle(td).outlineStyle),
    "none",
  );
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#tip").isVisible(), false);
  await page.close();
});

test("text in the heat tables keeps a contrast of 4.5 in both themes", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const { page } = await open(golden(), { colorScheme });
    const lowest = await page.evaluate(() => {
      const canvas = document
        .createElement("canvas")
        .getContext("2d", { willReadFrequently: true });
      const pixel = (...colors) => {
        canvas.clearRect(0, 0, 1, 1);
        for (const color of colors) {
          canvas.fillStyle = color;
          canvas.fillRect(0, 0, 1, 1);
        }
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
      };
      const light = (rgb) =>
        rgb
          .map((v) => v / 255)
          .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
          .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
      const page = getComputedStyle(document.body).backgroundColor;
      return Math.min(
        ...[...document.querySelectorAll(".heat td")].flatMap((td) =>
          [td, ...td.querySelectorAll("span")].map((part) => {
            const back = getComputedStyle(td).backgroundColor;
            const style = getComputedStyle(part);
            const opacity = Number(style.opacity);
            const under = pixel(page, back);
            const ink = pixel(page, back, style.color).map(
              (v, n) => v * opacity + under[n] * (1 - opacity),
            );
            const [a, b] = [light(ink), light(under)].sort((x, y) => y - x);
            return (a + 0.05) / (b + 0.05);
          }),
        ),
      );
    });
    assert.ok(lowest >= 4.5, `${colorScheme}: ${lowest}`);
    await page.close();
  }
});

test("dark mode follows the system, and the switch overrules it", async () => {
  const { page } = await open(golden(), { colorScheme: "dark" });
  const brightness = () =>
    page.evaluate(() => Number(getComputedStyle(document.body).backgroundColor.match(/\d+/)[0]));
  assert.ok((await brightness()) < 60);
  await page.getByRole("radio", { name: "Light" }).check();
  assert.ok((await brightness()) > 200);
  assert.match(page.url(), /theme=light/);
  await page.close();
});

test("400 px wide, only the tables scroll sideways", async () => {
  const { page } = await open(golden(), { width: 400 });
  await noSidewaysScroll(page);
  await page.close();
});

test("each chart has the same numbers as a table", async () => {
  const { page, complaints } = await open(golden());
  for (const id of ["percentiles", "scaling", "pareto"]) {
    const section = page.locator(`#${id}`);
    assert.ok((await section.locator("svg[role=img]").count()) > 0, id);
    await section.getByRole("radio", { name: "table", exact: true }).first().check();
    const table = await section.locator(".numbers:visible table").first().innerText();
    assert.match(table, /shm_ring_futex/, id);
  }
  assert.deepEqual(complaints, []);
  await page.close();
});

test("few repetitions have no interval, and touch desc has no bandwidth", async () => {
  const few = await open(report(makeSample({ kind: "golden", repetitions: 5 })));
  await few.page.getByText("How far to trust it").click();
  assert.match(
    await few.page.locator(".trust-more").innerText(),
    /5 repetitions a cell; 0 of \d+ have an interval, which needs 6/,
  );
  assert.match(await few.page.locator(".headlines").innerText(), /5 repetitions: \d/);
  assert.doesNotMatch(await few.page.locator("main").innerText(), /\(interval/);
  await few.page.close();
  const desc = await open(report(makeSample({ kind: "golden", repetitions: 6, touch: "desc" })), {
    fragment: "#pattern=one_way",
  });
  assert.doesNotMatch(await desc.page.locator("main").innerText(), /\d\s?[kMGT]?B\/s/);
  assert.match(await desc.page.locator("#table").innerText(), /only the header is touched/);
  assert.equal(
    await desc.page.locator("#table").getByRole("radio", { name: "bytes", exact: true }).count(),
    0,
  );
  await desc.page.close();
});
