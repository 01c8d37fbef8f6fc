import { h } from "./dom";

// A plain anchor would replace the fragment that holds the reader's choices.
export function jumpLink(id: string, text: string, className?: string): HTMLElement {
  return h(
    "a",
    {
      href: `#${id}`,
      class: className,
      onclick: (event) => {
        event.preventDefault();
        const target = document.getElementById(id);
        for (
          let at: Element | null | undefined = target;
          at;
          at = at.parentElement?.closest("details")
        )
          if (at instanceof HTMLDetailsElement) at.open = true;
        target?.scrollIntoView();
        target?.focus({ preventScroll: true });
      },
    },
    text,
  );
}
