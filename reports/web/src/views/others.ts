// Every listed figure of the patterns that the table by payload has no room for.
import { filterKeys, placeKeys, type Context, type View } from "../context";
import type { Cell } from "../data";
import { payloadText } from "../describe";
import { h, table } from "../dom";
import { capital, missing, plural, typeset } from "../format";
import { openMechanism } from "../openMechanism";
import { medianOf } from "../resultIndex";
import type { GroupView } from "../view";
import { apartText, figureNodes, leadNote } from "./heatCell";

const patterns = (context: Context) =>
  context.words.patterns.filter(
    ({ word }) =>
      !context.offeredPatterns.some((offered) => offered === word) &&
      context.index.groups(word).length > 0,
  );

export const othersView: View = {
  id: "others",
  title: "Other patterns",
  short: "Others",
  lead: "Every figure of the patterns with a rate, a pause or parts.",
  applies: (context) => patterns(context).length > 0,
  mount(section, context) {
    for (const { word, title, question } of patterns(context)) {
      const body = h("div", {});
      const head = h("summary", {});
      section.append(
        h(
          "details",
          { "data-key": word, open: context.offeredPatterns.length === 0 },
          head,
          h("p", { class: "note" }, `${question} ${leadNote}.`),
          body,
        ),
      );
      context.watch(body, [...placeKeys, ...filterKeys], () => {
        const rows = rowsOf(context, word);
        head.textContent = `${capital(title)}: ${plural(rows.length, "cell")}`;
        body.replaceChildren(figures(context, title, rows));
      });
    }
  },
};

interface Row {
  group: GroupView;
  cell: Cell;
}

// A pattern with a placement of its own is shown whatever placement is chosen.
function rowsOf(context: Context, pattern: string): Row[] {
  const all = context.index.groups(pattern);
  const here = all.filter((group) => group.placement === context.placement());
  const shown = new Set(context.names());
  return (here.length > 0 ? here : all)
    .filter((group) => group.touch === context.touch())
    .flatMap((group) => group.cells.map((n) => ({ group, cell: context.result.cells[n]! })))
    .filter(({ cell }) => cell.status === "ok" && shown.has(cell.transport));
}

function figures(context: Context, title: string, rows: Row[]): HTMLElement {
  const columns = rows.flatMap(({ group }) => group.columns);
  const labels = new Map(columns.map(({ metric, label }) => [metric, label]));
  const metrics = context.words
    .mainFirst(rows[0]?.group.main_metric ?? "")
    .filter(({ key }) => labels.has(key));
  return table<Row>(
    `${capital(title)}, median over repetitions`,
    [
      {
        head: "Mechanism",
        cell: ({ cell }) =>
          h("span", { "data-key": cell.name }, openMechanism(context, cell.transport)),
      },
      {
        head: "where",
        wide: true,
        cell: ({ group, cell }) =>
          [
            payloadText(group.payload_bytes),
            typeset(group.parameter),
            context.words.placement(group.placement),
            apartText(context, cell) ?? "",
          ]
            .filter((part) => part !== "")
            .join(", "),
      },
      ...metrics.map(({ key }) => ({
        head: labels.get(key)!,
        numeric: true,
        cell: ({ cell }: Row) =>
          medianOf(cell, key) === null
            ? missing
            : h("span", { "data-metric": key }, ...figureNodes(context, cell, key)),
      })),
    ],
    rows,
  );
}
