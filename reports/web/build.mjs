// Builds report.template.html: the page with its style and script inlined, and one marker
// at which the renderer inserts the results.
//   node build.mjs [--outdir=DIR] [--no-minify]
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const marker = "<!--IPCMARK_DATA-->";

const { values: options } = parseArgs({
  options: {
    outdir: { type: "string", default: join(root, "dist") },
    "no-minify": { type: "boolean", default: false },
  },
});

async function bundle(entry) {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "iife",
    target: ["chrome123", "firefox120", "safari17.5"],
    minify: !options["no-minify"],
    charset: "ascii",
    legalComments: "none",
    logLevel: "warning",
  });
  return result.outputFiles[0].text.trimEnd();
}

// A replacement function keeps "$&" and the like in the inserted text as they are.
function insert(page, slot, text) {
  const parts = page.split(slot);
  if (parts.length !== 2) throw new Error(`src/page.html must contain ${slot} exactly once`);
  return parts.join(text);
}

const script = (await bundle("src/main.ts")).replace(/<\/(script)/gi, "<\\/$1");
const style = await bundle("src/style.css");
if (/<!--/.test(script)) throw new Error("the script contains an HTML comment opener");
if (/<\/style/i.test(style)) throw new Error("the style contains </style");

let page = await readFile(join(root, "src/page.html"), "utf8");
page = insert(page, "/*IPCMARK_STYLE*/", style);
page = insert(page, "/*IPCMARK_SCRIPT*/", script);
if (page.split(marker).length !== 2) throw new Error(`the template must contain ${marker} exactly once`);

const outdir = resolve(options.outdir);
const target = join(outdir, "report.template.html");
await mkdir(outdir, { recursive: true });
await writeFile(`${target}.tmp`, page);
await rename(`${target}.tmp`, target);
console.log(`report.template.html: ${(Buffer.byteLength(page) / 1000).toFixed(1)} kB`);
