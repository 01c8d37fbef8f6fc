// Files for the reader's disk, made from what is on the page: nothing is fetched.

export function download(name: string, type: string, content: BlobPart): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.appendChild(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

export type Field = string | number | boolean | null | undefined;

// A spreadsheet must not run a name that starts like a formula, and a quote ends no field.
export function csvField(value: Field): string {
  const text = value === null || value === undefined ? "" : String(value);
  const safe =
    /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

export function csvText(rows: readonly (readonly Field[])[]): string {
  return rows.map((row) => row.map(csvField).join(",")).join("\r\n") + "\r\n";
}

export function saveCsv(rows: readonly (readonly Field[])[], name: string): void {
  download(`${name}.csv`, "text/csv;charset=utf-8", csvText(rows));
}

export function tableRows(root: HTMLElement): string[][] {
  return [...root.querySelectorAll("tr")].map((row) =>
    [...row.querySelectorAll("th, td")].map((cell) => cell.textContent ?? ""),
  );
}

// Styles come from the page: a file needs them inside.
function standalone(svg: SVGSVGElement): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [svg, ...svg.querySelectorAll<SVGElement>("*")];
  const copies = [copy, ...copy.querySelectorAll<SVGElement>("*")];
  const wanted = ["fill", "stroke", "color"] as const;
  originals.forEach((element, position) => {
    const target = copies[position] as SVGElement;
    for (const name of wanted) {
      const text = element.getAttribute(name) ?? element.style.getPropertyValue(name);
      if (!/var\(|currentColor/.test(text)) continue;
      target.style.removeProperty(name);
      target.setAttribute(name, getComputedStyle(element).getPropertyValue(name));
    }
  });
  const page = getComputedStyle(svg);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute(
    "style",
    `color: ${page.color}; background: ${getComputedStyle(document.body).backgroundColor}; ` +
      "font: 12px system-ui, sans-serif; font-variant-numeric: tabular-nums",
  );
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  title.textContent = svg.getAttribute("aria-label");
  const back = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({
    width: "100%",
    height: "100%",
    fill: getComputedStyle(document.body).backgroundColor,
  }))
    back.setAttribute(name, value);
  copy.prepend(title, back);
  return copy;
}

export function svgText(svg: SVGSVGElement): string {
  const text = new XMLSerializer().serializeToString(standalone(svg));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${text}\n`;
}

export function saveSvg(svg: SVGSVGElement, name: string): void {
  download(`${name}.svg`, "image/svg+xml", svgText(svg));
}

export function savePng(svg: SVGSVGElement, name: string): void {
  const scale = 2;
  const { width, height } = svg.getBoundingClientRect();
  const address = URL.createObjectURL(new Blob([svgText(svg)], { type: "image/svg+xml" }));
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(address);
    canvas.toBlob((blob) => {
      if (blob) download(`${name}.png`, "image/png", blob);
    }, "image/png");
  };
  image.src = address;
}
