// What the page's tests share: one Chromium, reports written to a folder of their own, pages with
// their complaints recorded.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { launch } from "./browser.mjs";
import { render } from "./render.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const templateFile = process.env.IPCMARK_TEMPLATE ?? join(here, "../dist/report.template.html");
const template = existsSync(templateFile) ? readFileSync(templateFile, "utf8") : null;
const goldenFolder = join(here, "../../golden");

export const sampleOf = (name) =>
  JSON.parse(readFileSync(join(goldenFolder, `${name}.result.json`), "utf8"));

let browser;
let folder;
let written = 0;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "ipcmark-page-"));
  browser = await launch();
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

export function report(...results) {
  assert.ok(template, `${templateFile} is missing: run "npm run build"`);
  const file = join(folder, `report-${++written}.html`);
  writeFileSync(
    file,
    render(
      template,
      results.map((result) => (typeof result === "string" ? result : JSON.stringify(result))),
    ),
  );
  return file;
}

// IPCMARK_REPORTS names a folder of reports that the program itself rendered from the golden
// samples.
export function rendered(name) {
  return process.env.IPCMARK_REPORTS
    ? resolve(process.env.IPCMARK_REPORTS, `${name}.html`)
    : report(sampleOf(name));
}

// For loading and drawing, which a busy machine holds up.
const settlesWithinMs = 20000;

export const settled = (page) =>
  page.locator("html[data-settled]").waitFor({ state: "attached", timeout: settlesWithinMs });

export async function open(file, { fragment = "", width = 1280, ...options } = {}) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, ...options });
  page.setDefaultTimeout(6000);
  const complaints = [];
  const requests = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith("blob:")) requests.push(request.url());
  });
  await page.goto(pathToFileURL(file).href + fragment, { timeout: settlesWithinMs });
  await settled(page);
  return { page, complaints, requests, address: pathToFileURL(file).href };
}

// From now on every task of drawing comes late, as it does on a loaded machine.
export const drawLate = (page, ms) =>
  page.evaluate((delay) => {
    const post = MessagePort.prototype.postMessage;
    MessagePort.prototype.postMessage = function (...message) {
      setTimeout(() => post.apply(this, message), delay);
    };
  }, ms);

export const cellOf = (page, name) => page.locator(`td[id="${name}"]`);

export async function noSidewaysScroll(page) {
  const [content, view] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    innerWidth,
  ]);
  assert.ok(content <= view, `${content} > ${view}`);
}

// The page's own formatter, told again here: a shared one would share its faults.
export function time(ns) {
  const [step, unit] = [
    [1e9, "s"],
    [1e6, "ms"],
    [1e3, "\u00b5s"],
    [1, "ns"],
  ].find(([s]) => ns >= s * 0.9995) ?? [1, "ns"];
  const value = ns / step;
  return `${value >= 999.5 ? Math.round(value) : value.toPrecision(3)}\u202f${unit}`;
}

export function bytesRate(rate) {
  const [step, unit] = [
    [1e9, "GB/s"],
    [1e6, "MB/s"],
    [1e3, "kB/s"],
    [1, "B/s"],
  ].find(([s]) => rate >= s * 0.9995) ?? [1, "B/s"];
  return `${(rate / step).toPrecision(3)}\u202f${unit}`;
}
