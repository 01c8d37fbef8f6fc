// Builds report.template.html: the page with its style and script inlined, and one marker
// at which the renderer inserts the results.
//   node build.mjs [--outdir=DIR] [--no-minify]
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
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
    metafile: true,
    format: "iife",
    target: ["chrome123", "firefox120", "safari17.5"],
    minify: !options["no-minify"],
    charset: "ascii",
    legalComments: "none",
    logLevel: "warning",
  });
  return {
    text: result.outputFiles[0].text.trimEnd(),
    inputs: Object.keys(result.metafile.inputs),
  };
}

// The licences of the bundled packages ask to travel with every copy.
async function licences(inputs) {
  const names = [
    ...new Set(
      inputs.map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]).filter(Boolean),
    ),
  ].sort();
  const byText = new Map();
  for (const name of names) {
    const folder = join(root, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
    const text = file ? (await readFile(join(folder, file), "utf8")).trim() : license;
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}`]);
  }
  const all = [...byText]
    .map(([text, packages]) => `${packages.join(", ")}\n\n${text}`)
    .join("\n\n");
  return `This page contains:\n\n${all}`.replace(/-(?=-)/g, "- ");
}

// A replacement function keeps "$&" and the like in the inserted text as they are.
function insert(page, slot, text) {
  const parts = page.split(slot);
  if (parts.length !== 2) throw new Error(`src/page.html must contain ${slot} exactly once`);
  return parts.join(text);
}

const bundled = await bundle("src/main.ts");
const script = bundled.text.replace(/<\/(script)/gi, "<\\/$1");
const style = (await bundle("src/style.css")).text;
if (/<!--/.test(script)) throw new Error("the script contains an HTML comment opener");
if (/<\/style/i.test(style)) throw new Error("the style contains </style");

let page = await readFile(join(root, "src/page.html"), "utf8");
page = insert(page, "/*IPCMARK_STYLE*/", style);
page = insert(page, "/*IPCMARK_SCRIPT*/", script);
page = insert(page, "IPCMARK_LICENCES", await licences(bundled.inputs));
if (page.split(marker).length !== 2)
  throw new Error(`the template must contain ${marker} exactly once`);

const outdir = resolve(options.outdir);
const target = join(outdir, "report.template.html");
await mkdir(outdir, { recursive: true });
await writeFile(`${target}.tmp`, page);
await rename(`${target}.tmp`, target);
console.log(`report.template.html: ${(Buffer.byteLength(page) / 1000).toFixed(1)} kB`);
