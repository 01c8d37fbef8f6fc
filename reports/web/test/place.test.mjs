// What the reader has on the page outlasts a redraw.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open, rendered, settled } from "./drive.mjs";

const golden = () => rendered("full");

test("arrow keys in the toolbar that sticks leave the page where it is", async () => {
  const { page } = await open(golden());
  await page.locator("#scaling").evaluate((section) => section.scrollIntoView({ behavior: "instant" }));
  const top = () => page.locator("#scaling").evaluate((section) => Math.round(section.getBoundingClientRect().top));
  const before = await top();
  await page.locator(".toolbar").getByRole("radio", { name: "round trip" }).evaluate((radio) => radio.focus({ preventScroll: true }));
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
    Object.defineProperty(caption, "textContent", { set() { throw new Error("on purpose"); } });
  });
  await page.locator(".toolbar").getByRole("radio", { name: "4 KiB" }).check();
  await settled(page);
  assert.deepEqual(complaints, ["Error: on purpose"]);
  assert.match(await page.locator("#cost figcaption").last().innerText(), /4.KiB/);
  await page.close();
});
