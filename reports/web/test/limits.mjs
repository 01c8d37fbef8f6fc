// What a large report costs: 1,000 cells of 20 repetitions, and the quick profile over a hundred
// mechanisms.
//   node limits.mjs IPCMARK [--sizes]     only the sizes, without a browser
// Prints what it measures. Sizes are asserted; times depend on the machine and are only printed.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { launch } from "./browser.mjs";
import { makeSample } from "./make_sample.mjs";

const [program, option] = process.argv.slice(2);
if (!program) {
  console.error("usage: node limits.mjs IPCMARK [--sizes]");
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "ipcmark-limits-"));
const mega = 1e6;
let failed = false;

function keep(result, cells) {
  result.cells = cells;
  const names = new Set(cells.map((cell) => cell.name));
  result.benchmarks = result.benchmarks.filter((repetition) => names.has(repetition.ipc.cell));
  return result;
}

function large() {
  const result = makeSample({
    kind: "many",
    repetitions: 20,
    bins: 250,
    payloads: [64, 4096, 65536, 262144, 1048576],
  });
  return keep(result, result.cells.slice(0, 1000));
}

function quick() {
  const result = makeSample({ kind: "many", repetitions: 5, bins: 200 });
  return keep(
    result,
    result.cells.filter((cell) => ["round_trip", "one_way"].includes(cell.pattern)),
  );
}

function write(name, result, limit) {
  const file = join(folder, `${name}.json`);
  const page = join(folder, `${name}.html`);
  writeFileSync(file, JSON.stringify(result, null, 1));
  const times = [1, 2, 3].map(() => {
    const from = performance.now();
    execFileSync(program, ["report", file, "-o", page], { stdio: "ignore" });
    return (performance.now() - from) / 1000;
  });
  const size = statSync(page).size;
  const fits = size < limit;
  failed ||= !fits;
  console.log(
    `${name}: ${result.cells.length} cells, ${result.benchmarks.length} repetitions, ` +
      `${(statSync(file).size / mega).toFixed(1)} MB of JSON`,
  );
  console.log(`  written in ${Math.min(...times).toFixed(2)} s, reading included (best of 3)`);
  console.log(
    `  ${(size / mega).toFixed(2)} MB, limit ${limit / mega} MB: ${fits ? "ok" : "TOO LARGE"}`,
  );
  return page;
}

const watch = () => {
  window.measured = { tasks: [], first: null };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      window.measured.tasks.push([entry.startTime, entry.duration]);
  }).observe({ type: "longtask", buffered: true });
  new MutationObserver((_, observer) => {
    if (!document.querySelector(".picture svg")) return;
    window.measured.first = performance.now();
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
};

async function open(browser, name, file) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.addInitScript(watch);
  await page.goto(pathToFileURL(file).href);
  const settled = () =>
    page.locator("html[data-settled]").waitFor({ state: "attached", timeout: 60000 });
  await settled();
  const { first, table } = await page.evaluate(() => ({
    first: window.measured.first,
    table: performance.now(),
  }));
  console.log(
    `${name}: first chart after ${(first / 1000).toFixed(2)} s, all views after ` +
      `${(table / 1000).toFixed(2)} s`,
  );
  const click = async (what, locator) => {
    const from = await page.evaluate(() => performance.now());
    await locator.click();
    await settled();
    await page.waitForTimeout(100);
    const tasks = await page.evaluate(
      (start) => window.measured.tasks.filter(([at]) => at >= start).map(([, took]) => took),
      from,
    );
    console.log(
      `  ${what}: longest task ` +
        `${tasks.length === 0 ? "under 50" : Math.round(Math.max(...tasks))} ms`,
    );
  };
  const bar = page.locator(".toolbar");
  await click("must sleep", page.getByRole("button", { name: "sleep when idle" }));
  await click("must lose nothing", page.getByRole("button", { name: "lose nothing" }));
  await click("filter by family", page.getByRole("button", { name: /^shared memory/ }));
  await click("show all", page.getByRole("button", { name: "Show all" }));
  await click("payload", bar.getByRole("radio", { name: /^4.KiB$/ }));
  await click("pattern", bar.getByRole("radio", { name: "stream", exact: true }));
  await page.close();
}

try {
  const pages = [
    ["large", write("large", large(), 6 * mega)],
    ["quick", write("quick", quick(), 1.2 * mega)],
  ];
  if (option !== "--sizes") {
    const browser = await launch();
    for (const [name, file] of pages) await open(browser, name, file);
    await browser.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
