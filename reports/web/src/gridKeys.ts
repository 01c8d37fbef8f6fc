// A table is one tab stop; the arrow keys move between its cells.
export function gridKeys(table: HTMLTableElement): void {
  const cells = () =>
    [...table.querySelectorAll<HTMLElement>("tbody tr, tfoot tr")]
      .map((row) => [...row.querySelectorAll<HTMLElement>("td")])
      .filter((row) => row.length > 0);
  const first = cells()[0]?.[0];
  if (first) first.tabIndex = 0;

  table.addEventListener("focusin", (event) => {
    const target = (event.target as HTMLElement).closest("td");
    if (!target) return;
    for (const cell of table.querySelectorAll<HTMLElement>("td[tabindex='0']")) cell.tabIndex = -1;
    target.tabIndex = 0;
  });

  table.addEventListener("keydown", (event) => {
    const rows = cells();
    const y = rows.findIndex((row) => row.includes(event.target as HTMLElement));
    if (y < 0) return;
    const x = rows[y]!.indexOf(event.target as HTMLElement);
    const last = rows[y]!.length - 1;
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [x - 1, y],
      ArrowRight: [x + 1, y],
      ArrowUp: [x, y - 1],
      ArrowDown: [x, y + 1],
      Home: [0, event.ctrlKey ? 0 : y],
      End: [last, event.ctrlKey ? rows.length - 1 : y],
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    rows[move[1]]?.[move[0]]?.focus();
  });
}
