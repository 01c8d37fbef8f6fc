// What is folded on the screen and belongs on paper is open while the page is printed.

export function openForPaper(selectors: string[]): void {
  let opened: HTMLDetailsElement[] = [];
  addEventListener("beforeprint", () => {
    const all = document.querySelectorAll<HTMLDetailsElement>(selectors.join(", "));
    opened = [...opened, ...[...all].filter((details) => !details.open)];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
    opened = [];
  });
}
