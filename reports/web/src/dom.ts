// Elements are built from text nodes and attributes only, so no string of a result can become
// markup.

export type Child = Node | string | null | undefined | false;
type Attribute = string | number | boolean | undefined | ((event: Event) => void);
export type Attributes = Record<string, Attribute>;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

export function append(parent: Node, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    parent.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
  }
}

// A name that may be broken after an underscore or a slash, and nowhere else.
export const breakable = (name: string): Child[] =>
  name.split(/(?<=[_/])/).flatMap((part, n) => (n === 0 ? [part] : [h("wbr"), part]));

let lastId = 0;
export const uniqueId = (stem: string) => `${stem}-${++lastId}`;

// What a figure says, for files: the cell has it rounded.
export interface Amount {
  value: number | null | undefined;
  unit: string;
}

export interface Column<Row> {
  head: string;
  cell: (row: Row) => Child;
  amount?: (row: Row) => Amount;
  numeric?: boolean;
  wide?: boolean;
}

const nameNodes = (child: Child): Child[] =>
  typeof child === "string" ? breakable(child) : [child];

// So many columns need smaller letters on paper.
const manyColumns = 9;

export function table<Row>(
  caption: string,
  columns: Column<Row>[],
  rows: readonly Row[],
): HTMLElement {
  const headed = h(
    "tr",
    {},
    ...columns.map((c) =>
      h(
        "th",
        {
          scope: "col",
          class: c.numeric ? "num" : undefined,
          "data-unit": rows.length > 0 ? c.amount?.(rows[0]!).unit : undefined,
        },
        ...breakable(c.head),
      ),
    ),
  );
  const body = rows.map((row) => {
    const [head, ...cells] = columns.map((c, position) =>
      position === 0
        ? h("th", { scope: "row" }, ...nameNodes(c.cell(row)))
        : h(
            "td",
            {
              class: c.numeric ? "num" : c.wide ? "wide" : undefined,
              "data-value": c.amount ? String(c.amount(row).value ?? "") : undefined,
            },
            c.cell(row),
          ),
    );
    return h("tr", { "data-key": head?.textContent ?? undefined }, head, ...cells);
  });
  return scroller(
    h(
      "table",
      { class: columns.length > manyColumns ? "plain broad" : "plain" },
      h("caption", {}, caption),
      h("thead", {}, headed),
      h("tbody", {}, ...body),
    ),
    caption,
  );
}

// A region that scrolls sideways must be reachable by keyboard, and must say what it holds.
export function scroller(content: HTMLElement, label: string, tabStop = true): HTMLElement {
  return h(
    "div",
    { class: "scroller", tabindex: tabStop ? 0 : undefined, role: "region", "aria-label": label },
    content,
  );
}
