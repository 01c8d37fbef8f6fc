// The first lines of the page: what was measured where, and how far to trust it.
import type { Context } from "./context";
import { h, type Child } from "./dom";
import { plural, typeset } from "./format";
import { jumpLink } from "./jump";
import type { Notice, ResultView } from "./view";

export function masthead(context: Context): HTMLElement {
  const { view } = context.index.loaded;
  const which = context.all.length > 1 ? `${view.name}: ` : "";
  return h(
    "header",
    { class: "masthead" },
    h("h1", {}, "ipcmark ", h("span", { class: "host" }, which + typeset(view.host))),
    h("p", { class: "trust" }, typeset(`${view.verdict} ${view.measured}`)),
    h(
      "details",
      { class: "trust-more", "data-key": "trust" },
      h("summary", {}, "How far to trust it"),
      h("p", {}, typeset(rest(view).join(" ")), ...links(context)),
    ),
  );
}

const rest = ({ trust, verdict, measured }: ResultView): string[] =>
  trust.filter((sentence) => sentence !== verdict && sentence !== measured);

function links(context: Context): Child[] {
  const { result } = context;
  const { problems } = context.index.loaded.view;
  const cells = problems.reduce((sum, problem) => sum + problem.cells.length, 0);
  const warnings = result.environment.warnings.length;
  const isQuiet = (result.noise?.verdict ?? "quiet") === "quiet";
  return [
    ...(cells > 0 ? [" ", jumpLink("gaps", `${plural(cells, "cell")} without a figure`)] : []),
    ...(warnings > 0
      ? [" ", jumpLink("warnings", plural(warnings, "warning"), "badge caution")]
      : []),
    ...(isQuiet ? [] : [" ", jumpLink("noise", "noise of the machine", "badge caution")]),
  ];
}

// The answers are wanted on the first screen: a long explanation folds.
const longestOpen = 220;

export function notices(view: ResultView, problems: string[]): HTMLElement[] {
  const unread = problems.map((text): Notice => ({
    severity: "error",
    head: "A result could not be read.",
    text,
  }));
  return [...view.notices, ...unread].map(({ severity, head, text }) =>
    h(
      "div",
      { class: `notice ${severity}`, role: "note" },
      ...(text.length <= longestOpen
        ? [h("strong", {}, head), ` ${text}`]
        : [
            h(
              "details",
              { "data-key": head },
              h("summary", {}, h("strong", {}, head)),
              h("p", {}, text),
            ),
          ]),
    ),
  );
}
