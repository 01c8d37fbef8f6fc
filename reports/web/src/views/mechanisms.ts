import type { View } from "../context";
import type { Mechanism } from "../data";
import { h, table } from "../dom";
import { factText } from "../facts";
import { formatPayload } from "../format";

const waitWords: Record<string, string> = { blocks: "sleeps", spins: "spins", spins_then_blocks: "spins, then sleeps" };

export const mechanismsView: View = {
  id: "mechanisms",
  title: "Mechanisms and their traits",
  short: "Mechanisms",
  mount(section, context) {
    const { mechanisms } = context.result;
    const traits = [...new Set(mechanisms.flatMap((m) => Object.keys(m.traits)))];
    section.append(
      table<Mechanism>("What was measured", [
        { head: "Mechanism", cell: (m) => m.name },
        { head: "What it is", wide: true, cell: (m) => m.summary },
        { head: "Family", cell: (m) => m.family },
        { head: "Waits", cell: (m) => waitWords[m.wait] ?? m.wait },
        { head: "Copies", numeric: true, cell: (m) => String(m.copies_per_message) },
        { head: "Payload", numeric: true, cell: (m) => `${formatPayload(m.payload_min_bytes)} to ${formatPayload(m.payload_max_bytes)}` },
        { head: "Reference", cell: (m) => m.reference ?? "" },
        { head: "Available", cell: (m) => (m.available ? "yes" : `no: ${m.reason ?? ""}`) },
      ], mechanisms),
      traits.length === 0 ? "" : table<Mechanism>("Traits", [
        { head: "Mechanism", cell: (m) => m.name },
        ...traits.map((trait) => ({ head: trait.replace(/_/g, " "), cell: (m: Mechanism) => shown(m.traits[trait]) })),
      ], mechanisms));
  },
};

function shown(value: unknown): string | HTMLElement {
  if (value === true) return h("span", { class: "yes" }, "yes");
  if (value === false) return h("span", { class: "muted" }, "no");
  return factText(value);
}
