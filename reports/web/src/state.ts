// Everything the reader chooses lives in the URL fragment, so that a link shows the same view.

export type Key =
  | "result"
  | "against"
  | "placement"
  | "payload"
  | "touch"
  | "pattern"
  | "metric"
  | "sort"
  | "series"
  | "theme"
  | "family"
  | "wait"
  | "find"
  | "must"
  | "zoom"
  | "trait"
  | "rate"
  | "quantile"
  | "mechanism"
  | "cell"
  | "compared"
  | "trend";

type Watcher = { keys: readonly Key[]; run: () => void };

export class Store {
  private values: URLSearchParams;
  private watchers: Watcher[] = [];

  constructor() {
    this.values = parse(location.hash);
    addEventListener("hashchange", () => this.reload());
  }

  get(key: Key): string | undefined {
    return this.values.get(key) ?? undefined;
  }

  set(patch: Partial<Record<Key, string | undefined>>): void {
    const changed: Key[] = [];
    for (const [key, value] of Object.entries(patch) as [Key, string | undefined][]) {
      if (this.get(key) === value) continue;
      if (value === undefined) this.values.delete(key);
      else this.values.set(key, value);
      changed.push(key);
    }
    if (changed.length === 0) return;
    history.replaceState(null, "", `#${this.values.toString()}`);
    this.notify(changed);
  }

  watch(keys: readonly Key[], run: () => void): () => void {
    const watcher = { keys, run };
    this.watchers.push(watcher);
    return () => {
      this.watchers = this.watchers.filter((w) => w !== watcher);
    };
  }

  private reload(): void {
    const next = parse(location.hash);
    // A fragment without "=" is an anchor: it must not wipe the choices.
    if (next.size === 0) return;
    const names = new Set([...this.values.keys(), ...next.keys()]);
    const changed = [...names].filter((name) => this.values.get(name) !== next.get(name)) as Key[];
    this.values = next;
    if (changed.length > 0) this.notify(changed);
  }

  private notify(changed: Key[]): void {
    for (const watcher of [...this.watchers]) {
      if (watcher.keys.some((key) => changed.includes(key)) && this.watchers.includes(watcher))
        watcher.run();
    }
  }
}

function parse(hash: string): URLSearchParams {
  const text = hash.replace(/^#/, "");
  // The name of a cell may hold a "=" of its own: paced/pipe/64/l3/rate=10000.
  return new URLSearchParams(text.includes("=") && !/^[a-z_]+(\/|%2F)/i.test(text) ? text : "");
}
