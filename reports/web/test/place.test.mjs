// What the reader has on the page outlasts a redraw.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open, rendered, settled } from "./drive.mjs";

const golden = () => rendered("full");

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
