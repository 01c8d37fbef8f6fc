// A chart and its table twin: the same numbers, one switch.
import type { Context } from "./context";
import { choice } from "./controls";
import { h } from "./dom";
import type { Key } from "./state";

interface Twin {
  title: string;
  keys: Key[];
  context: Context;
  extra?: HTMLElement[];
  summary: () => string;
  chart: (width: number) => Element | null;
  table: () => HTMLElement;
}

export function twin(spec: Twin): HTMLElement {
  const picture = h("div", { class: "picture" });
  const numbers = h("div", { class: "numbers", hidden: true });
  const caption = h("figcaption", { class: "note" });
  let view = "chart";
  let width = 0;

  const draw = () => {
    caption.textContent = spec.summary();
    picture.hidden = view !== "chart";
    numbers.hidden = view === "chart";
    // Both are drawn, so that the printed page can show the chart and keep the table.
    if (width > 0) {
      const chart = spec.chart(width);
      if (chart) label(chart, spec.title, spec.summary());
      picture.replaceChildren(chart ?? h("p", { class: "muted" }, "Nothing to draw for this choice: no cell here ended ok."));
    }
    numbers.replaceChildren(spec.table());
  };

  const controls = h("div", { class: "controls" }, ...(spec.extra ?? []), choice({
    label: "Show as", value: view,
    options: [{ value: "chart", label: "chart" }, { value: "table", label: "table" }],
    choose: (value) => { view = value; draw(); },
  }));
  const figure = h("figure", { "aria-label": spec.title }, controls, caption, picture, numbers);

  const observer = new ResizeObserver(() => {
    const next = Math.round(figure.clientWidth);
    if (next === width || next === 0) return;
    width = next;
    draw();
  });
  observer.observe(figure);
  spec.context.onDispose(() => observer.disconnect());
  spec.context.watch(spec.keys, draw);
  return figure;
}

function label(chart: Element, title: string, description: string): void {
  const svg = chart.matches("svg") ? chart : chart.querySelector("svg");
  svg?.setAttribute("role", "img");
  svg?.setAttribute("aria-label", `${title}. ${description} The same numbers are in the table.`);
}
