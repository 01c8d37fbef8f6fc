// The first screen: the program's answers to what the controls ask.
import { filterKeys, placeKeys, type Context, type View } from "../context";
import { figure, figureRange, payloadText, someOf } from "../describe";
import { h, type Child } from "../dom";
import { capital, typeset } from "../format";
import { openMechanism } from "../openMechanism";
import { instrument, medianOf } from "../resultIndex";
import type { Answer, GroupView } from "../view";
import { apartText } from "./heatCell";

export const headlineView: View = {
  id: "summary",
  title: "In short",
  short: "Summary",
  mount(section, context) {
    const list = h("ul", { class: "headlines" });
    const where = h("p", { class: "where" });
    const missing = h("p", { class: "lacking" }, ...notMeasuredLine(context));
    missing.hidden = missing.childNodes.length === 0;
    const elsewhere = h("p", { class: "elsewhere" });
    section.append(list, elsewhere, where, missing);
    context.watch(section, ["pattern", "payload", ...placeKeys, ...filterKeys], () => {
      const found = groups(context);
      const shown = new Set(context.names());
      list.replaceChildren(...found.flatMap((group) => cards(context, group, shown)));
      list.hidden = list.childElementCount === 0;
      elsewhere.textContent = elsewhereText(context);
      elsewhere.hidden = elsewhere.textContent === "";
      where.textContent = [
        ...(found.some((group) => group.answers.length > 0) ? [] : [none(context)]),
        ...(list.hidden && context.filtered() ? ["The filters leave nobody to name."] : []),
        `${capital(context.words.touch(context.touch()))}.`,
      ].join(" ");
    });
  },
};

const namesTold = 3;

const hasChosen = (context: Context) =>
  context.store.get("pattern") !== undefined || context.store.get("payload") !== undefined;

// Of what the reader chose; of what stands for each pattern while nothing is chosen.
function groups(context: Context): GroupView[] {
  const here = context.index.loaded.view.groups.filter(
    (group) => group.placement === context.placement() && group.touch === context.touch(),
  );
  if (!hasChosen(context)) return here.filter((group) => group.headline);
  const asked = here.filter(
    (group) =>
      group.pattern === context.askedPattern() && group.payload_bytes === context.payload(),
  );
  // Of several rates or pauses the one that stands for the pattern, or the last.
  const standing = asked.filter((group) => group.headline);
  return standing.length > 0 ? standing : asked.slice(-1);
}

function none(context: Context): string {
  const { words } = context;
  const what = hasChosen(context)
    ? `${words.pattern(context.askedPattern())}, ${payloadText(context.payload())}`
    : "this placement";
  return `Nothing to rank for ${what} (${words.placement(context.placement())}).`;
}

function cards(context: Context, group: GroupView, shown: Set<string>): HTMLElement[] {
  const all = group.answers.every((answer) => shown.has(answer.mechanism));
  if (all) return group.answers.map((answer) => answerItem(context, answer));
  const left = group.answers.slice(1).filter((answer) => shown.has(answer.mechanism));
  const first = firstShown(context, group, shown);
  return [...(first ? [first] : []), ...left.map((answer) => answerItem(context, answer))];
}

// The program's order by the main metric, less what the filters hide; it says as well who of the
// others is not proven to be behind.
function firstShown(
  context: Context,
  group: GroupView,
  shown: Set<string>,
): HTMLElement | undefined {
  const cells = group.cells.map((n) => context.result.cells[n]!);
  const first = cells.findIndex(
    (each) =>
      shown.has(each.transport) &&
      each.transport !== instrument &&
      medianOf(each, group.main_metric) !== null &&
      apartText(context, each) === null,
  );
  const cell = cells[first];
  const topic = group.answers[0]?.topic;
  if (!cell || topic === undefined) return undefined;
  const level = (group.unproven[first] ?? [])
    .map((n) => cells[n]!.transport)
    .filter((name) => shown.has(name));
  const waits = context.words.waits(context.index.viewOf(cell).waits);
  const sentences = [
    ...(waits === "" ? [] : [`${capital(waits)}.`]),
    ...(level.length === 0 ? [] : [`No difference proven to ${someOf(level, namesTold)}.`]),
  ];
  return card(
    context,
    `${topic}, of those in view`,
    figure(cell, group.main_metric),
    cell.transport,
    [h("p", {}, sentences.join(" "))],
    figureRange(cell, group.main_metric),
  );
}

const answerItem = (context: Context, answer: Answer): HTMLElement =>
  card(
    context,
    answer.topic,
    answer.figure,
    answer.mechanism,
    [
      h(
        "p",
        {},
        typeset(answer.sentences[0] ?? ""),
        answer.sentences.length > 1
          ? h("span", { class: "more" }, typeset(` ${answer.sentences.slice(1).join(" ")}`))
          : null,
      ),
    ],
    answer.range,
  );

function card(
  context: Context,
  topic: string,
  text: string,
  mechanism: string,
  body: Child[],
  range: string,
): HTMLElement {
  return h(
    "li",
    {},
    h("span", { class: "kicker" }, typeset(topic)),
    h(
      "span",
      { class: "winner" },
      h("span", { class: "figure" }, typeset(text)),
      openMechanism(context, mechanism, "name"),
    ),
    ...body,
    range ? h("p", { class: "footnote" }, typeset(range)) : null,
  );
}

// Where the processes run moves figures more than the mechanism: said while nothing is chosen.
function elsewhereText(context: Context): string {
  const { view } = context.index.loaded;
  if (hasChosen(context) || context.filtered() || context.store.get("placement") !== undefined)
    return "";
  const lines = view.closing.filter(({ elsewhere }) => elsewhere);
  return lines.length === 0
    ? ""
    : typeset(`The same elsewhere. ${lines.map(({ text }) => text).join(" ")}`);
}

// One line and one command, however much there is.
function notMeasuredLine({ words, index, result }: Context): Child[] {
  // Programs of the reader's own are measured by naming them, not by naming the pattern.
  const lacking = words.patterns.filter(
    ({ word }) => word !== "programs" && index.groups(word).length === 0,
  );
  if (lacking.length === 0 || result.cells.length === 0) return [];
  return [
    `Not measured in this run: ${lacking.map(({ title }) => title).join(", ")}. Measure with `,
    h("code", {}, `ipcmark run --pattern ${lacking.map(({ word }) => word).join(",")}`),
    ".",
  ];
}
