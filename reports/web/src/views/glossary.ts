import type { View } from "../context";
import { h } from "../dom";

const entries: [string, string][] = [
  ["Cell", "One mechanism, pattern, payload size and placement: round_trip/pipe/64/l3."],
  ["Spawn", "One fresh pair of processes that runs one cell once. It is the unit of statistics: a figure is the median over spawns, never over messages."],
  ["Interval", "From order statistics of the spawns, with the coverage stated. It holds for this sitting, not for another day."],
  ["Indicative", "Fewer than six spawns: no honest interval exists, so the range from the lowest to the highest spawn is shown instead."],
  ["p50, p99", "Half of all messages are faster than p50; one in a hundred is slower than p99. A percentile without enough samples beyond it is left out."],
  ["Round trip", "One message to the peer and back, one at a time: latency in a closed loop."],
  ["One way", "A saturated stream; the rate is what the consumer receives. Lossy mechanisms also say what share was lost, and are not ranked."],
  ["Touch", "What both sides do to the bytes. rw, the headline, writes and reads every byte. desc touches only a header: there is no bandwidth in it."],
  ["Switches per message", "Context switches of both processes. Voluntary: it went to sleep. Involuntary: it was pushed off the CPU. Only the sum compares across kernels."],
  ["CPU per message", "User and system time of both processes. A spinning mechanism pays for its latency here."],
  ["Instrument (null)", "The same loop with no mechanism in it: what measuring itself costs. Nothing is subtracted from the other figures."],
  ["Placement", "Where the two processes run: on one CPU, on siblings of a core, on cores that share a cache, or not pinned."],
  ["Flags", "bimodal, drift and contaminated describe a cell whose spawns disagree. They are shown, never dropped."],
];

export const glossaryView: View = {
  id: "glossary",
  title: "How to read this",
  short: "How to read",
  mount(section) {
    section.append(h("dl", { class: "glossary" }, ...entries.flatMap(([term, text]) => [h("dt", {}, term), h("dd", {}, text)])));
  },
};
