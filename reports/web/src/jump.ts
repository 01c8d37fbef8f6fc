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
        target?.scrollIntoView();
        target?.focus({ preventScroll: true });
      },
    },
    text,
  );
}
