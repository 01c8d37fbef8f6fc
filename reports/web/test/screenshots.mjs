// Pictures of a report for a person to look at.
//   node screenshots.mjs OUTDIR REPORT.html [FRAGMENT]
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launch } from "./browser.mjs";

const [outdir, report, fragment = ""] = process.argv.slice(2);
if (!outdir || !report) {
  console.error("usage: node screenshots.mjs OUTDIR REPORT.html [FRAGMENT]");
  process.exit(2);
}
const address = pathToFileURL(resolve(report)).href + (fragment ? `#${fragment}` : "");
const shots = [
  { name: "light", width: 1280, height: 900, colorScheme: "light" },
  { name: "dark", width: 1280, height: 900, colorScheme: "dark" },
  { name: "narrow", width: 400, height: 800, colorScheme: "light" },
  { name: "print", width: 794, height: 1123, colorScheme: "light", media: "print" },
];

mkdirSync(outdir, { recursive: true });
const browser = await launch();
try {
  for (const { name, width, height, colorScheme, media } of shots) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    await page.goto(address);
    if (media) await page.emulateMedia({ media });
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(outdir, `${name}-first.png`) });
    await page.screenshot({ path: join(outdir, `${name}.png`), fullPage: true });
    await page.close();
  }
} finally {
  await browser.close();
}
