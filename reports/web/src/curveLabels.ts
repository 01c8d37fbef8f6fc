// Names of lines that lie among curves: each where no curve passes under it, or nowhere.
import { pixelX, pixelY, type Frame } from "./endLabels";

interface Place {
  x: number;
  y: number;
}
interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export const labelHeight = 10;
const letterWidth = 6;
// Above its place and left of it, where its own line, which does not fall, is not.
const boxAt = ({ x, y }: Place, text: string): Box => ({
  left: x - 6 - letterWidth * text.length,
  right: x,
  top: y - 5 - labelHeight,
  bottom: y - 1,
});

export function besideCurves(
  lines: readonly { points: readonly Place[]; text: string }[],
  curves: readonly (readonly Place[])[],
  frame: Frame,
): (Place & { text: string })[] {
  const pixels = (points: readonly Place[]): Place[] =>
    points.map(({ x, y }) => ({ x: pixelX(x, frame), y: pixelY(y, frame) }));
  const drawn = curves.map(pixels);
  const taken: Box[] = [];
  return lines.flatMap(({ points, text }) => {
    const own = pixels(points);
    const others = lines
      .filter((line) => line.points !== points)
      .map((line) => pixels(line.points));
    const free = own.findIndex((place) => {
      const box = boxAt(place, text);
      return (
        box.left >= 0 &&
        box.top >= 0 &&
        !taken.some((other) => overlap(box, other)) &&
        ![...drawn, ...others].some((line) => crosses(line, box))
      );
    });
    if (free < 0) return [];
    taken.push(boxAt(own[free]!, text));
    return [{ ...points[free]!, text }];
  });
}

const overlap = (one: Box, other: Box) =>
  one.left < other.right &&
  other.left < one.right &&
  one.top < other.bottom &&
  other.top < one.bottom;

// Whether a polyline, with the marks on it, touches the box.
function crosses(line: readonly Place[], box: Box): boolean {
  const mark = 5;
  const wide = {
    left: box.left - mark,
    right: box.right + mark,
    top: box.top - mark,
    bottom: box.bottom + mark,
  };
  return line.some((to, n) => (n === 0 ? inside(to, wide) : cuts(line[n - 1]!, to, wide)));
}

const inside = ({ x, y }: Place, box: Box) =>
  x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;

// The part of the segment that is within left and right spans some height.
function cuts(from: Place, to: Place, box: Box): boolean {
  if (inside(to, box)) return true;
  const [start, end] = from.x <= to.x ? [from, to] : [to, from];
  const left = Math.max(start.x, box.left);
  const right = Math.min(end.x, box.right);
  if (left > right) return false;
  const at = (x: number) =>
    end.x === start.x ? start.y : start.y + ((x - start.x) / (end.x - start.x)) * (end.y - start.y);
  return Math.max(at(left), at(right)) >= box.top && Math.min(at(left), at(right)) <= box.bottom;
}
