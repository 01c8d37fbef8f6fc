// What a mechanism is and what it can do: its facts, traits of one and of all.
import type { Context } from "../context";
import type { Mechanism, MechanismCode } from "../data";
import { h, table, type Child } from "../dom";
import { factText } from "../facts";
import { formatPayload, missing } from "../format";
import { openMechanism } from "../openMechanism";

// Where the name itself would say less.
const traitWords: Record<string, string> = {
  message_boundaries: "keeps message boundaries",
  ordered: "keeps the order",
  duplex: "both directions",
  unrelated_processes: "between unrelated processes",
  cross_host: "across hosts",
  fan_in: "several senders",
  fan_out: "several receivers",
  survives_producer_exit: "messages survive the sender's exit",
  peer_death_detected: "detects peer exit",
  peer_death_may_be_late: "peer exit noticed late",
  may_drop: "may lose messages",
  latest_value: "keeps only the latest value",
  back_pressure: "holds the sender back when full",
  needs_daemon: "needs a daemon",
  allocates: "allocates per message",
};

export const traitText = (trait: string) => traitWords[trait] ?? trait.replace(/_/g, " ");

export function facts(context: Context, name: string): HTMLElement[] {
  const mechanism = context.index.mechanism(name);
  return [
    h(
      "div",
      { class: "mechanism-head" },
      h("h3", { id: "mechanism-name" }, name),
      h("p", {}, mechanism?.summary ?? "This result does not describe it."),
    ),
    h(
      "div",
      { class: "panels" },
      h(
        "div",
        { class: "panel" },
        h(
          "dl",
          { class: "facts" },
          ...(mechanism ? entries(mechanism) : []).flatMap(([term, text]) => [
            h("dt", {}, term),
            h("dd", {}, text),
          ]),
        ),
      ),
      h("div", { class: "panel" }, mechanism ? traitList(mechanism) : null),
    ),
  ];
}

function entries(mechanism: Mechanism): [string, Child][] {
  return [
    ["family", mechanism.family],
    ["waits", mechanism.wait.replace(/_/g, " ")],
    ["copies per message", String(mechanism.copies_per_message)],
    [
      "payload",
      mechanism.payload_max_bytes === 0
        ? "none: it only wakes the peer"
        : `${formatPayload(mechanism.payload_min_bytes)} to ` +
          formatPayload(mechanism.payload_max_bytes),
    ],
    ["when the peer dies", peerDeath(mechanism)],
    ["manual", manual(mechanism.reference)],
    ...codeEntries(mechanism.code),
    ...(mechanism.available
      ? []
      : [["here", `not available: ${mechanism.reason ?? "no reason given"}`] as [string, string]]),
  ];
}

function codeEntries(code: MechanismCode | undefined): [string, Child][] {
  if (!code) return [];
  const told: [string, Child][] = [
    ["language", code.language],
    ["adds", code.adds],
    ["from", h("code", {}, code.file)],
    ["compiled with", code.flags],
    ["optimised", code.optimised ? "" : "no: its figures do not compare"],
  ];
  return told.filter(([, text]) => text !== "");
}

function manual(reference: string | undefined): Child {
  const page = /^([A-Za-z0-9_.-]+)\((\d[a-z]*)\)$/.exec(reference ?? "");
  return page ? h("code", {}, `man ${page[2]} ${page[1]}`) : reference || missing;
}

function peerDeath(mechanism: Mechanism): string {
  const told = mechanism.traits["peer_death_detected"];
  const kept = mechanism.traits["survives_producer_exit"];
  const late =
    mechanism.traits["peer_death_may_be_late"] === true
      ? " (at times only after a long timeout)"
      : "";
  return (
    (told === true
      ? `the other side is told${late}`
      : told === false
        ? "the other side is not told: it waits for ever, or until its own timeout"
        : "not recorded") +
    (kept === true
      ? "; what was sent can still be read"
      : kept === false
        ? "; what was sent is gone"
        : "")
  );
}

function traitList(mechanism: Mechanism): HTMLElement {
  const entries = Object.entries(mechanism.traits);
  if (entries.length === 0) return h("p", { class: "muted" }, "This result lists no traits.");
  return h(
    "ul",
    { class: "traits" },
    ...entries.map(([trait, value]) => {
      const yes = value === true;
      const no = value === false || value === "none" || value === "";
      return h(
        "li",
        { class: no ? "no" : undefined },
        h(
          "span",
          { class: "tick", "aria-hidden": "true" },
          no ? "\u2013" : yes ? "\u2713" : "\u00b7",
        ),
        traitText(trait),
        yes
          ? h("span", { class: "sr" }, ": yes")
          : no
            ? h("span", { class: "sr" }, ": no")
            : `: ${factText(value).replace(/_/g, " ")}`,
      );
    }),
  );
}

export function traitsTable(context: Context): HTMLElement {
  const shown = new Set(context.names());
  const mechanisms = context.result.mechanisms.filter((m) => shown.has(m.name));
  const traits = [...new Set(mechanisms.flatMap((m) => Object.keys(m.traits)))];
  return table<Mechanism>(
    "Traits",
    [
      { head: "Mechanism", cell: (m) => openMechanism(context, m.name) },
      { head: "Family", cell: (m) => m.family },
      ...traits.map((trait) => ({
        head: traitText(trait),
        cell: (m: Mechanism) => {
          const value = m.traits[trait];
          return value === true
            ? h("span", { class: "yes" }, "yes")
            : value === false
              ? h("span", { class: "muted" }, "no")
              : factText(value);
        },
      })),
    ],
    mechanisms,
  );
}
