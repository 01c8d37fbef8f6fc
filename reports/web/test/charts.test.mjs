// Charts that can be read: no label lies on another or under a curve, axes have marks, families
// have colours, and what has one value is drawn as bars.
import assert from "node:assert/strict";
import { test } from "node:test";
import { report, sampleOf, settled } from "./drive.mjs";
import { makeSample, mechanismsOf } from "./make_sample.mjs";
import { at, golden, only, screens } from "./screens.mjs";

// Texts of a chart that lie on one another, by their boxes.
const overlapping = (page) =>
  page.locator(".picture > svg, .picture > figure svg").evaluateAll((charts) =>
    charts.flatMap((svg) => {
      const texts = [...svg.querySelectorAll("text")]
        .filter((text) => text.textContent.trim() !== "")
        .map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
      const slack = 2;
      return texts.flatMap((one, n) =>
        texts
          .slice(n + 1)
          .filter(
            (other) =>
              one.box.left + slack < other.box.right &&
              other.box.left + slack < one.box.right &&
              one.box.top + slack < other.box.bottom &&
              other.box.top + slack < one.box.bottom,
          )
          .map((other) => `${svg.closest("section").id}: "${one.text}" lies on "${other.text}"`),
      );
    }),
  );

const charts = {
  "a sample of every pattern": golden,
  "round trips and streams at one size": () => {
    const result = sampleOf("full");
    result.cells = result.cells.filter((cell) => cell.payload_bytes === 64 && !cell.parameter);
    return report(result);
  },
  "many mechanisms": () => report(makeSample({ kind: "rich", repetitions: 6 })),
};

for (const [name, make] of Object.entries(charts)) {
  test(`${name}: no label lies on another, and log axes have two marks`, async () => {
    const file = make();
    for (const screen of screens) {
      const { page } = await at(file, screen);
      assert.deepEqual(await overlapping(page), [], `${screen.width} px`);
      const marks = await page
        .locator(".picture svg")
        .evaluateAll((all) =>
          all.map((svg) => [
            svg.closest("section").id,
            svg.querySelectorAll('[aria-label="y-axis tick label"] text, g text').length,
          ]),
        );
      for (const [id, count] of marks) assert.ok(count >= 2, `${id}: ${count} texts`);
      await page.close();
    }
  });
}

// Names of lines of equal cost, and the curves that pass under one, point by point.
const crossed = (page) =>
  page.locator("#scaling .picture svg").evaluate((svg) => {
    const paths = [...svg.querySelectorAll('path[fill="none"], g[fill="none"] path')].filter(
      (path) => path.getTotalLength() > 0,
    );
    const points = paths.flatMap((path) => {
      const toScreen = path.getScreenCTM();
      const length = path.getTotalLength();
      return Array.from({ length: Math.ceil(length / 2) }, (_, n) =>
        path.getPointAtLength(2 * n).matrixTransform(toScreen),
      );
    });
    const names = [...svg.querySelectorAll(".cost-names text")];
    return {
      count: names.length,
      curves: paths.length,
      under: names
        .filter((name) => {
          const { left, right, top, bottom } = name.getBoundingClientRect();
          return points.some(
            ({ x, y }) => x > left + 1 && x < right - 1 && y > top + 1 && y < bottom - 1,
          );
        })
        .map((name) => name.textContent),
    };
  });

test("no curve passes under the name of a line of equal cost", async () => {
  for (const name of ["a sample of every pattern", "many mechanisms"])
    for (const screen of screens) {
      const { page } = await at(charts[name](), screen);
      for (const unit of ["bytes/s", "messages/s"]) {
        await page.locator("#scaling").getByRole("radio", { name: unit }).check();
        await settled(page);
        const { count, curves, under } = await crossed(page);
        // Where curves fill the chart, or it is narrow, the note above it has the costs alone.
        const isFull = name === "many mechanisms" || screen.width < 560;
        assert.ok(curves > 5 && (isFull || count >= 1), `${count} names, ${curves} curves`);
        assert.match(
          await page.locator("#scaling figcaption").innerText(),
          /Thin lines: messages of equal cost, from the top .* a message to .* a message\./,
        );
        assert.deepEqual(under, [], `${name}, ${screen.width} px, ${unit}`);
      }
      await page.close();
    }
});

test("series of a family have its colour, and each its own dash or marker", async () => {
  const { page } = await at(report(makeSample({ kind: "rich", repetitions: 6 })), screens[0], {
    fragment: "#series=shm_ring_spin,shm_ring_futex,pipe,posix_mq,shm_seqlock",
  });
  const looks = await page
    .locator("#scaling .picker button[aria-pressed=true]")
    .evaluateAll((all) =>
      all.map((button) => {
        const line = button.querySelector("line");
        return {
          name: button.textContent,
          color: getComputedStyle(line).stroke,
          dash: line.getAttribute("stroke-dasharray"),
        };
      }),
    );
  const families = looks.map(
    ({ name }) => mechanismsOf("rich").find((each) => each.name === name).family,
  );
  assert.ok(new Set(families).size < families.length, "some are of one family");
  for (const [n, one] of looks.entries())
    for (const [m, other] of looks.entries()) {
      if (m <= n) continue;
      assert.equal(
        one.color === other.color,
        families[n] === families[m],
        `${one.name}, ${other.name}`,
      );
      if (families[n] === families[m]) assert.notEqual(one.dash, other.dash);
    }
  await page.close();
});

test("one rate, one pause, one payload: bars with intervals and their figures", async () => {
  const result = only("paced", "wake", "one_way");
  const kept = { paced: 10000, wake: 1e7, one_way: undefined };
  result.cells = result.cells.filter(
    ({ pattern, parameter, payload_bytes: bytes }) =>
      bytes === 64 && (parameter?.value ?? undefined) === kept[pattern],
  );
  const { page } = await at(report(result), screens[0]);
  for (const id of ["load", "wake", "scaling"]) {
    const chart = page.locator(`#${id} .picture svg`).first();
    assert.ok((await chart.locator("rect").count()) >= 5, `${id} has bars`);
    assert.ok(
      (await chart.locator("text").allTextContents()).some((t) => /\d.*s$/.test(t)),
      id,
    );
  }
  await page.close();
});

test("bars that are all alike are a sentence, and a table", async () => {
  const result = only("round_trip");
  result.cells = result.cells.filter(({ transport }) => ["pipe", "posix_mq"].includes(transport));
  const { page } = await at(report(result), screens[0]);
  const switches = page.locator("#cost figure").last();
  assert.match(await switches.locator(".nothing").innerText(), /^All do alike/);
  await switches.getByRole("radio", { name: "table", exact: true }).check();
  assert.match(await switches.locator(".numbers tbody").innerText(), /pipe\s+2\.01/);
  await page.close();
});
