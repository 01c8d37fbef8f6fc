// Look-ups over one result. The unit of every view is the cell.
import type { Cell, Mechanism, Pattern, Placement, Result, Summary, Touch } from "./data";
import type { Loaded, RepetitionColumns } from "./read";
import type { CellView, Frontier, GroupColumn, GroupView, Standing } from "./view";

const placementOrder: Placement[] = [
  "same_cpu",
  "smt",
  "l2",
  "l3",
  "package",
  "numa",
  "efficient",
  "mixed",
  "free",
  "cross",
];
const placementPreference: Placement[] = [
  "l3",
  "l2",
  "package",
  "smt",
  "numa",
  "efficient",
  "mixed",
  "cross",
  "free",
  "same_cpu",
];
const touchPreference: Touch[] = ["rw", "copy", "line", "verify", "desc"];

// The instrument's own cost: a reference, never a competitor.
export const instrument = "null";
export const instrumentName = "instrument (null)";

// What a reader may ask of a mechanism, by what was seen in its cells.
export type Must = "sleep" | "keep";

export class ResultIndex {
  readonly placements: Placement[];
  readonly touches: Touch[];
  readonly transports: string[];
  private readonly byKey = new Map<string, Cell>();
  private readonly byPattern = new Map<string, Cell[]>();
  private readonly mechanisms = new Map<string, Mechanism>();
  private readonly views = new Map<Cell, CellView>();
  private readonly failing: Record<Must, Set<string>> = { sleep: new Set(), keep: new Set() };
  private readonly places = new Map<Cell, { group: GroupView; position: number }>();

  constructor(readonly loaded: Loaded) {
    for (const mechanism of this.result.mechanisms) this.mechanisms.set(mechanism.name, mechanism);
    const { cells } = this.result;
    cells.forEach((cell, n) => {
      const view = loaded.view.cells[n]!;
      this.views.set(cell, view);
      if (view.waits === "burns_core") this.failing.sleep.add(cell.transport);
      if (view.lossy) this.failing.keep.add(cell.transport);
      if (!cell.parameter && !cell.parties)
        this.byKey.set(
          key(cell.pattern, cell.transport, cell.payload_bytes, cell.placement, cell.touch),
          cell,
        );
      const own = this.byPattern.get(cell.pattern);
      if (own) own.push(cell);
      else this.byPattern.set(cell.pattern, [cell]);
    });
    for (const group of loaded.view.groups)
      group.cells.forEach((cell, position) => this.places.set(cells[cell]!, { group, position }));
    this.placements = inOrder(new Set(cells.map((cell) => cell.placement)), placementOrder);
    this.touches = inOrder(new Set(cells.map((cell) => cell.touch)), touchPreference);
    this.transports = [...new Set(cells.map((cell) => cell.transport))];
  }

  get result(): Result {
    return this.loaded.result;
  }

  get competitors(): string[] {
    return this.transports.filter((name) => name !== instrument);
  }

  cell(
    pattern: Pattern,
    transport: string,
    payload: number,
    placement: Placement,
    touch: Touch,
  ): Cell | undefined {
    return this.byKey.get(key(pattern, transport, payload, placement, touch));
  }

  cells(pattern: Pattern): readonly Cell[] {
    return this.byPattern.get(pattern) ?? [];
  }

  groups(pattern: string): GroupView[] {
    return this.loaded.view.groups.filter((group) => group.pattern === pattern);
  }

  viewOf(cell: Cell): CellView {
    return this.views.get(cell)!;
  }

  groupOf(cell: Cell): GroupView | undefined {
    return this.places.get(cell)?.group;
  }

  standing(cell: Cell, metric: string): Standing {
    return this.inColumn(cell, metric, (column, position) => column.standings[position]) ?? "none";
  }

  // To the best of the cells that differ from it in nothing but the mechanism.
  ratioToBest(cell: Cell, metric: string): number | null {
    return this.inColumn(cell, metric, (column, position) => column.ratios[position]) ?? null;
  }

  frontier(cell: Cell): Frontier {
    const place = this.places.get(cell);
    return place?.group.trade_off?.frontiers[place.position] ?? "none";
  }

  private inColumn<T>(
    cell: Cell,
    metric: string,
    read: (column: GroupColumn, position: number) => T,
  ): T | undefined {
    const place = this.places.get(cell);
    const column = place?.group.columns.find((each) => each.metric === metric);
    return column && read(column, place!.position);
  }

  repetitions(cell: Cell): RepetitionColumns | undefined {
    return this.loaded.repetitions.get(cell.name);
  }

  keeps(name: string, must: Must): boolean {
    return !this.failing[must].has(name);
  }

  mechanism(name: string): Mechanism | undefined {
    return this.mechanisms.get(name);
  }

  family(name: string): string {
    return this.mechanisms.get(name)?.family ?? "unknown family";
  }

  // The only size that a mechanism has: 0 for a wake-up without payload, 8 for a signal's value.
  // Such mechanisms are of their own kind, and have a table of their own.
  fixedPayload(name: string): number | null {
    const mechanism = this.mechanisms.get(name);
    return mechanism && mechanism.payload_min_bytes === mechanism.payload_max_bytes
      ? mechanism.payload_max_bytes
      : null;
  }

  // The sizes that were asked for, and 0 where there are notifications.
  payloads(pattern?: Pattern): number[] {
    const cells = pattern === undefined ? this.plainCells() : this.cells(pattern);
    const asked = cells.filter((c) => (this.fixedPayload(c.transport) ?? 0) === 0);
    return [...new Set(asked.map((c) => c.payload_bytes))].sort((a, b) => a - b);
  }

  // Those that most views draw; a run of other patterns alone has its sizes from them.
  private plainCells(): Cell[] {
    const plain = this.result.cells.filter(
      (c) => c.pattern === "round_trip" || c.pattern === "one_way",
    );
    return plain.length > 0 ? plain : this.result.cells.filter((c) => c.pattern !== "switch_ring");
  }

  defaultPlacement(): Placement {
    const usable = new Set(
      this.result.cells.filter((c) => c.status === "ok").map((c) => c.placement),
    );
    return (
      placementPreference.find((p) => usable.has(p)) ??
      placementPreference.find((p) => this.placements.includes(p)) ??
      "free"
    );
  }

  defaultTouch(): Touch {
    return this.touches[0] ?? "rw";
  }
}

function key(
  pattern: string,
  transport: string,
  payload: number,
  placement: string,
  touch: string,
): string {
  return `${pattern}/${transport}/${payload}/${placement}/${touch}`;
}

function inOrder<T>(found: Set<T>, order: readonly T[]): T[] {
  return [...order.filter((x) => found.has(x)), ...[...found].filter((x) => !order.includes(x))];
}

export function summaryOf(cell: Cell | undefined, metric: string): Summary | undefined {
  return cell?.status === "ok" ? cell.summary[metric] : undefined;
}

export function medianOf(cell: Cell | undefined, metric: string): number | null {
  const median = summaryOf(cell, metric)?.median;
  return typeof median === "number" && Number.isFinite(median) ? median : null;
}

// Of a chart's point.
export function intervalOf(
  cell: Cell | undefined,
  metric: string,
): { low?: number; high?: number } {
  const { low, high } = summaryOf(cell, metric) ?? {};
  return typeof low === "number" && typeof high === "number" ? { low, high } : {};
}

export const shownName = (name: string) => (name === instrument ? instrumentName : name);
