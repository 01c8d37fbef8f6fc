// The terminal, Markdown, CSV, JSON and the page say the same: answer by answer, figure by figure,
// mark by mark, verdict by verdict, all by one rounding. The page is read as text of its elements.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cases } from "./agreement_cases.mjs";
import { open, report, reportAs, sampleOf, settled } from "./drive.mjs";
import {
  csvRows,
  markdownAnswers,
  markdownTables,
  plainText,
  textTables,
  unwrapped,
  viewOf,
} from "./formats.mjs";
import { quiet, slower } from "./mutations.mjs";
import { pageAnswers, pageFigures } from "./page_reading.mjs";
import { rounded } from "./rounding.mjs";

const leads = { best: ", best", level: ", no difference to the best proven" };

function agreesWithCsv(figures, csv) {
  let compared = 0;
  let leading = 0;
  for (const { cell, metric, standing } of csv) {
    const shown = figures.get(`${cell} ${metric}`);
    if (!shown) continue;
    assert.equal(shown.spoken, leads[standing] ?? "", `${cell} ${metric}`);
    assert.equal(shown.mark, standing in leads ? "*" : "", `${cell} ${metric}`);
    compared += 1;
    leading += standing in leads ? 1 : 0;
  }
  const ranked = csv.filter(({ standing }) => standing in leads).length;
  assert.equal(leading, ranked, "every mark of the CSV is on the page");
  return compared;
}

// Every number of the JSON is in the CSV, every figure of the page is such a number rounded.
function agreesWithJson(figures, csv, json) {
  const rows = new Map(csv.map((row) => [`${row.cell} ${row.metric}`, row]));
  const cells = new Map(json.cells.map((cell) => [cell.name, cell]));
  let numbers = 0;
  for (const cell of json.cells) {
    for (const [metric, summary] of Object.entries(cell.summary)) {
      const row = rows.get(`${cell.name} ${metric}`);
      for (const key of ["median", "low", "high", "min", "max", "level"])
        assert.equal(
          row[key] === "" ? null : Number(row[key]),
          summary[key] ?? null,
          `${cell.name} ${metric} ${key}`,
        );
      assert.equal(row.unit, summary.unit);
      assert.equal(row.pooled, summary.pooled ? "yes" : "no");
      assert.equal(row.status, cell.status);
      numbers += 1;
    }
    if (Object.keys(cell.summary).length > 0) continue;
    const [row] = csv.filter((each) => each.cell === cell.name);
    assert.deepEqual([row.status, row.reason], [cell.status, cell.reason?.text ?? ""]);
  }
  assert.equal(csv.filter(({ metric }) => metric !== "").length, numbers);
  for (const [key, { text }] of figures) {
    const [, name, metric] = /^(.*) (\S+)$/.exec(key);
    const summary = cells.get(name).summary[metric];
    if (typeof summary?.median !== "number") continue;
    const expected = rounded(summary.median, summary.unit) + (summary.pooled ? " pooled" : "");
    assert.equal(text, expected, key);
  }
}

// Where each cell stands, and what it did, by the model that the page was given.
function agreesWithModel(csv, result, { groups, cells }) {
  const rows = new Map(csv.map((row) => [`${row.cell} ${row.metric}`, row]));
  for (const group of groups)
    for (const { metric, standings } of group.columns)
      standings.forEach((standing, n) => {
        const row = rows.get(`${result.cells[group.cells[n]].name} ${metric}`);
        assert.equal(row?.standing ?? "", standing === "none" ? "" : standing, row?.cell);
      });
  const byCell = new Map(result.cells.map(({ name }, n) => [name, cells[n]]));
  for (const { cell, lossy, waits } of csv)
    assert.deepEqual(
      [lossy, waits],
      [byCell.get(cell).lossy ? "yes" : "no", byCell.get(cell).waits],
      cell,
    );
}

// Which cell and metric the field of a table is about, by its title, head and label.
function finder(result, words) {
  const titled = (list, text) => list.find(({ title }) => title === text)?.word;
  return (table, row, n) => {
    const [, start, place] = /^(.*) \((.*)\)$/.exec(table.title);
    const lower = start.charAt(0).toLowerCase() + start.slice(1);
    const pattern = words.patterns.find(
      ({ title }) => lower === title || lower.startsWith(`${title}, `),
    );
    const rest = lower.slice(pattern.title.length + 2);
    const [, byPayload] = /^(.*) by payload$/.exec(rest) ?? [];
    const head = byPayload ?? table.heads[n];
    const plain = head.replace(/\/(trip|post)$/, "/msg").replace(/^posts$/, "messages");
    const size = byPayload ? table.heads[n] : rest;
    const mechanism = row.label.replace(/ \((lossy|saturated|instrument)\)/g, "");
    const of = result.cells.filter(
      (cell) => cell.pattern === pattern.word && cell.placement === titled(words.placements, place),
    );
    const payload = (cell) => payloadText(cell.payload_bytes);
    const found = of.filter((cell) =>
      size
        ? cell.transport === mechanism && payload(cell) === size
        : `${mechanism} `.startsWith(
            `${cell.transport} ${cell.payload_bytes > 0 ? `${payload(cell)} ` : ""}`,
          ),
    );
    const metric = [head, plain]
      .map((label) => words.metrics.find((each) => each.label === label))
      .find((known) => known !== undefined).key;
    return { found, metric };
  };
}

function payloadText(bytes) {
  if (bytes === 0) return "no payload";
  if (bytes % 1024 !== 0) return `${bytes} B`;
  return bytes % 1048576 === 0 ? `${bytes / 1048576} MiB` : `${bytes / 1024} KiB`;
}

// A label with a parameter names one of several cells: one of them must say what the field says.
function agreesWithTables(figures, tables, find, absenceOf) {
  let compared = 0;
  for (const table of tables) {
    for (const row of table.rows) {
      for (const [n, { text, leads: isLeading }] of row.cells.entries()) {
        const { found, metric } = find(table, row, n);
        const shown = found
          .map((cell) => figures.get(`${cell.name} ${metric}`))
          .filter((figure) => figure !== undefined);
        if (shown.length === 0) {
          const expected = found.map(absenceOf).find((word) => word !== "") ?? "-";
          assert.equal(text, expected, `${table.title}: ${row.label}, ${table.heads[n]}`);
          continue;
        }
        assert.ok(
          shown.some((figure) => figure.text === text && (figure.mark === "*") === isLeading),
          `${table.title}: ${row.label}, ${table.heads[n]}: ${text} ${isLeading}, the page: ` +
            JSON.stringify(shown),
        );
        compared += 1;
      }
    }
  }
  return compared;
}

// The terminal leaves out columns for want of width.
function sameTables(inText, inMarkdown) {
  const whole = new Map(inMarkdown.map((table) => [table.title, table]));
  assert.equal(new Set(inText.map(({ title }) => title)).size, whole.size);
  for (const table of inText) {
    const other = whole.get(table.title);
    assert.ok(other, table.title);
    assert.deepEqual(table.heads, other.heads.slice(0, table.heads.length));
    const cut = other.rows.map(({ label, cells }) => ({
      label,
      cells: cells.slice(0, table.heads.length),
    }));
    assert.deepEqual(table.rows, cut, table.title);
  }
}

for (const [name, { make, figures: leastFigures, fields }] of Object.entries(cases)) {
  test(`${name}: the same answers, figures and marks everywhere`, async () => {
    const result = make();
    const text = reportAs("text", [result], {}, ["--all-tables"]).stdout;
    const markdown = reportAs("markdown", [result]).stdout;
    const csv = csvRows(reportAs("csv", [result]).stdout);
    const json = JSON.parse(reportAs("json", [result]).stdout);
    const file = report(result);
    const view = viewOf(readFileSync(file, "utf8"));
    const { page, complaints } = await open(file);

    const answers = markdownAnswers(markdown);
    assert.ok(answers.length > 0);
    assert.deepEqual((await pageAnswers(page, result)).sort(), [...answers].sort());
    const joined = unwrapped(text);
    for (const answer of answers) assert.ok(joined.includes(`\n${answer}\n`), answer);

    const trust = plainText(await page.locator("p.trust").innerText());
    assert.ok(joined.includes(trust.slice(0, -1)), trust);
    for (const sentence of view.results[0].trust) assert.ok(markdown.includes(sentence), sentence);

    const figures = await pageFigures(page, result);
    const compared = agreesWithCsv(figures, csv);
    assert.ok(compared >= leastFigures, `${compared} figures compared`);
    agreesWithJson(figures, csv, json);
    agreesWithModel(csv, result, view.results[0]);
    const tables = markdownTables(markdown);
    sameTables(textTables(text), tables);
    const read = agreesWithTables(
      figures,
      tables,
      finder(result, view.words),
      (cell) => view.results[0].cells[result.cells.indexOf(cell)].absence,
    );
    assert.ok(read >= fields, `${read} fields of tables compared`);
    assert.deepEqual(complaints, []);
    await page.close();
  });
}

test("what happens under load is told in the same words everywhere", async () => {
  const result = sampleOf("full");
  const { page } = await open(report(result));
  const caption = plainText(await page.locator("#load figcaption").innerText());
  const told = /Under load, .*\.$/.exec(caption)?.[0];
  assert.match(told, /^Under load, 64 B, two CPUs, shared L3: .*pipe cannot keep 1\.01 M\/s/);
  assert.ok(
    unwrapped(reportAs("text", [result], {}, ["--all-tables"]).stdout).includes(`\n${told}\n`),
  );
  assert.ok(reportAs("markdown", [result]).stdout.includes(`\n${told}\n`));
  await page.close();
});

async function pageComparison(page) {
  const section = page.locator("#compare");
  await section.getByRole("radio", { name: "table", exact: true }).check();
  const figures = section.getByRole("combobox", { name: "Figure" });
  const titles = await figures.locator("option").evaluateAll((all) => all.map((o) => o.value));
  const tables = new Map();
  for (const title of titles) {
    await figures.selectOption(title);
    await settled(page);
    const summary = await section.locator(".verdicts").innerText();
    assert.ok(summary.startsWith(`${title}: `), summary);
    const rows = await section
      .locator(".numbers tbody tr")
      .evaluateAll((all) => all.map((row) => [...row.children].map((field) => field.textContent)));
    tables.set(title, {
      summary: summary.slice(title.length + 2),
      rows: rows.map((fields) =>
        fields.map((field) => plainText(field.replace(/^[\u25b2\u25bc=?] /, ""))),
      ),
    });
  }
  return tables;
}

const proven = ["worse", "better"];

for (const [name, { make }] of Object.entries(cases)) {
  test(`${name}: the same verdicts over two results everywhere`, async () => {
    const before = quiet(make());
    const after = slower(before, "pipe", 3);
    const text = reportAs("text", [before, after]).stdout;
    const markdown = reportAs("markdown", [before, after]).stdout;
    const { page } = await open(report(before, after));
    const shown = await pageComparison(page);

    const isComparison = ({ heads }) => heads.at(-1) === "verdict";
    const inMarkdown = new Map();
    for (const { title, rows } of markdownTables(markdown).filter(isComparison)) {
      const folded = title === "no difference, or none proven";
      const owner = folded ? [...inMarkdown.keys()].at(-1) : title;
      inMarkdown.set(owner, [...(inMarkdown.get(owner) ?? []), ...rows]);
    }
    assert.ok(shown.size > 0);
    assert.ok(markdown.length <= 65536);
    const isWhole = !markdown.includes(" sections were left out: ");
    for (const [title, { summary, rows }] of shown) {
      if (isWhole)
        assert.ok(markdown.includes(`**${title}**: ${summary}\n`), `${title}: ${summary}`);
      assert.ok(text.includes(`${title}: ${summary}\n`), `${title}: ${summary}`);
      assert.ok(rows.length > 0);
      const table = new Map(rows.map(([cell, ...fields]) => [cell, fields]));
      for (const { label, cells } of textTables(text).filter(
        (each) => isComparison(each) && each.title === `${title}: ${summary}`,
      )[0]?.rows ?? []) {
        assert.deepEqual(
          cells.map((field) => field.text),
          table.get(label),
        );
        assert.ok(proven.includes(table.get(label).at(-1)));
      }
    }
    const fromPage = [...shown.values()].flatMap(({ rows }) => rows);
    const fromMarkdown = [...markdownComparison(markdown)];
    const inBoth = new Set(fromMarkdown.map(String));
    assert.ok(fromMarkdown.length > 0);
    assert.deepEqual(
      fromPage.filter((row) => isWhole || inBoth.has(String(row))).sort(byText),
      fromMarkdown.sort(byText),
    );
    await page.close();
  });
}

const byText = (a, b) => (String(a) < String(b) ? -1 : 1);

function* markdownComparison(markdown) {
  for (const { heads, rows } of markdownTables(markdown))
    if (heads.at(-1) === "verdict")
      for (const { label, cells } of rows)
        yield [label, ...cells.map(({ text }) => (text === "" ? "-" : text))];
}
