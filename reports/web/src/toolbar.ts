// The choices that hold for the whole page, and the way to its sections.
import type { Context, View } from "./context";
import { choice } from "./controls";
import type { Result } from "./data";
import { h } from "./dom";
import { formatPayload, placementWords, words } from "./format";
import { jumpLink } from "./jump";
import type { Store } from "./state";

const touchWords: Record<string, string> = {
  desc: "desc: header only", line: "line: one cache line", rw: "rw: every byte", copy: "copy", verify: "verify: checksum",
};

export function globalControls(context: Context, results: Result[], views: View[]): HTMLElement {
  const bar = h("div", { class: "toolbar" },
    h("div", { class: "top" }, h("nav", { "aria-label": "Sections" }, ...views.map((view) => jumpLink(view.id, view.short))), themeSwitch(context.store)));
  const controls = h("div", { class: "controls" });
  bar.append(controls);
  const { store, index } = context;
  if (results.length > 1) {
    controls.append(choice({
      label: "Result", value: String(Math.max(0, results.indexOf(context.result))),
      options: results.map((result, n) => ({ value: String(n), label: `${n + 1}: ${result.context.host_name}`, hint: result.run.started })),
      choose: (value) => store.set({ result: value }),
    }));
  }
  const draw = h("span", { class: "controls" });
  controls.append(draw);
  const fill = () => draw.replaceChildren(...[
    index.placements.length > 1 && choice({
      label: "Placement", value: context.placement(),
      options: index.placements.map((name) => ({ value: name, label: words(name, placementWords), hint: name })),
      choose: (placement) => store.set({ placement }),
    }),
    index.touches.length > 1 && choice({
      label: "Touch", value: context.touch(),
      options: index.touches.map((name) => ({ value: name, label: name, hint: touchWords[name] })),
      choose: (touch) => store.set({ touch }),
    }),
    index.payloads().length > 1 && choice({
      label: "Payload of the charts", value: String(context.payload()),
      options: index.payloads().map((bytes) => ({ value: String(bytes), label: formatPayload(bytes) })),
      choose: (payload) => store.set({ payload }),
    }),
  ].filter((control) => control !== false));
  fill();
  context.onDispose(store.watch(["placement", "touch", "payload"], () => { if (!draw.contains(document.activeElement)) fill(); }));
  return bar;
}

const themes = [{ value: "auto", label: "Auto" }, { value: "light", label: "Light" }, { value: "dark", label: "Dark" }];

function themeSwitch(store: Store): HTMLElement {
  return choice({
    label: "Theme", options: themes, value: store.get("theme") ?? "auto",
    choose: (theme) => store.set({ theme: theme === "auto" ? undefined : theme }),
  });
}

export function installTheme(store: Store): void {
  const apply = () => {
    const theme = store.get("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset["theme"] = theme;
    else delete document.documentElement.dataset["theme"];
  };
  store.watch(["theme"], apply);
  apply();
}
