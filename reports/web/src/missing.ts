// What a result lacks, and the command that measures it.
import { h, type Child } from "./dom";

export function notMeasured(what: string, command: string): Child[] {
  return [
    h(
      "p",
      { class: "muted" },
      `Not measured in this run: ${what}. Measure it with `,
      h("code", {}, command),
      ".",
    ),
  ];
}

export function notForChoice(what: string): Child[] {
  return [h("p", { class: "muted" }, `Nothing to draw for this choice: ${what}.`)];
}
