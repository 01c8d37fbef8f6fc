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

// Figures as numbers, their units in the head.
export function tableRows(root: HTMLElement): string[][] {
  return [...root.querySelectorAll("tr")].map((row) =>
    [...row.querySelectorAll<HTMLElement>("th, td")].map((cell) => {
      const { value, unit } = cell.dataset;
      const text = cell.textContent ?? "";
      return value ?? (unit ? `${text} (${unit})` : text);
    }),
  );
}

// Of a picture: its title, and lines on the machine, what is drawn and how far to trust it.
export interface Caption {
  title: string;
  lines: string[];
}

// Styles come from the page: a file needs them inside.
function standalone(svg: SVGSVGElement, about: Caption): SVGSVGElement {
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
  return headed(copy, about, [title, back], page.color);
}

const lineHeight = 17;

// What is on the page around the picture goes with it: on a slide it would be lost.
function headed(
  svg: SVGSVGElement,
  about: Caption,
  first: Element[],
  color: string,
): SVGSVGElement {
  const { width, height } = svg.viewBox.baseVal;
  const room = Math.max(30, Math.floor(width / 6.2));
  const lines = about.lines.flatMap((line) => broken(line, room));
  const top = 34 + lineHeight * lines.length;
  const text = (line: string, y: number, style: string) => {
    const element = document.createElementNS(svg.namespaceURI, "text");
    for (const [name, value] of Object.entries({ x: "12", y: String(y), fill: color, style }))
      element.setAttribute(name, value);
    element.textContent = line;
    return element;
  };
  const picture = document.createElementNS(svg.namespaceURI, "g");
  picture.setAttribute("transform", `translate(0 ${top})`);
  picture.append(...svg.childNodes);
  svg.append(
    ...first,
    text(about.title, 24, "font: 600 15px system-ui, sans-serif"),
    ...lines.map((line, n) =>
      text(line, 24 + lineHeight * (n + 1), "font: 12px system-ui, sans-serif"),
    ),
    picture,
  );
  svg.setAttribute("viewBox", `0 0 ${width} ${height + top}`);
  svg.setAttribute("width", String(width));
  svg.setAttribute("height", String(height + top));
  return svg;
}

function broken(text: string, room: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + word.length < room)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function svgText(svg: SVGSVGElement, about: Caption): string {
  const text = new XMLSerializer().serializeToString(standalone(svg, about));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${text}\n`;
}

export function saveSvg(svg: SVGSVGElement, name: string, about: Caption): void {
  download(`${name}.svg`, "image/svg+xml", svgText(svg, about));
}

export function savePng(svg: SVGSVGElement, name: string, about: Caption): void {
  const scale = 2;
  const address = URL.createObjectURL(new Blob([svgText(svg, about)], { type: "image/svg+xml" }));
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(address);
    canvas.toBlob((blob) => {
      if (blob) download(`${name}.png`, "image/png", blob);
    }, "image/png");
  };
  image.src = address;
}
