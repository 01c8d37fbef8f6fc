// Reads what the program wrote: the tables and answers of its text and Markdown, the rows of its
// CSV, and the words of a page.
import { inflateSync } from "node:zlib";

// The model that a page was given: to know which word has which title, and where cells stand.
export function viewOf(html) {
  const block = /class="ipcmark-view">([^<]*)</.exec(html)[1];
  return JSON.parse(inflateSync(Buffer.from(block, "base64")));
}

// The page has the micro sign, narrow spaces, a multiplication sign and a dash.
export const plainText = (text) =>
  text
    .replace(/\u202f/g, " ")
    .replace(/\u00b5s/g, "us")
    .replace(/\u00d7/g, "x")
    .replace(/^\u2013$/, "-");

const withoutHalfWidth = (text) => text.replace(/ \u00b1[<>]?[\d.]+ %$/, "");

// Tables of the terminal: [{title, heads, rows: [{label, cells: [{text, leads}]}]}]
export function textTables(text) {
  const lines = text.split("\n");
  return lines.flatMap((line, n) => {
    if (!/^(mechanism|cell) {2,}/.test(line)) return [];
    const [, ...heads] = line.split(/ {2,}/);
    const rows = [];
    for (let at = n + 1; lines[at] && !/^(not shown|and \d+ )/.test(lines[at]); ++at) {
      const [label, ...cells] = lines[at].split(/ {2,}/);
      rows.push({
        label,
        cells: cells.map((cell) => ({
          text: withoutHalfWidth(cell.replace(/\*$/, "")),
          leads: cell.endsWith("*"),
        })),
      });
    }
    return [{ title: lines[n - 1], heads, rows }];
  });
}

const entities = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
const unescaped = (text) =>
  text.replace(/\\(.)/g, "$1").replace(/&(?:lt|gt|amp);/g, (entity) => entities[entity]);

function markdownCell(text) {
  const [, bold] = /^\*\*(.*)\*\*$/.exec(text) ?? [];
  const [, slanted] = /^\*([^*].*|[^*])\*$/.exec(text) ?? [];
  const plain = unescaped(bold ?? slanted ?? text);
  return { text: withoutHalfWidth(plain), leads: bold !== undefined };
}

const fields = (line) =>
  line
    .slice(2, -2)
    .split(" | ")
    .map((field) => field.trim());

export function markdownTables(text) {
  const tables = [];
  let title = "";
  let table = null;
  for (const line of text.split("\n")) {
    const [, bold, folded] =
      /^(?:\*\*(.*?)\*\*|<details><summary>(.*)<\/summary>)/.exec(line) ?? [];
    if (bold ?? folded) title = unescaped(bold ?? folded).replace(/, all$/, "");
    if (!line.startsWith("|")) {
      table = null;
    } else if (table === null) {
      table = { title, heads: fields(line).slice(1), rows: [] };
      tables.push(table);
    } else if (!line.startsWith("| :--")) {
      const [label, ...cells] = fields(line);
      table.rows.push({ label: unescaped(label), cells: cells.map(markdownCell) });
    }
  }
  return tables;
}

export const markdownAnswers = (text) =>
  text
    .split("\n")
    .filter((line) => /^- [A-Z].*: /.test(line))
    .map((line) => unescaped(line.slice(2)));

// The lines of the terminal are wrapped with two spaces.
export const unwrapped = (text) => text.replace(/\n {2}(?! )/g, " ");

export function csvRows(text) {
  const [head, ...lines] = text
    .trim()
    .split("\r\n")
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        ([, quoted, bare]) => quoted?.replace(/""/g, '"') ?? bare,
      ),
    );
  return lines.map((fieldsOfLine) =>
    Object.fromEntries(head.map((name, n) => [name, fieldsOfLine[n]])),
  );
}
