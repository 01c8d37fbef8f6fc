// The terminal, Markdown, CSV and the page say the same: answer by answer, figure by figure, mark
// by mark, verdict by verdict. The page is read as text of its elements.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { open, realResult, report, reportAs, sampleOf, settled } from "./drive.mjs";
import {
  csvRows,
  markdownAnswers,
  markdownTables,
  plainText,
  textTables,
  unwrapped,
  wordsOf,
} from "./formats.mjs";
import { quiet, slower } from "./mutations.mjs";

// Where rounding could part the program and the page: exact halves, steps of units, small counts.
const edges = {
  p50_ns: [1125, 1135, 12250, 122500, 999.5, 999.4, 99.95, 9.995, 0.125, 2.5, 100.5, 1e6, 999500],
  cpu_ns_per_message: [0.375, 10.25, 10.35, 101.5, 102.5, 3625, 1.5e9, 1e-3],
  switches_per_message: [0, 0.004, 0.005, 0.0075, 0.00999, 0.01, 0.125, 0.135, 10.25, 12345.5],
  lost_share: [0.0004, 0.0005, 0.00125, 0.0625, 0.5, 1],
};

function atTheEdges() {
  const result = sampleOf("full");
  for (const [metric, values] of Object.entries(edges))
    result.cells
      .filter((cell) => typeof cell.summary[metric]?.median === "number")
      .forEach(({ summary }, n) => {
        summary[metric].median = values[n % values.length];
      });
  return result;
}

const cases = {
  "figures at the edges of rounding": atTheEdges,
  "a sample without figures of single repetitions": () => sampleOf("sample"),
  "a sample of every pattern": () => sampleOf("full"),
  "a measured result": realResult,
};

async function choose(page, choices) {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, new URLSearchParams(choices).toString());
  await settled(page);
}

const placesOf = (result) => [...new Set(result.cells.map((cell) => cell.placement))];

// Every figure in the tables of the page, by the name of its cell and the metric.
async function pageFigures(page, result) {
  const figures = new Map();
  const put = (cell, { metric, ...figure }) => {
    if (cell) figures.set(`${cell.name} ${metric}`, { ...figure, text: plainText(figure.text) });
  };
  for (const placement of placesOf(result)) {
    for (const pattern of ["round_trip", "one_way"]) {
      if (!result.cells.some((cell) => cell.pattern === pattern)) continue;
      await choose(page, { placement, pattern });
      for (const metric of await metricsOf(page)) {
        await choose(page, { placement, pattern, metric });
        for (const { mechanism, payload, ...figure } of await tableFigures(page, metric))
          put(
            result.cells.find(
              (cell) =>
                cell.pattern === pattern &&
                cell.placement === placement &&
                cell.transport === mechanism &&
                (payload === null || cell.payload_bytes === payload),
            ),
            figure,
          );
      }
    }
    await choose(page, { placement });
    for (const { cell, ...figure } of await otherFigures(page))
      put(
        result.cells.find(({ name }) => name === cell),
        figure,
      );
  }
  return figures;
}

const metricsOf = (page) =>
  page
    .locator("#table .controls")
    .first()
    .evaluate((controls) =>
      [...controls.querySelectorAll("input, option")].map((option) => option.value),
    );

const tableFigures = (page, chosen) =>
  page.locator("#table table.heat").evaluateAll(
    (tables, metric) =>
      tables.flatMap((table) => {
        const heads = [...table.querySelectorAll("thead button")].map((b) => b.dataset.key);
        return [...table.querySelectorAll("tbody tr, tfoot tr")].flatMap((row) =>
          [...row.querySelectorAll("td")].map((td, n) => ({
            mechanism: row.dataset.key,
            payload: heads[n].startsWith("n-") ? null : Number(heads[n]),
            metric: heads[n].startsWith("n-") ? heads[n].slice(2) : metric,
            text: (td.querySelector(".value") ?? td).textContent,
            mark: td.querySelector(".lead-mark")?.textContent ?? "",
            spoken: td.querySelector(".sr")?.textContent ?? "",
          })),
        );
      }),
    chosen,
  );

const otherFigures = (page) =>
  page.locator("#others tbody tr").evaluateAll((rows) =>
    rows.flatMap((row) =>
      [...row.querySelectorAll("[data-metric]")].map((figure) => ({
        cell: row.querySelector("th [data-key]").dataset.key,
        metric: figure.dataset.metric,
        text: figure.querySelector(".value").textContent,
        mark: figure.querySelector(".lead-mark")?.textContent ?? "",
        spoken: figure.querySelector(".sr")?.textContent ?? "",
      })),
    ),
  );

async function pageAnswers(page, result) {
  const answers = [];
  for (const placement of placesOf(result)) {
    await choose(page, { placement });
    answers.push(
      ...(await page
        .locator(".headlines li")
        .evaluateAll((all) =>
          all.map(
            (li) =>
              `${li.querySelector(".kicker").textContent}: ${li.querySelector("p").textContent}`,
          ),
        )),
    );
  }
  return answers.map(plainText);
}

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
  assert.ok(compared > 100, `${compared} figures compared`);
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
function agreesWithTables(figures, tables, find) {
  let compared = 0;
  for (const table of tables) {
    for (const row of table.rows) {
      for (const [n, { text, leads: isLeading }] of row.cells.entries()) {
        const { found, metric } = find(table, row, n);
        const shown = found
          .map((cell) => figures.get(`${cell.name} ${metric}`))
          .filter((figure) => figure !== undefined);
        if (shown.length === 0) {
          assert.equal(text, "-", `${table.title}: ${row.label}, ${table.heads[n]}`);
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

for (const [name, make] of Object.entries(cases)) {
  test(`${name}: the same answers, figures and marks everywhere`, async () => {
    const result = make();
    const text = reportAs("text", [result], {}, ["--all-tables"]).stdout;
    const markdown = reportAs("markdown", [result]).stdout;
    const csv = csvRows(reportAs("csv", [result]).stdout);
    const file = report(result);
    const { page, complaints } = await open(file);

    const answers = markdownAnswers(markdown);
    assert.ok(answers.length > 2);
    assert.deepEqual((await pageAnswers(page, result)).sort(), [...answers].sort());
    const joined = unwrapped(text);
    for (const answer of answers) assert.ok(joined.includes(`\n${answer}\n`), answer);

    const figures = await pageFigures(page, result);
    agreesWithCsv(figures, csv);
    const tables = markdownTables(markdown);
    sameTables(textTables(text), tables);
    const compared = agreesWithTables(
      figures,
      tables,
      finder(result, wordsOf(readFileSync(file, "utf8"))),
    );
    assert.ok(compared > 80, `${compared} fields of tables compared`);
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

for (const [name, make] of Object.entries(cases)) {
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
    assert.ok(shown.size > 2);
    for (const [title, { summary, rows }] of shown) {
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
    assert.deepEqual(fromPage.sort(byText), fromMarkdown.sort(byText));
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
