// The renderer's rules in a few lines: the results go in at the marker, "<" as \u003c.
//   node render.mjs TEMPLATE RESULT.json... > report.html
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const marker = "<!--IPCMARK_DATA-->";

export function render(template, results) {
  const [head, tail, ...more] = template.split(marker);
  if (tail === undefined || more.length > 0)
    throw new Error(`the template must contain ${marker} exactly once`);
  const blocks = results.map(
    (text) =>
      `<script type="application/json" ` +
      `class="ipcmark-result">${text.trim().replace(/</g, "\\u003c")}</script>`,
  );
  return `${head}${blocks.join("\n")}${tail}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [template, ...results] = process.argv.slice(2).map((name) => readFileSync(name, "utf8"));
  process.stdout.write(render(template, results));
}
