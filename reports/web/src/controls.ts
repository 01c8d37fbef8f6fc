import { h, uniqueId } from "./dom";
import { clipped } from "./format";

export interface Option {
  value: string;
  label: string;
  hint?: string;
}

export interface Choice {
  label: string;
  options: Option[];
  value: string;
  hideLabel?: boolean;
  asList?: boolean;
  asSegments?: boolean;
  choose: (value: string) => void;
}

const segmentsAtMost = 6;

export function choice(spec: Choice): HTMLElement {
  const long = spec.asList || (!spec.asSegments && spec.options.length > segmentsAtMost);
  return long ? selectBox(spec) : segments(spec);
}

const offered = new WeakMap<Element, string>();

// Draws choices anew only where what they offer has changed: a list that the reader has open stays.
export function offer(slot: Element, specs: Choice[]): void {
  const offers = JSON.stringify(
    specs.map(({ label, options, asList }) => [label, options, asList]),
  );
  if (offered.get(slot) === offers) {
    specs.forEach((spec, n) => pick(slot.children[n]!, spec.value));
    return;
  }
  offered.set(slot, offers);
  slot.replaceChildren(...specs.map(choice));
}

function pick(control: Element, value: string): void {
  for (const input of control.querySelectorAll("input")) input.checked = input.value === value;
  const box = control.querySelector("select");
  if (box) box.value = value;
}

function segments(spec: Choice): HTMLElement {
  const group = uniqueId("choice");
  const radios = spec.options.map((option) =>
    h(
      "label",
      { title: option.hint },
      h("input", {
        type: "radio",
        name: group,
        value: option.value,
        checked: option.value === spec.value,
        onchange: () => spec.choose(option.value),
      }),
      h("span", {}, option.label),
    ),
  );
  return h(
    "fieldset",
    { class: "segments" },
    h("legend", { class: spec.hideLabel ? "sr" : undefined }, spec.label),
    h("span", { class: "track" }, ...radios),
  );
}

function selectBox(spec: Choice): HTMLElement {
  const box = h(
    "select",
    { onchange: (event) => spec.choose((event.target as HTMLSelectElement).value) },
    ...spec.options.map((option) =>
      h(
        "option",
        { value: option.value, selected: option.value === spec.value },
        clipped(option.label, 80),
      ),
    ),
  );
  return h("label", { class: "select" }, h("span", {}, spec.label), box);
}

// Several may be pressed; none pressed means all.
export function chips(
  label: string,
  options: Option[],
  pressed: () => string[],
  choose: (pressed: string[]) => void,
): { element: HTMLElement; refresh: () => void } {
  const buttons = options.map((option) => {
    const button = h(
      "button",
      {
        type: "button",
        title: option.hint,
        onclick: () => {
          const now = pressed();
          choose(
            now.includes(option.value)
              ? now.filter((v) => v !== option.value)
              : [...now, option.value],
          );
          refresh();
        },
      },
      clipped(option.label, 60),
    );
    return { value: option.value, button };
  });
  const refresh = () => {
    const now = pressed();
    for (const { value, button } of buttons)
      button.setAttribute("aria-pressed", String(now.includes(value)));
  };
  refresh();
  return {
    element: h(
      "div",
      { class: "chips", role: "group", "aria-label": label },
      h("span", { class: "chips-label", "aria-hidden": "true" }, label),
      ...buttons.map((b) => b.button),
    ),
    refresh,
  };
}
