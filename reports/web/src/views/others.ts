// Patterns that have no view of their own yet: their cells are listed with every figure.
import type { View } from "../context";
import type { Cell, Result, Summary } from "../data";
import { range } from "../describe";
import { h, table } from "../dom";
import {
  formatBytes,
  formatBytesRate,
  formatCount,
  formatMessageRate,
  formatTime,
  patternWords,
  plural,
  words,
} from "../format";

const viewed = ["round_trip", "one_way", "paced", "wake", "setup", "switch"];

const otherCells = (result: Result) =>
  result.cells.filter((cell) => cell.status === "ok" && !viewed.includes(cell.pattern));

export const othersView: View = {
  id: "others",
  title: "Other patterns",
  short: "Others",
  applies: (context) => otherCells(context.result).length > 0,
  mount(section, context) {
    for (const pattern of new Set(otherCells(context.result).map((cell) => cell.pattern))) {
      const cells = otherCells(context.result).filter((cell) => cell.pattern === pattern);
      section.append(
        h(
          "details",
          { "data-key": pattern },
          h("summary", {}, `${words(pattern, patternWords)}: ${plural(cells.length, "cell")}`),
          ...cells.map(figures),
        ),
      );
    }
  },
};

function figures(cell: Cell): HTMLElement {
  return table<[string, Summary]>(
    cell.name,
    [
      { head: "Figure", cell: ([metric]) => metric.replace(/_/g, " ") },
      {
        head: "median",
        numeric: true,
        cell: ([, summary]) => formatter(summary, cell)(summary.median),
      },
      { head: "over spawns", cell: ([, summary]) => range(summary, formatter(summary, cell)) },
    ],
    Object.entries(cell.summary).filter(
      ([metric]) => cell.touch !== "desc" || metric !== "bytes_per_second",
    ),
  );
}

function formatter(summary: Summary, cell: Cell): (value: number | null) => string {
  if (summary.unit === "ns") return formatTime;
  if (summary.unit === "B/s" && cell.touch !== "desc") return formatBytesRate;
  if (summary.unit === "1/s") return formatMessageRate;
  return summary.unit === "B" ? formatBytes : formatCount;
}
