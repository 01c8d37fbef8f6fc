// What stands where a choice leaves nothing to draw.
import { h, type Child } from "./dom";

export function notForChoice(what: string): Child[] {
  return [h("p", { class: "muted" }, `Nothing to draw for this choice: ${what}.`)];
}
