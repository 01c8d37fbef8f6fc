// What a view gets: one result, and the reader's choices with defaults for whatever the fragment leaves open.
import type { Pattern, Placement, Result, Touch } from "./data";
import { ResultIndex } from "./resultIndex";
import type { Key, Store } from "./state";

const usualPayload = 64;

export class Context {
  private disposers: (() => void)[] = [];

  constructor(readonly index: ResultIndex, readonly store: Store) {}

  get result() { return this.index.result; }

  placement(): Placement {
    return choose(this.store.get("placement"), this.index.placements, this.index.defaultPlacement());
  }

  touch(): Touch {
    return choose(this.store.get("touch"), this.index.touches, this.index.defaultTouch());
  }

  payload(): number {
    const payloads = this.index.payloads();
    return choose(Number(this.store.get("payload")), payloads, payloads.includes(usualPayload) ? usualPayload : payloads[0] ?? 0);
  }

  pattern(offered: readonly Pattern[]): Pattern {
    return choose(this.store.get("pattern"), offered, offered[0] ?? "round_trip");
  }

  latency(): "p50" | "p99" {
    return choose(this.store.get("latency"), ["p50", "p99"] as const, "p50");
  }

  rate(): "bytes" | "messages" {
    return choose(this.store.get("rate"), ["bytes", "messages"] as const, "bytes");
  }

  cell(pattern: Pattern, transport: string, payload: number) {
    return this.index.cell(pattern, transport, payload, this.placement(), this.touch());
  }

  // Runs now and whenever one of the keys changes.
  watch(keys: readonly Key[], run: () => void): void {
    run();
    this.disposers.push(this.store.watch(keys, run));
  }

  onDispose(run: () => void): void {
    this.disposers.push(run);
  }

  dispose(): void {
    for (const run of this.disposers) run();
    this.disposers = [];
  }
}

function choose<T>(wanted: unknown, offered: readonly T[], otherwise: T): T {
  return offered.find((x) => x === wanted) ?? otherwise;
}

export interface View {
  id: string;
  title: string;
  // The name in the navigation.
  short: string;
  // A view without data for this result is left out.
  applies?(result: Result): boolean;
  mount(section: HTMLElement, context: Context): void;
}
