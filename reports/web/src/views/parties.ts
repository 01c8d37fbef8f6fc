// What becomes of rate, fairness, latency and cost with more and more processes.
import type { Context, View } from "../context";
import { h, table } from "../dom";
import { typeset } from "../format";
import { openMechanism } from "../openMechanism";

const tables = (context: Context) => context.index.loaded.view.party_tables ?? [];

export const partiesView: View = {
  id: "parties",
  title: "More than a pair",
  short: "Parties",
  lead: "Shared: all send into one object. Separate: a channel to each, served by one process. Broadcast: each gets all.",
  applies: (context) => tables(context).length > 0,
  mount(section, context) {
    for (const { title, heads, rows } of tables(context))
      section.append(
        h("h3", {}, typeset(title)),
        table(
          `${title}, median over repetitions`,
          [
            { head: "Mechanism", cell: (row) => openMechanism(context, row.mechanism) },
            { head: "processes", cell: (row) => row.label.slice(row.mechanism.length + 2) },
            ...heads.map((head, n) => ({
              head,
              numeric: true,
              cell: (row: (typeof rows)[number]) => typeset(row.cells[n]?.text ?? ""),
            })),
          ],
          rows,
        ),
      );
  },
};
