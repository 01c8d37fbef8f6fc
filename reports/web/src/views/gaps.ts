// Every cell without a figure, with its reason: no planned cell vanishes.
import type { Context, View } from "../context";
import { h } from "../dom";
import { capital, plural, typeset } from "../format";
import type { NamedReason, Problem } from "../view";

export const gapsView: View = {
  id: "gaps",
  title: "Cells without a figure",
  short: "Gaps",
  mount(section, context) {
    const { problems, unavailable, partial } = context.index.loaded.view;
    if (problems.length === 0) section.append(h("p", {}, "Every planned cell ended ok."));
    for (const status of new Set(problems.map((problem) => problem.status))) {
      const own = problems.filter((problem) => problem.status === status);
      const cells = own.reduce((sum, problem) => sum + problem.cells.length, 0);
      section.append(
        h("h3", {}, `${capital(context.words.status(status))}: ${plural(cells, "cell")}`),
        h("ul", { class: "groups" }, ...own.map((problem) => item(context, problem))),
      );
    }
    section.append(
      ...named("Not in this build or on this machine", "mechanism", unavailable),
      ...named("Ok, but not every repetition was", "cell", partial),
    );
  },
};

function named(title: string, noun: string, list: NamedReason[]): HTMLElement[] {
  if (list.length === 0) return [];
  return [
    h("h3", {}, `${title}: ${plural(list.length, noun)}`),
    h(
      "ul",
      { class: "groups" },
      ...list.map(({ name, text }) => h("li", {}, h("strong", {}, name), ` ${text}`)),
    ),
  ];
}

function item(context: Context, problem: Problem): HTMLElement {
  const names = problem.cells.map((cell) => context.result.cells[cell]!.name);
  return h(
    "li",
    {},
    h(
      "p",
      { class: "reason" },
      problem.code ? h("span", { class: "badge" }, problem.code) : null,
      problem.text,
    ),
    h("p", { class: "muted" }, typeset(problem.where)),
    h(
      "details",
      { "data-key": `${problem.status} ${problem.text}` },
      h("summary", {}, plural(names.length, "cell")),
      h("ul", { class: "names" }, ...names.map((name) => h("li", {}, h("code", {}, name)))),
    ),
  );
}
