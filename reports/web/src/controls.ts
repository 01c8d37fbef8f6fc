import { h, uniqueId } from "./dom";

export interface Option { value: string; label: string; hint?: string }

interface Choice {
  label: string;
  options: Option[];
  value: string;
  choose: (value: string) => void;
}

const segmentsAtMost = 6;

export function choice(spec: Choice): HTMLElement {
  const long = spec.options.length > segmentsAtMost;
  return long ? selectBox(spec) : segments(spec);
}

function segments(spec: Choice): HTMLElement {
  const group = uniqueId("choice");
  const radios = spec.options.map((option) =>
    h("label", { title: option.hint },
      h("input", {
        type: "radio", name: group, value: option.value, checked: option.value === spec.value,
        onchange: () => spec.choose(option.value),
      }),
      h("span", {}, option.label)));
  return h("fieldset", { class: "segments" }, h("legend", {}, spec.label), h("span", { class: "track" }, ...radios));
}

function selectBox(spec: Choice): HTMLElement {
  const box = h("select", { onchange: (event) => spec.choose((event.target as HTMLSelectElement).value) },
    ...spec.options.map((option) => h("option", { value: option.value, selected: option.value === spec.value }, option.label)));
  return h("label", { class: "select" }, h("span", {}, spec.label), box);
}
