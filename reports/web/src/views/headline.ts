// The first screen: the program's answers to what the controls ask.
import { filterKeys, placeKeys, type Context, type View } from "../context";
import { payloadText } from "../describe";
import { h } from "../dom";
import { capital, typeset } from "../format";
import { openMechanism } from "../openMechanism";
import type { Answer, GroupView } from "../view";

export const headlineView: View = {
  id: "summary",
  title: "In short",
  short: "Summary",
  mount(section, context) {
    const list = h("ul", { class: "headlines" });
    const where = h("p", { class: "where" });
    section.append(list, where);
    context.watch(section, ["pattern", "payload", ...placeKeys, ...filterKeys], () => {
      const answers = groups(context).flatMap((group) => group.answers);
      const shown = new Set(context.names());
      list.replaceChildren(
        ...answers.filter((a) => shown.has(a.mechanism)).map((a) => answerItem(context, a)),
      );
      list.hidden = list.childElementCount === 0;
      where.textContent = [
        ...(answers.length === 0 ? [none(context)] : []),
        ...answers
          .filter((a) => !shown.has(a.mechanism))
          .map((a) => `${typeset(a.topic)}: the answer is left out by the filters.`),
        `${capital(context.words.touch(context.touch()))}.`,
      ].join(" ");
    });
  },
};

const hasChosen = (context: Context) =>
  context.store.get("pattern") !== undefined || context.store.get("payload") !== undefined;

// Of what the reader chose; of what stands for each pattern while nothing is chosen.
function groups(context: Context): GroupView[] {
  const here = context.index.loaded.view.groups.filter(
    (group) => group.placement === context.placement() && group.touch === context.touch(),
  );
  return hasChosen(context)
    ? here.filter(
        (group) => group.pattern === context.pattern() && group.payload_bytes === context.payload(),
      )
    : here.filter((group) => group.headline);
}

function none(context: Context): string {
  const { words } = context;
  const what = hasChosen(context)
    ? `${words.pattern(context.pattern())}, ${payloadText(context.payload())}`
    : "this placement";
  return `Nothing to rank for ${what} (${words.placement(context.placement())}).`;
}

function answerItem(context: Context, answer: Answer): HTMLElement {
  return h(
    "li",
    {},
    h("span", { class: "kicker" }, typeset(answer.topic)),
    h(
      "span",
      { class: "winner" },
      h("span", { class: "figure" }, typeset(answer.figure)),
      openMechanism(context, answer.mechanism, "name"),
    ),
    h("p", {}, typeset(answer.sentences.join(" "))),
    answer.range ? h("p", { class: "footnote" }, typeset(answer.range)) : null,
  );
}
