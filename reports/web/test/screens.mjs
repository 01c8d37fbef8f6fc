// The screens that a page is looked at on, and results of some patterns.
import { open, rendered, sampleOf, settled } from "./drive.mjs";

export const golden = () => rendered("full");
export const screens = [
  { width: 1440, height: 900 },
  { width: 900, height: 900 },
  { width: 390, height: 844 },
];

export const at = async (file, { width, height }, more = {}) => {
  const opened = await open(file, { width, ...more });
  await opened.page.setViewportSize({ width, height });
  await settled(opened.page);
  return opened;
};

export function only(...patterns) {
  const result = sampleOf("full");
  result.cells = result.cells.filter(({ pattern }) => patterns.includes(pattern));
  return result;
}
