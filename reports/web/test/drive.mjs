// What the page's tests share: one Chromium, reports that the program writes to a folder of their
// own, pages with their complaints recorded.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { launch } from "./browser.mjs";
import { writeRealResult } from "./real_result.mjs";

const goldenFolder = join(dirname(fileURLToPath(import.meta.url)), "../../golden");
const program = process.env.IPCMARK;
assert.ok(program, "IPCMARK must name the program: build/ci/bench/ipcmark");

const read = (file) => JSON.parse(readFileSync(file, "utf8"));

export const sampleOf = (name) => read(join(goldenFolder, `${name}.result.json`));

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

// A result that the program measured: IPCMARK_REAL names one, else it is measured here.
export function realResult() {
  if (process.env.IPCMARK_REAL) return read(process.env.IPCMARK_REAL);
  const file = join(folder, "real.json");
  writeRealResult(program, file);
  return read(file);
}

const names = ["first.json", "second.json", "third.json"];

// Writes the results to a folder and says what the program answers in one of its formats.
export function reportAs(format, results, options = {}, more = []) {
  const place = join(folder, String(++written));
  mkdirSync(place);
  results.forEach((result, n) => writeFileSync(join(place, names[n]), JSON.stringify(result)));
  const files = names.slice(0, results.length);
  const stdout = execFileSync(
    program,
    ["report", ...files, "--format", format, "-o", "-", ...more],
    {
      cwd: place,
      maxBuffer: 1e9,
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C.UTF-8" },
      stdio: ["ignore", "pipe", "pipe"],
      ...options,
    },
  );
  return { place, stdout };
}

export function report(...results) {
  const { place, stdout } = reportAs("html", results);
  const file = join(place, "report.html");
  writeFileSync(file, stdout);
  return file;
}

// The same page after `change`, as if something had damaged it.
export function damaged(file, change) {
  const to = file.replace(/\.html$/, "-damaged.html");
  writeFileSync(to, change(readFileSync(file, "utf8")));
  return to;
}

const goldens = new Map();

export function rendered(name) {
  if (!goldens.has(name)) goldens.set(name, report(sampleOf(name)));
  return goldens.get(name);
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
const figure = (value, units) => {
  const step = units.findIndex((_, n) => value < 999.5 * 1000 ** n || n + 1 === units.length);
  const scaled = value / 1000 ** step;
  const digits = scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
  return `${scaled.toFixed(digits)}\u202f${units[step]}`;
};

export const time = (ns) => figure(ns, ["ns", "\u00b5s", "ms", "s"]);
export const bytesRate = (rate) => figure(rate, ["B/s", "kB/s", "MB/s", "GB/s"]);
