// The choices that hold for the whole page, and the way to its sections.
import { filterKeys, type Context, type View } from "./context";
import { chips, choice, offer, type Choice } from "./controls";
import { h } from "./dom";
import { formatPayload, plural } from "./format";
import { jumpLink } from "./jump";
import type { Loaded } from "./read";
import type { Key, Store } from "./state";
import { traitText } from "./views/traits";

export function globalControls(context: Context, views: View[]): HTMLElement {
  // Two elements, so that the chips scroll away and leave the figures room.
  return h(
    "div",
    { class: "bars" },
    h(
      "div",
      { class: "toolbar" },
      h(
        "div",
        { class: "top" },
        h(
          "nav",
          { "aria-label": "Sections" },
          ...views.map((view) => jumpLink(view.id, view.short)),
        ),
        themeSwitch(context.store),
      ),
      choices(context),
    ),
    filters(context),
  );
}

const fileName = (path: string) => path.slice(path.lastIndexOf("/") + 1);

export const resultName = (results: readonly Loaded[], position: number): string =>
  `${position + 1}: ${fileName(results[position]?.view.name ?? "")}`;

function choices(context: Context): HTMLElement {
  const { store, index, all, words } = context;
  const row = h("div", { class: "controls", "data-key": "choices" });
  if (all.length > 1) {
    row.append(
      choice({
        label: "Result",
        value: String(all.indexOf(index.loaded)),
        options: all.map(({ view, result }, n) => ({
          value: String(n),
          label: resultName(all, n),
          hint: `${view.name}, ${result.run.started}`,
        })),
        choose: (value) => store.set({ result: value }),
      }),
    );
  }
  const draw = h("span", { class: "controls" });
  row.append(draw);
  const specs = (): Choice[] => [
    {
      label: "Pattern",
      value: context.askedPattern(),
      asSegments: true,
      options: context.measuredPatterns.map((name) => ({
        value: name,
        label: context.offeredPatterns.includes(name)
          ? words.pattern(name)
          : name.replace(/_/g, " "),
        hint: words.patterns.find(({ word }) => word === name)?.question,
      })),
      choose: (pattern) => store.set({ pattern, metric: undefined, sort: undefined }),
    },
    {
      label: "Placement",
      value: context.placement(),
      options: index.placements.map((name) => ({
        value: name,
        label: words.placement(name),
        hint: name,
      })),
      choose: (placement) => store.set({ placement }),
    },
    {
      label: "Touch",
      value: context.touch(),
      options: index.touches.map((name) => ({ value: name, label: name, hint: words.touch(name) })),
      choose: (touch) => store.set({ touch }),
    },
    {
      label: "Payload",
      value: String(context.payload()),
      options: index.payloads().map((bytes) => ({
        value: String(bytes),
        label: formatPayload(bytes),
        hint: bytes === 0 ? "notifications: a wake-up without a payload" : undefined,
      })),
      choose: (payload) => store.set({ payload }),
    },
  ];
  const fill = () =>
    offer(
      draw,
      specs().filter(({ options }) => options.length > 1),
    );
  fill();
  context.onDispose(store.watch(["placement", "touch", "payload", "pattern"], fill));
  return row;
}

function filters(context: Context): HTMLElement {
  const { store, index } = context;
  const present = (pick: (name: string) => string | undefined) =>
    [...new Set(index.competitors.map(pick))].filter((x): x is string => x !== undefined);
  const joined = (key: Key) => (values: string[]) =>
    store.set({ [key]: values.length > 0 ? values.join(",") : undefined });
  const waits = chips(
    "Wait",
    present((name) => index.mechanism(name)?.wait).map((wait) => ({
      value: wait,
      label: wait.replace(/_/g, " "),
    })),
    () => context.waits(),
    joined("wait"),
  );
  const musts = chips(
    "Must",
    [
      { value: "sleep", label: "sleep when idle", hint: "hide what burns a core while idle" },
      { value: "keep", label: "lose nothing", hint: "hide what lost messages or may lose them" },
    ],
    () => context.musts(),
    joined("must"),
  );
  const traits = h("span", {});
  const fillTraits = () => offer(traits, traitChoice(context));
  const families = chips(
    "Family",
    present((name) => index.mechanism(name)?.family).map((family) => {
      const count = index.competitors.filter((name) => index.family(name) === family).length;
      return { value: family, label: `${family} ${count}`, hint: plural(count, "mechanism") };
    }),
    () => context.families(),
    joined("family"),
  );
  const find = h("input", {
    type: "search",
    value: context.find(),
    placeholder: "name",
    size: 12,
    oninput: (event) => {
      store.set({ find: (event.target as HTMLInputElement).value || undefined });
    },
  });
  const count = h("span", { class: "muted count", role: "status", tabindex: -1 });
  const clear = h(
    "button",
    {
      type: "button",
      class: "clear",
      onclick: () => {
        // The button hides itself.
        count.focus({ preventScroll: true });
        store.set(Object.fromEntries(filterKeys.map((key) => [key, undefined])));
      },
    },
    "Show all",
  );
  const refresh = () => {
    waits.refresh();
    musts.refresh();
    fillTraits();
    families.refresh();
    // To write what it holds already would move the caret of whoever types.
    if (find.value !== context.find()) find.value = context.find();
    count.textContent = context.filtered()
      ? `${context.names().length} of ${plural(index.competitors.length, "mechanism")}`
      : plural(index.competitors.length, "mechanism");
    clear.hidden = !context.filtered();
  };
  refresh();
  context.onDispose(store.watch(filterKeys, refresh));
  // Where there is room they stand open.
  const more = h(
    "details",
    { class: "more-filters", "data-key": "filters", open: innerWidth >= 960 },
    h("summary", {}, "Which mechanisms ", count),
    h(
      "div",
      { class: "filters-open" },
      waits.element,
      families.element,
      traits,
      h("label", { class: "find" }, h("span", {}, "Find"), find),
      clear,
    ),
  );
  return h("div", { class: "filters" }, musts.element, more);
}

// Traits that some have and others lack.
function traitChoice({ index, store }: Context): Choice[] {
  const all = index.competitors.map((name) => index.mechanism(name)?.traits ?? {});
  const names = [...new Set(all.flatMap((traits) => Object.keys(traits)))].filter(
    (name) => all.some((traits) => traits[name] === true) && all.some((t) => t[name] !== true),
  );
  if (names.length === 0) return [];
  return [
    {
      label: "Trait",
      asList: true,
      value: store.get("trait") ?? "",
      options: [
        { value: "", label: "any" },
        ...names.map((name) => ({ value: name, label: traitText(name) })),
      ],
      choose: (value) => store.set({ trait: value === "" ? undefined : value }),
    },
  ];
}

const themes = [
  { value: "auto", label: "Auto" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

function themeSwitch(store: Store): HTMLElement {
  return choice({
    label: "Theme",
    options: themes,
    value: store.get("theme") ?? "auto",
    choose: (theme) => store.set({ theme: theme === "auto" ? undefined : theme }),
  });
}

export function installTheme(store: Store): void {
  const apply = () => {
    const theme = store.get("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset["theme"] = theme;
    else delete document.documentElement.dataset["theme"];
  };
  store.watch(["theme"], apply);
  apply();
}
