// Pictures of a report for a person to look at, and those that the README shows.
//   node screenshots.mjs OUTDIR REPORT.html [FRAGMENT]
// Writes first-screen and whole-page pictures (light, dark, narrow, print), a PDF, and one picture
// of each view in light and dark.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launch } from "./browser.mjs";

const [outdir, given, fragment = ""] = process.argv.slice(2);
if (!outdir || !given) {
  console.error("usage: node screenshots.mjs OUTDIR REPORT.html [FRAGMENT]");
  process.exit(2);
}
mkdirSync(outdir, { recursive: true });

const address = pathToFileURL(resolve(given)).href + (fragment ? `#${fragment}` : "");
const shots = [
  { name: "light", width: 1280, height: 900, colorScheme: "light" },
  { name: "dark", width: 1280, height: 900, colorScheme: "dark" },
  { name: "narrow", width: 400, height: 800, colorScheme: "light" },
  { name: "print", width: 794, height: 1123, colorScheme: "light", media: "print" },
];
const views = [
  "table",
  "percentiles",
  "scaling",
  "parties",
  "cost",
  "pareto",
  "load",
  "wake",
  "others",
  "mechanism",
  "compare",
  "environment",
];
// The bar that stays on top would lie across a picture of a section.
const still = ".toolbar { position: static !important } html { scroll-behavior: auto !important }";

const browser = await launch();
try {
  for (const { name, width, height, colorScheme, media } of shots) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    await page.goto(address);
    await page.locator("html[data-settled]").waitFor({ state: "attached" });
    if (media) {
      await page.pdf({ path: join(outdir, "print.pdf"), format: "A4" });
      await page.emulateMedia({ media });
    }
    await page.screenshot({ path: join(outdir, `${name}-first.png`) });
    await page.screenshot({ path: join(outdir, `${name}.png`), fullPage: true });
    if (name === "light" || name === "dark") {
      await page.addStyleTag({ content: still });
      for (const id of views) {
        const section = page.locator(`#${id}`);
        if ((await section.count()) > 0)
          await section.screenshot({ path: join(outdir, `${name}-${id}.png`) });
      }
    }
    await page.close();
  }
} finally {
  await browser.close();
}
