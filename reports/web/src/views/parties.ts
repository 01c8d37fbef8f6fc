// What becomes of rate, fairness, latency and cost with more and more processes.
import type { View } from "../context";
import { table } from "../dom";
import { typeset } from "../format";

export const partiesView: View = {
  id: "parties",
  title: "More than a pair",
  short: "Parties",
  applies: ({ index }) => !!index.loaded.view.party_tables,
  mount(section, { index }) {
    for (const { title, corner, heads, rows } of index.loaded.view.party_tables!)
      section.append(
        table(
          title,
          [corner, ...heads].map((head, n) => ({
            head,
            numeric: n > 0,
            cell: ({ label, cells }: (typeof rows)[number]) =>
              typeset(n > 0 ? cells[n - 1]!.text : label),
          })),
          rows,
        ),
      );
  },
};
