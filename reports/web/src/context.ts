// What a view gets: one result, and the reader's choices with defaults for whatever the fragment
// leaves open.
import type { Cell, Pattern, Placement, Result, Touch, Wait } from "./data";
import type { Loaded } from "./read";
import { keepPlace } from "./keepPlace";
import { instrument, ResultIndex, type Must } from "./resultIndex";
import { cancel, later } from "./schedule";
import type { Key, Store } from "./state";
import type { ComparisonView, Metric, TrendView, Words } from "./view";

const usualPayload = 64;

// The choices that say which mechanisms are in view.
export const filterKeys: readonly Key[] = ["family", "wait", "find", "must", "trait"];
export const placeKeys: readonly Key[] = ["placement", "touch"];

export class Context {
  private disposers: (() => void)[] = [];

  constructor(
    readonly index: ResultIndex,
    readonly store: Store,
    readonly all: readonly Loaded[],
    readonly words: Words,
    readonly comparisons: readonly ComparisonView[],
    readonly trends?: TrendView,
  ) {}

  get result(): Result {
    return this.index.result;
  }

  placement(): Placement {
    return choose(
      this.store.get("placement"),
      this.index.placements,
      this.index.defaultPlacement(),
    );
  }

  touch(): Touch {
    return choose(this.store.get("touch"), this.index.touches, this.index.defaultTouch());
  }

  payload(): number {
    const payloads = this.index.payloads();
    return choose(
      Number(this.store.get("payload") ?? NaN),
      payloads,
      payloads.includes(usualPayload)
        ? usualPayload
        : (payloads.find((p) => p > 0) ?? payloads[0] ?? 0),
    );
  }

  readonly offeredPatterns: Pattern[] = (["round_trip", "one_way"] as const).filter(
    (p) => this.index.cells(p).length > 0,
  );

  // Every pattern that was measured; the table by payload has room for those above.
  readonly measuredPatterns: Pattern[] = this.words.patterns
    .map(({ word }) => word as Pattern)
    .filter((p) => this.index.cells(p).length > 0);

  askedPattern(): Pattern {
    return choose(this.store.get("pattern"), this.measuredPatterns, this.pattern());
  }

  pattern(): Pattern {
    return choose(
      this.store.get("pattern"),
      this.offeredPatterns,
      this.offeredPatterns[0] ?? "round_trip",
    );
  }

  // Those that groups of the pattern have a column of, the main one first, as these label them;
  // where they differ, by the groups with or without a payload.
  metrics(pattern: Pattern = this.pattern(), withPayload = true): Metric[] {
    const groups = [...this.index.groups(pattern)].sort(
      (a, b) =>
        Number(a.payload_bytes > 0 === withPayload) - Number(b.payload_bytes > 0 === withPayload),
    );
    const columns = groups.flatMap((group) => group.columns);
    const labels = new Map(columns.map(({ metric, label }) => [metric, label]));
    return this.words
      .mainFirst(groups[groups.length - 1]?.main_metric ?? "")
      .filter((metric) => labels.has(metric.key))
      .map((metric) => ({ ...metric, label: labels.get(metric.key)! }));
  }

  metric(): Metric {
    const offered = this.metrics();
    const groups = this.index.groups(this.pattern());
    const usual = (groups.find((group) => group.payload_bytes > 0) ?? groups[0])?.main_metric;
    const named = (key: string | undefined) => offered.find((metric) => metric.key === key);
    return (
      named(this.store.get("metric")) ??
      named(usual) ??
      offered[0] ??
      this.words.mainMetric(this.pattern())
    );
  }

  rate(): "bytes" | "messages" {
    return choose(this.store.get("rate"), ["bytes", "messages"] as const, "bytes");
  }

  families(): string[] {
    return list(this.store.get("family"));
  }
  waits(): Wait[] {
    return list(this.store.get("wait")) as Wait[];
  }
  find(): string {
    return this.store.get("find") ?? "";
  }
  musts(): Must[] {
    return list(this.store.get("must")) as Must[];
  }
  trait(): string {
    return this.store.get("trait") ?? "";
  }

  filtered(): boolean {
    return filterKeys.some((key) => (this.store.get(key) ?? "") !== "");
  }

  // The mechanisms in view, in the order of the result.
  names(): string[] {
    const families = this.families();
    const waits = this.waits();
    const musts = this.musts();
    const trait = this.trait();
    const find = this.find().toLowerCase();
    return this.index.competitors.filter((name) => {
      const mechanism = this.index.mechanism(name);
      return (
        (families.length === 0 || families.includes(this.index.family(name))) &&
        (waits.length === 0 || (mechanism !== undefined && waits.includes(mechanism.wait))) &&
        musts.every((must) => this.index.keeps(name, must)) &&
        (trait === "" || mechanism?.traits[trait] === true) &&
        (find === "" ||
          name.toLowerCase().includes(find) ||
          (mechanism?.summary ?? "").toLowerCase().includes(find))
      );
    });
  }

  // The same with the instrument, which no filter hides.
  namesAndInstrument(): string[] {
    return this.index.transports.includes(instrument)
      ? [...this.names(), instrument]
      : this.names();
  }

  // In the program's order by the main metric of the first pattern that was measured here, at the
  // chosen payload where it was; who has no cell there comes last.
  bestFirst(names = this.names()): string[] {
    const here = this.index.loaded.view.groups.filter(
      (group) => group.placement === this.placement() && group.touch === this.touch(),
    );
    const pattern = this.words.patterns.find(({ word }) => here.some((g) => g.pattern === word));
    const alike = here.filter((group) => group.pattern === pattern?.word);
    const group = alike.find((g) => g.payload_bytes === this.payload()) ?? alike[0];
    const order = (group?.cells ?? []).map((cell) => this.result.cells[cell]!.transport);
    const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
    return [...names].sort((x, y) => place(x) - place(y));
  }

  cell(pattern: Pattern, transport: string, payload: number): Cell | undefined {
    return this.index.cell(pattern, transport, payload, this.placement(), this.touch());
  }

  // Cells of a pattern with a parameter, in view, at the chosen payload and placement.
  cellsOf(pattern: Pattern, payload: number | null = this.payload()): Cell[] {
    const names = new Set(this.names());
    const placement = this.placement();
    return this.index
      .cells(pattern)
      .filter(
        (cell) =>
          cell.placement === placement &&
          names.has(cell.transport) &&
          (payload === null || cell.payload_bytes === payload),
      );
  }

  // Runs soon, and again whenever one of the keys changes; each run is a task of its own and keeps
  // the reader's place in the element.
  watch(element: Element, keys: readonly Key[], run: () => void): void {
    const owner = {};
    const draw = () => later(owner, element, () => keepPlace(element, run));
    draw();
    this.disposers.push(this.store.watch(keys, draw), () => cancel(owner));
  }

  onDispose(run: () => void): void {
    this.disposers.push(run);
  }

  dispose(): void {
    for (const run of this.disposers) run();
    this.disposers = [];
  }
}

export function choose<T>(wanted: unknown, offered: readonly T[], otherwise: T): T {
  return offered.find((x) => x === wanted) ?? otherwise;
}

const list = (text: string | undefined) =>
  text ? text.split(",").filter((word) => word !== "") : [];

export interface View {
  id: string;
  title: string;
  // The name in the navigation.
  short: string;
  // One sentence under the title: the question that the view answers.
  lead?: string;
  // A view that has nothing to say about these results is left out.
  applies?(context: Context): boolean;
  mount(section: HTMLElement, context: Context): void;
}
