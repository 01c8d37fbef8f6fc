import { Context, type View } from "./context";
import { h } from "./dom";
import { placeIn, viewIn } from "./keepPlace";
import { openForPaper } from "./paper";
import { masthead, notices } from "./masthead";
import { readEmbedded, type Embedded, type Loaded } from "./read";
import { ResultIndex } from "./resultIndex";
import { later, whenSettled } from "./schedule";
import { Store } from "./state";
import { globalControls, installTheme } from "./toolbar";
import { installTip } from "./tooltip";
import { Words } from "./view";
import { compareView } from "./views/compare";
import { costView } from "./views/cost";
import { environmentView } from "./views/environment";
import { gapsView } from "./views/gaps";
import { glossaryView } from "./views/glossary";
import { headlineView } from "./views/headline";
import { heatView } from "./views/heat";
import { loadView, wakeView } from "./views/load";
import { mechanismsView } from "./views/mechanisms";
import { othersView } from "./views/others";
import { paretoView } from "./views/pareto";
import { partiesView } from "./views/parties";
import { percentilesView } from "./views/percentiles";
import { rawView } from "./views/raw";
import { scalingView } from "./views/scaling";
import { trendView } from "./views/trend";

// Where there are several results, what differs is what they were brought for.
const allViews: View[] = [
  compareView,
  trendView,
  headlineView,
  heatView,
  percentilesView,
  scalingView,
  partiesView,
  costView,
  paretoView,
  loadView,
  wakeView,
  othersView,
  mechanismsView,
  gapsView,
  environmentView,
  glossaryView,
  rawView,
];

const app = document.getElementById("app")!;
const store = new Store();
let embedded: Embedded = { model: null, results: [], problems: [] };
let shown: Context | null = null;

installTheme(store);
openForPaper(["#others details", ".notice details", ".trust-more", "#environment details"]);
installTip();
void readEmbedded(document).then(start);

function start(found: Embedded): void {
  embedded = found;
  if (embedded.results.length === 0) return showNothing();
  const mount = () =>
    show(embedded.results[Number(store.get("result") ?? 0)] ?? embedded.results[0]!);
  store.watch(["result"], mount);
  mount();
  addEventListener("hashchange", () => {
    if (shown) goToAnchor(shown);
  });
}

function show(loaded: Loaded): void {
  shown?.dispose();
  const { model, results } = embedded;
  const context = new Context(
    new ResultIndex(loaded),
    store,
    results,
    new Words(model!.words),
    // Their positions are those of the results.
    results.length === model!.results.length ? model!.comparisons : [],
    model!.trends,
  );
  shown = context;
  const views = inOrder(context).filter((view) => view.applies?.(context) ?? true);
  const main = h("main", { id: "main", tabindex: -1 });
  const skip = h(
    "a",
    {
      class: "skip",
      href: "#main",
      onclick: (event) => {
        event.preventDefault();
        main.focus();
      },
    },
    "Skip to the figures",
  );
  const sections = views.map((view) =>
    h(
      "section",
      { id: view.id, tabindex: -1, "aria-labelledby": `${view.id}-title` },
      h("h2", { id: `${view.id}-title` }, view.title),
      view.lead ? h("p", { class: "lead" }, view.lead) : null,
    ),
  );
  main.append(...sections);
  const restore = placeIn(app);
  const hold = viewIn(app);
  app.replaceChildren(
    skip,
    masthead(context),
    ...notices(loaded.view, embedded.problems),
    globalControls(context, views),
    main,
  );
  restore();
  const release = hold();
  // Mounted after insertion, each in its own task: charts measure the width they get.
  views.forEach((view, position) =>
    later(view, sections[position]!, () => guarded(view, sections[position]!, context)),
  );
  whenSettled(() => {
    release();
    restore();
    goToAnchor(context);
  });
}

// Where there is no table by payload, that of the other patterns has its place.
function inOrder(context: Context): View[] {
  if (context.offeredPatterns.length > 0) return allViews;
  const rest = allViews.filter((view) => view !== othersView);
  rest.splice(rest.indexOf(headlineView) + 1, 0, othersView);
  return rest;
}

// A fault in one view must not take the others with it.
function guarded(view: View, section: HTMLElement, context: Context): void {
  try {
    view.mount(section, context);
  } catch (error) {
    section.append(
      h(
        "p",
        { class: "notice error" },
        `This view could not be drawn: ${error instanceof Error ? error.message : String(error)}`,
      ),
    );
  }
}

// The name of a cell is also its anchor: it selects the placement and focuses the cell.
function goToAnchor(context: Context): void {
  const wanted = fragment();
  const cell = context.result.cells.find((c) => c.name === wanted);
  if (cell)
    store.set({
      placement: cell.placement,
      touch: cell.touch,
      ...(cell.pattern === "one_way" || cell.pattern === "round_trip"
        ? { pattern: cell.pattern, metric: undefined }
        : { mechanism: cell.transport, cell: cell.name }),
    });
  whenSettled(() => {
    const target =
      wanted && (cell || !wanted.includes("="))
        ? (document.getElementById(wanted) ?? (cell ? document.getElementById("mechanism") : null))
        : null;
    target?.focus();
    target?.scrollIntoView({ block: cell ? "center" : "start" });
  });
}

// Anybody can write a fragment: a stray % must not stop the page.
function fragment(): string {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

function showNothing(): void {
  app.replaceChildren(
    h(
      "main",
      { id: "main" },
      h("h1", {}, "ipcmark report"),
      ...embedded.problems.map((problem) => h("p", { class: "notice error" }, problem)),
      h(
        "p",
        { class: "notice" },
        "This page holds no result. Write one with: ",
        h("code", {}, "ipcmark report results.json"),
      ),
    ),
  );
  document.documentElement.dataset["settled"] = "yes";
}
