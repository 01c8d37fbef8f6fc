// A chart, its table twin, a keyboard cursor over its points, and the buttons that save it.
import type { Context } from "./context";
import { choice } from "./controls";
import { h, type Child } from "./dom";
import { typeset } from "./format";
import { saveCsv, savePng, saveSvg, tableRows } from "./save";
import { drawAll, later } from "./schedule";
import type { Key } from "./state";

// One stop of the keyboard cursor, in data coordinates; `series` groups the stops of a line.
export interface Stop {
  series: string;
  x: unknown;
  y: unknown;
  text: string;
}

export interface Drawing {
  chart: Element | null;
  stops?: Stop[];
  // Names of the paths that hover brings forward, looked up by the index of their first datum.
  hover?: (firstDatum: number) => string | undefined;
}

export interface Twin {
  // A function where it changes with the reader's choices.
  title: string | (() => string);
  keys: readonly Key[];
  context: Context;
  extra?: Child[];
  summary: () => string;
  chart: (width: number) => Drawing;
  table: () => HTMLElement;
  // What to say when there is nothing to draw.
  nothing?: () => Child[];
  // Another figure of the section has the same table: paper needs it once.
  tableIsElsewhere?: boolean;
}

// Which figures the reader turned into tables: it outlasts the choice of another result.
const tables = new Set<string>();

export function twin(spec: Twin): HTMLElement {
  const picture = h("div", { class: "picture" });
  const numbers = h("div", { class: "numbers", hidden: true });
  const caption = h("figcaption", { class: "note" });
  const { title: given } = spec;
  const title = typeof given === "string" ? () => given : given;
  const file = () =>
    title()
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-");
  const { view: told } = spec.context.index.loaded;
  const about = () => ({
    title: title(),
    lines: [spec.summary(), typeset(told.host), typeset(told.verdict)],
  });
  const saves = h(
    "span",
    { class: "saves" },
    saveButton("SVG", `Save this chart as SVG`, () =>
      withSvg(picture, (svg) => saveSvg(svg, file(), about())),
    ),
    saveButton("PNG", `Save this chart as PNG`, () =>
      withSvg(picture, (svg) => savePng(svg, file(), about())),
    ),
    saveButton("CSV", `Save the numbers of this chart as CSV`, () =>
      saveCsv(tableRows(spec.table()), file()),
    ),
  );
  const name = typeof given === "string" ? given : "";
  let view = tables.has(name) ? "table" : "chart";
  let width = 0;
  const point: Point = { stop: null };

  const nothing = () =>
    h(
      "div",
      { class: "nothing" },
      ...(spec.nothing?.() ?? [
        h("p", {}, "Nothing to draw for this choice: no cell here ended ok."),
      ]),
    );
  const tableOrNothing = () => {
    const table = spec.table();
    return table.querySelector("tbody tr") ? table : nothing();
  };

  // Paper has the table after the chart, unless it would fill pages.
  const paperTable = (): HTMLElement | string => {
    if (spec.tableIsElsewhere) return "";
    const table = tableOrNothing();
    table.classList.toggle("long", table.querySelectorAll("tr").length > 26);
    return table;
  };

  const draw = () => {
    caption.textContent = spec.summary();
    figure.setAttribute("aria-label", title());
    picture.hidden = view !== "chart";
    numbers.hidden = view === "chart";
    numbers.replaceChildren(
      ...(view !== "chart"
        ? [tableOrNothing()]
        : matchMedia("print").matches
          ? [paperTable()]
          : []),
    );
    if (width > 0 && view === "chart") drawChart(width);
  };

  const drawChart = (wide: number) => {
    const drawing = spec.chart(wide);
    const { chart } = drawing;
    saves.hidden = chart === null;
    if (!chart) {
      picture.removeAttribute("tabindex");
      picture.removeAttribute("role");
      picture.replaceChildren(nothing());
      return;
    }
    describeSvg(chart, title(), spec.summary());
    picture.replaceChildren(chart);
    const light = drawing.hover ? quietLines(chart, drawing.hover) : () => undefined;
    cursor(picture, chart, title(), drawing.stops ?? [], point, light);
  };

  const controls = h(
    "div",
    { class: "controls chart-controls" },
    ...(spec.extra ?? []),
    choice({
      label: "Show as",
      hideLabel: true,
      value: view,
      options: [
        { value: "chart", label: "chart" },
        { value: "table", label: "table" },
      ],
      choose: (value) => {
        view = value;
        if (view === "table") tables.add(name);
        else tables.delete(name);
        draw();
      },
    }),
    saves,
  );
  const figure = h("figure", {}, controls, caption, picture, numbers);

  const resized = {};
  const observer = new ResizeObserver(() => {
    const next = Math.round(figure.clientWidth);
    if (next === width || next === 0) return;
    width = next;
    // A table does not depend on the width, and whoever reads it may have marked something.
    if (view === "chart") later(resized, figure, draw);
  });
  observer.observe(figure);
  const before = () => {
    if (view !== "chart") return;
    numbers.replaceChildren(paperTable());
    if (width > paperWidth) drawChart(paperWidth);
  };
  const after = () => {
    if (view === "chart" && width > paperWidth) drawChart(width);
  };
  addEventListener("beforeprint", before);
  addEventListener("afterprint", after);
  spec.context.onDispose(() => {
    observer.disconnect();
    removeEventListener("beforeprint", before);
    removeEventListener("afterprint", after);
  });
  spec.context.watch(figure, spec.keys, () => {
    width = Math.round(figure.clientWidth);
    draw();
  });
  return figure;
}

addEventListener("beforeprint", drawAll);

// A4 less the margins of the style sheet, in CSS pixels: letters are not made smaller to fit.
const paperWidth = 700;

function saveButton(label: string, title: string, run: () => void): HTMLElement {
  return h(
    "button",
    { type: "button", class: "save", title, "aria-label": title, onclick: run },
    label,
  );
}

function withSvg(picture: HTMLElement, run: (svg: SVGSVGElement) => void): void {
  const svg = picture.querySelector<SVGSVGElement>("svg");
  if (svg) run(svg);
}

function describeSvg(chart: Element, title: string, description: string): void {
  const svg = chart.matches("svg") ? chart : chart.querySelector("svg");
  if (!svg) return;
  const space = "http://www.w3.org/2000/svg";
  const text = document.createElementNS(space, "desc");
  text.textContent = description;
  // A <title> on the root would be a tip over the whole chart: the label has the name, a saved file
  // its <title> too.
  svg.prepend(text);
  for (const group of svg.querySelectorAll("g[aria-label]")) group.removeAttribute("aria-label");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${title}. ${description}`);
}

// --- keyboard ------------------------------------------------------------------------------------

interface Scale {
  apply: (value: unknown) => number;
  bandwidth?: number;
}

// Where the reader stands in a chart, also after it was drawn again.
interface Point {
  stop: Stop | null;
}

function cursor(
  picture: HTMLElement,
  chart: Element,
  title: string,
  stops: Stop[],
  point: Point,
  light: (series: string | undefined) => void,
): void {
  if (stops.length === 0) {
    picture.removeAttribute("tabindex");
    picture.removeAttribute("role");
    return;
  }
  const scale = (name: string) =>
    (chart as unknown as { scale: (name: string) => Scale | undefined }).scale(name);
  const svg = (chart.matches("svg") ? chart : chart.querySelector("svg")) as SVGSVGElement;
  const place = (name: "x" | "y", value: unknown) => {
    const found = scale(name);
    return found ? found.apply(value) + (found.bandwidth ?? 0) / 2 : NaN;
  };
  const ring = h("div", { class: "ring", hidden: true, "aria-hidden": "true" });
  const bubble = h("div", { class: "bubble", hidden: true, "aria-hidden": "true" });
  picture.append(ring, bubble);
  picture.tabIndex = 0;
  picture.setAttribute("role", "application");
  picture.setAttribute("aria-roledescription", "chart");
  picture.setAttribute(
    "aria-label",
    `${title}. Arrow keys move along a series and between series, Home and End ` +
      "jump, Escape leaves the point.",
  );

  const series = [...new Set(stops.map((stop) => stop.series))];
  const bySeries = series.map((name) => stops.filter((stop) => stop.series === name));
  let at = indexOf(point.stop, bySeries);

  const show = () => {
    point.stop = at ? bySeries[at[0]]![at[1]]! : null;
    if (!point.stop) return hide();
    const { stop } = point;
    const box = svg.getBoundingClientRect();
    const frame = picture.getBoundingClientRect();
    const zoom = box.width / (svg.viewBox.baseVal.width || box.width);
    const x = box.left - frame.left + place("x", stop.x) * zoom;
    const y = box.top - frame.top + place("y", stop.y) * zoom;
    ring.style.left = `${x}px`;
    ring.style.top = `${y}px`;
    ring.hidden = bubble.hidden = false;
    bubble.textContent = `${stop.series}: ${stop.text}`;
    bubble.style.left = `${Math.max(0, Math.min(x + 10, frame.width - bubble.offsetWidth))}px`;
    bubble.style.top = `${Math.max(0, y - bubble.offsetHeight - 10)}px`;
    light(stop.series);
    announce(`${stop.series}: ${stop.text}`);
  };
  const hide = () => {
    light(undefined);
    ring.hidden = bubble.hidden = true;
  };

  picture.onkeydown = (event) => {
    const [line, position] = at ?? [0, -1];
    const own = bySeries[line]!;
    const nearest = (to: number) => {
      const from = own[Math.max(0, position)]!;
      const x = place("x", from.x);
      let best = 0;
      bySeries[to]!.forEach((stop, n) => {
        if (Math.abs(place("x", stop.x) - x) < Math.abs(place("x", bySeries[to]![best]!.x) - x))
          best = n;
      });
      return best;
    };
    const to = (other: number): [number, number] => {
      const next = (other + series.length) % series.length;
      return [next, nearest(next)];
    };
    const moves: Record<string, () => [number, number] | null> = {
      ArrowRight: () =>
        position + 1 < own.length
          ? [line, position + 1]
          : own.length === 1 && series.length > 1
            ? to(line + 1)
            : [line, position],
      ArrowLeft: () =>
        position > 0
          ? [line, position - 1]
          : own.length === 1 && series.length > 1 && at
            ? to(line - 1)
            : [line, Math.max(0, position)],
      ArrowDown: () => (at ? to(line + 1) : [0, 0]),
      ArrowUp: () => (at ? to(line - 1) : [0, 0]),
      Home: () => [line, 0],
      End: () => [line, own.length - 1],
      Escape: () => null,
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    at = move();
    show();
  };
  picture.onblur = hide;
  picture.onfocus = () => {
    if (at) show();
  };
  if (at && document.activeElement === picture) show();
}

// The same point of the same series; of a series with one point that one, wherever it went.
function indexOf(stop: Stop | null, bySeries: Stop[][]): [number, number] | null {
  const line = bySeries.findIndex((own) => own[0]!.series === stop?.series);
  if (!stop || line < 0) return null;
  const own = bySeries[line]!;
  const position =
    own.length === 1 ? 0 : own.findIndex((other) => other.x === stop.x && other.y === stop.y);
  const moved = position < 0 ? own.findIndex((other) => other.x === stop.x) : position;
  return moved < 0 ? null : [line, moved];
}

let timer = 0;

// Holding an arrow key must not fill the queue of a screen reader.
function announce(text: string): void {
  const region =
    document.getElementById("announce") ??
    document.body.appendChild(
      h("div", { id: "announce", class: "sr", role: "status", "aria-live": "polite" }),
    );
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    region.textContent = text;
  }, 150);
}

// --- quiet lines ---------------------------------------------------------------------------------

// One comes forward under the pointer and the keyboard's cursor. Plot binds the indices of its data
// to each path.
function quietLines(
  chart: Element,
  name: (firstDatum: number) => string | undefined,
): (series: string | undefined) => void {
  const named = new Map<string, Element>();
  for (const path of chart.querySelectorAll<SVGPathElement>("g.quiet path")) {
    const data = (path as unknown as { __data__?: number[] }).__data__;
    const found = data && data.length > 0 ? name(data[0]!) : undefined;
    if (found) named.set(found, path);
  }
  let lit: Element | undefined;
  const light = (series: string | undefined) => {
    const next = series === undefined ? undefined : named.get(series);
    if (next === lit) return;
    lit?.classList.remove("lit");
    next?.classList.add("lit");
    lit = next;
  };
  chart.addEventListener("input", () =>
    light((chart as unknown as { value?: { name?: string } | null }).value?.name),
  );
  return light;
}
