// A name that leads to the details of its mechanism.
import type { Context } from "./context";
import { breakable, h } from "./dom";
import { instrument, shownName } from "./resultIndex";
import { whenSettled } from "./schedule";

export function openMechanism(context: Context, name: string, className?: string): HTMLElement {
  if (name === instrument) return h("span", {}, shownName(name));
  return h(
    "button",
    {
      type: "button",
      class: className ? `link ${className}` : "link",
      title: context.index.mechanism(name)?.summary,
      onclick: () => {
        context.store.set({ mechanism: name });
        whenSettled(() => {
          const details = document.getElementById("mechanism");
          details?.scrollIntoView();
          details?.focus({ preventScroll: true });
        });
      },
    },
    ...breakable(name),
  );
}
