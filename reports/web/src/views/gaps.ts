// Every cell without a figure, with its reason: no planned cell vanishes.
import type { View } from "../context";
import type { Cell, Result } from "../data";
import { reasonText, statusWords } from "../describe";
import { h } from "../dom";
import { formatPayload, patternWords, placementWords, plural, words } from "../format";

interface Group {
  status: string;
  code: string;
  text: string;
  cells: Cell[];
}

const slot = "\u0000";
const worstFirst = ["failed", "timed_out", "skipped"];

export const gapsView: View = {
  id: "gaps",
  title: "Cells without a figure",
  short: "Gaps",
  mount(section, context) {
    const groups = grouped(context.result);
    if (groups.length === 0) section.append(h("p", {}, "Every planned cell ended ok."));
    for (const status of worstFirst) {
      const own = groups.filter((group) => group.status === status);
      if (own.length === 0) continue;
      const cells = own.reduce((sum, group) => sum + group.cells.length, 0);
      section.append(
        h("h3", {}, `${capital(statusWords[status] ?? status)}: ${plural(cells, "cell")}`),
        h("ul", { class: "groups" }, ...own.map(item)),
      );
    }
    const missing = context.result.mechanisms.filter((m) => !m.available);
    if (missing.length > 0) {
      section.append(
        h("h3", {}, `Not in this build or on this machine: ${plural(missing.length, "mechanism")}`),
        h(
          "ul",
          { class: "groups" },
          ...missing.map((m) =>
            h("li", {}, h("strong", {}, m.name), ` ${m.reason ?? "no reason given"}`),
          ),
        ),
      );
    }
    const partial = context.result.cells.filter(
      (c) => c.status === "ok" && (c.failures ?? []).length > 0,
    );
    if (partial.length > 0) {
      section.append(
        h("h3", {}, `Ok, but not every spawn was: ${plural(partial.length, "cell")}`),
        h(
          "ul",
          { class: "groups" },
          ...partial.map((cell) =>
            h(
              "li",
              {},
              h("code", {}, cell.name),
              ` ${cell.spawns_ok} of ${cell.spawns_planned} spawns ok. `,
              [...new Set(cell.failures!.map((f) => f.text))].join("; "),
            ),
          ),
        ),
      );
    }
  },
};

function grouped(result: Result): Group[] {
  const groups = new Map<string, Group>();
  for (const cell of result.cells) {
    if (cell.status === "ok") continue;
    const text = reasonText(cell);
    const code = cell.reason?.code ?? "";
    // The same limit for several payloads is one reason.
    const pattern = text.replace(new RegExp(`\\b${cell.payload_bytes}\\b`, "g"), slot);
    const key = JSON.stringify([cell.status, code, pattern]);
    const group = groups.get(key) ?? { status: cell.status, code, text: pattern, cells: [] };
    group.cells.push(cell);
    groups.set(key, group);
  }
  for (const group of groups.values()) {
    const payloads = [...new Set(group.cells.map((cell) => cell.payload_bytes))].sort(
      (a, b) => a - b,
    );
    group.text = group.text.split(slot).join(payloads.join(" / "));
  }
  return [...groups.values()].sort((a, b) => b.cells.length - a.cells.length);
}

function item(group: Group): HTMLElement {
  const each = <T>(pick: (cell: Cell) => T) => [...new Set(group.cells.map(pick))];
  const where = [
    each((c) => c.transport).join(", "),
    each((c) => words(c.pattern, patternWords)).join(" and "),
    each((c) => c.payload_bytes)
      .sort((a, b) => a - b)
      .map(formatPayload)
      .join(", "),
    each((c) => words(c.placement, placementWords)).join(", "),
  ].join(" \u00b7 ");
  return h(
    "li",
    {},
    h(
      "p",
      { class: "reason" },
      group.code ? h("span", { class: "badge" }, group.code) : null,
      group.text,
    ),
    h("p", { class: "muted" }, where),
    h(
      "details",
      { "data-key": `${group.status} ${group.text}` },
      h("summary", {}, plural(group.cells.length, "cell")),
      h(
        "ul",
        { class: "names" },
        ...group.cells.map((cell) => h("li", {}, h("code", {}, cell.name))),
      ),
    ),
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
