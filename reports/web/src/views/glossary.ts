import type { Context, View } from "../context";
import { h } from "../dom";
import { capital } from "../format";

const terms: [string, string][] = [
  ["Cell", "One mechanism, pattern, payload size and placement: round_trip/pipe/64/l3."],
  [
    "Repetition",
    "One fresh pair of processes that runs one cell once. It is the unit of " +
      "statistics: a figure is the median over repetitions, never over messages.",
  ],
  [
    "Interval",
    "From order statistics of the repetitions, with the coverage stated. It holds for " +
      "this run, not for another day.",
  ],
  [
    "6 repetitions",
    "Fewer give no interval, so the range from the lowest to the highest is shown instead.",
  ],
  ["Percentile", "One without enough samples beyond it is left out."],
  [
    "Lossy",
    "Messages were lost, or the mechanism keeps only the latest value: another thing was " +
      "measured, so it is not compared with the others.",
  ],
  [
    "Touch",
    "What both sides do to the bytes. rw, the headline, writes and reads every " +
      "byte. desc touches only a header: there is no bandwidth in it.",
  ],
  [
    "Switches per message or trip",
    "Context switches of both processes; of a round trip per round trip, which is " +
      "two messages. Voluntary: it went to sleep. " +
      "Involuntary: it was preempted. Only the sum compares across " +
      "kernels.",
  ],
  [
    "CPU per message or trip",
    "User and system time of both processes; of a round trip per round trip, which is " +
      "two messages. A spinning mechanism pays for its latency here.",
  ],
  [
    "Instrument (null)",
    "The same loop with no mechanism in it: what measuring itself costs. Nothing " +
      "is subtracted from the other figures.",
  ],
  [
    "Placement",
    "Where the two processes run: on one CPU, on siblings of a core, on cores " +
      "that share a cache, or not pinned.",
  ],
  [
    "Floor",
    "The physical limit for a cell, measured in the same run: a cache line to the " +
      "other core and back, or two wake-ups, and the payload from CPU to CPU or its " +
      "copies. 1\u00d7 is at the floor.",
  ],
  [
    "Knee",
    "The first offered rate which the mechanism cannot keep, or at which the p99 (the p50 " +
      "where there is no p99) is more than twice that of the lowest rate.",
  ],
  [
    "Notification",
    "A mechanism that wakes the peer and carries no payload. It has one column, " +
      "and is ranked among its like.",
  ],
  [
    "Best, and no difference proven",
    "The best of a column has the best median. Another mechanism is behind it only where a " +
      "test over the repetitions proves so, with a difference above the margin. Never by " +
      "colour alone.",
  ],
  [
    "Better, worse",
    "Of two results: the difference is proven and above the margin. No difference: proved to " +
      "be below the margin. No difference proven: neither. Never by colour alone.",
  ],
  [
    "Quality of a repetition",
    "quiet, usable, or disturbed by other work, judged by bounds fixed before the run.",
  ],
];

// The program's own words, of what this result has.
function known({ words, index }: Context): [string, string][] {
  const patterns = words.patterns.filter(({ word }) => index.groups(word).length > 0);
  const columns = index.loaded.view.groups.flatMap((group) => group.columns);
  const having = new Set(columns.map((column) => column.metric));
  return [
    ...patterns.map(({ title, question, method }): [string, string] => [
      capital(title),
      `${question} ${capital(method)}.`,
    ]),
    ...words.metrics
      .filter(({ key }) => having.has(key))
      .map(({ label, meaning }): [string, string] => [capital(label), `${capital(meaning)}.`]),
    [
      "Flags",
      "They describe a cell and are shown, never used to drop it. " +
        words.flags.map(({ word, meaning }) => `${word}: ${meaning}.`).join(" "),
    ],
  ];
}

export const glossaryView: View = {
  id: "glossary",
  title: "How to read this",
  short: "Glossary",
  mount(section, context) {
    section.append(
      h(
        "dl",
        { class: "glossary" },
        ...[...terms, ...known(context)].flatMap(([term, text]) => [
          h("dt", {}, term),
          h("dd", {}, text),
        ]),
      ),
    );
  },
};
