// A redraw makes new elements. What the reader had in the old ones passes to those that take their
// place: the focus, marked text, how far a region was scrolled, which disclosure was open. They are
// found again by `id` or `data-key`, of themselves or of the nearest element around them, and by
// position below it.

// Only what was ever scrolled is asked for its position: to ask all would lay out the page before
// every drawing.
const scrolled = new Set<Element>();
addEventListener(
  "scroll",
  (event) => {
    if (event.target instanceof Element) scrolled.add(event.target);
  },
  true,
);

export function keepPlace(root: Element, draw: () => void): void {
  const restore = placeIn(root);
  draw();
  restore();
}

export function placeIn(root: Element): () => void {
  const restores = [...openedIn(root), ...scrolledIn(root), ...focusIn(root), ...markedIn(root)];
  return () => {
    for (const restore of restores) restore();
  };
}

type Restores = (() => void)[];

function openedIn(root: Element): Restores {
  return [...root.querySelectorAll<HTMLDetailsElement>("details[data-key][open]")].map(
    (details) => {
      const spot = spotOf(details, root);
      return () => {
        const successor = nodeAt(spot, root);
        if (successor instanceof HTMLDetailsElement) successor.open = true;
      };
    },
  );
}

function scrolledIn(root: Element): Restores {
  const restores: Restores = [];
  for (const region of scrolled) {
    if (!region.isConnected) scrolled.delete(region);
    if (!root.contains(region)) continue;
    const { scrollLeft, scrollTop } = region;
    const spot = spotOf(region, root);
    restores.push(() => {
      const successor = region.isConnected ? region : nodeAt(spot, root);
      // Whoever has scrolled it meanwhile is not sent back.
      if (successor instanceof Element && successor.scrollLeft === 0 && successor.scrollTop === 0)
        successor.scrollTo({ left: scrollLeft, top: scrollTop, behavior: "instant" });
    });
  }
  return restores;
}

function focusIn(root: Element): Restores {
  const focused = document.activeElement;
  if (!focused || focused === root || !root.contains(focused)) return [];
  const spot = spotOf(focused, root);
  return [
    () => {
      // Whoever has got the focus meanwhile keeps it.
      if (document.activeElement !== null && document.activeElement !== document.body) return;
      const successor = nodeAt(spot, root);
      // What is gone, hidden or disabled takes no focus: its disclosure does, or the section around
      // it.
      for (const candidate of [
        successor,
        elementOf(successor)?.closest("details")?.querySelector("summary"),
        root.closest("[tabindex]"),
      ]) {
        if (!(candidate instanceof HTMLElement)) continue;
        candidate.focus({ preventScroll: true });
        if (document.activeElement === candidate) return;
      }
    },
  ];
}

function markedIn(root: Element): Restores {
  const selection = getSelection();
  if (!selection || selection.isCollapsed) return [];
  const { anchorNode, anchorOffset, focusNode, focusOffset } = selection;
  if (!anchorNode || !focusNode || !root.contains(anchorNode) || !root.contains(focusNode))
    return [];
  const text = selection.toString();
  const [from, to] = [spotOf(anchorNode, root), spotOf(focusNode, root)];
  return [
    () => {
      if (anchorNode.isConnected && focusNode.isConnected) return;
      const [first, last] = [nodeAt(from, root), nodeAt(to, root)];
      if (!first || !last || anchorOffset > length(first) || focusOffset > length(last)) return;
      selection.setBaseAndExtent(first, anchorOffset, last, focusOffset);
      if (selection.toString() !== text) selection.removeAllRanges();
    },
  ];
}

const elementOf = (node: Node | null) =>
  node instanceof Element ? node : (node?.parentElement ?? null);
const length = (node: Node) =>
  node instanceof CharacterData ? node.length : node.childNodes.length;

// For sections that are made anew and drawn later. Held, each is as high as its predecessor was,
// and what stood at the top of the window stands there again; released, they have their own
// heights.
export function viewIn(root: Element): () => () => void {
  const before = new Map(
    [...root.querySelectorAll("section")].map((section) => [
      section.id,
      section.getBoundingClientRect(),
    ]),
  );
  const [top] = [...before].reverse().find(([, box]) => box.top < innerHeight / 2) ?? [];
  return () => {
    const sections = [...root.querySelectorAll("section")];
    for (const section of sections)
      section.style.minHeight = `${before.get(section.id)?.height ?? 0}px`;
    const successor = sections.find((section) => section.id === top);
    if (successor && scrollY > 0)
      scrollBy({
        top: successor.getBoundingClientRect().top - before.get(successor.id)!.top,
        behavior: "instant",
      });
    return () => {
      for (const section of sections) section.style.minHeight = "";
    };
  };
}

// --- finding an element again --------------------------------------------------------------------

// The `nth` element called `name` with this key, or the root; then the positions of children down
// to the node.
interface Spot {
  name: string;
  key: string | null;
  nth: number;
  path: number[];
}

const keyOf = (node: Node) =>
  node instanceof HTMLElement ? node.id || node.dataset["key"] || null : null;

function spotOf(node: Node, root: Element): Spot {
  const path: number[] = [];
  let at = node;
  while (at !== root && keyOf(at) === null) {
    const parent: Node = at.parentNode!;
    path.unshift([...parent.childNodes].indexOf(at as ChildNode));
    at = parent;
  }
  const key = at === root ? null : keyOf(at);
  return {
    name: at.nodeName,
    key,
    nth: key === null ? 0 : keyed(root, at.nodeName, key).indexOf(at as Element),
    path,
  };
}

function nodeAt({ name, key, nth, path }: Spot, root: Element): Node | null {
  const start: Node | null = key === null ? root : (keyed(root, name, key)[nth] ?? null);
  return path.reduce<Node | null>((node, position) => node?.childNodes[position] ?? null, start);
}

function keyed(root: Element, name: string, key: string): Element[] {
  return [...root.querySelectorAll(name)].filter((element) => keyOf(element) === key);
}
