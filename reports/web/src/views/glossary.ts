import type { View } from "../context";
import { h } from "../dom";

const entries: [string, string][] = [
  ["Cell", "One mechanism, pattern, payload size and placement: round_trip/pipe/64/l3."],
  [
    "Spawn",
    "One fresh pair of processes that runs one cell once. It is the unit of " +
      "statistics: a figure is the median over spawns, never over messages.",
  ],
  [
    "Interval",
    "From order statistics of the spawns, with the coverage stated. It holds for " +
      "this sitting, not for another day.",
  ],
  [
    "Indicative",
    "Fewer than six spawns: no honest interval exists, so the range from the " +
      "lowest to the highest spawn is shown instead.",
  ],
  [
    "p50, p99",
    "Half of all messages are faster than p50; one in a hundred is slower than " +
      "p99. A percentile without enough samples beyond it is left out.",
  ],
  ["Round trip", "One message to the peer and back, one at a time: latency in a closed loop."],
  [
    "One way",
    "A saturated stream; the rate is what the consumer receives. Lossy " +
      "mechanisms also say what share was lost, and are not ranked.",
  ],
  [
    "Touch",
    "What both sides do to the bytes. rw, the headline, writes and reads every " +
      "byte. desc touches only a header: there is no bandwidth in it.",
  ],
  [
    "Switches per message",
    "Context switches of both processes. Voluntary: it went to sleep. " +
      "Involuntary: it was pushed off the CPU. Only the sum compares across " +
      "kernels.",
  ],
  [
    "CPU per message",
    "User and system time of both processes. A spinning mechanism pays for its latency here.",
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
    "The physical limit for a cell, measured in the same run: a cache line to " +
      "the other core and back, memcpy, a switch on one CPU. 1\u00d7 is at the " +
      "floor.",
  ],
  [
    "Paced",
    "Messages on a timetable, whether or not the peer keeps up. Latency counts " +
      "from the intended send, so that a message that waits for its turn is not " +
      "forgotten.",
  ],
  [
    "Knee",
    "The first offered rate at which the p99 is twice that of the lowest rate, " +
      "or which the mechanism cannot keep.",
  ],
  [
    "Wake-up",
    "The latency of one message after silence. The longer the pause, the deeper the core sleeps.",
  ],
  [
    "Round trip taken apart",
    "The same exchange inside one process (no switch), on one CPU (a switch each " +
      "way) and on two CPUs (a wake-up each way); the differences are the parts.",
  ],
  [
    "Frontier",
    "The mechanisms that no other beats on both axes. All others have a better " +
      "choice in every respect shown.",
  ],
  [
    "Notification",
    "A mechanism that wakes the peer and carries no payload. It has one column, " +
      "and is ranked among its like.",
  ],
  [
    "Verdict words",
    "better and worse: the intervals are apart and the difference is larger than " +
      "the noise. level: proved to be inside the noise. unclear: neither. Never by " +
      "colour alone.",
  ],
  [
    "Quality of a spawn",
    "quiet, usable, or contaminated by other work, judged by bounds fixed before the run.",
  ],
  [
    "Flags",
    "They describe a cell and are shown, never used to drop it. bimodal, bursty, " +
      "nonstationary, drift, autocorrelated: the spawns or messages disagree in " +
      "that way. contaminated: other work got in. saturated: the offered rate was " +
      "not kept. " +
      "timer_dominated: the clock's own cost is a large part. beats_floor: faster " +
      "than the limit, so one of the two is wrong. clock_degraded: the shared " +
      "clock lost its precision.",
  ],
];

export const glossaryView: View = {
  id: "glossary",
  title: "How to read this",
  short: "Glossary",
  mount(section) {
    section.append(
      h(
        "dl",
        { class: "glossary" },
        ...entries.flatMap(([term, text]) => [h("dt", {}, term), h("dd", {}, text)]),
      ),
    );
  },
};
