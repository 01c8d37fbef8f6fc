// mulberry32 seeded by FNV-1a of a text: the same figures on every machine.
export function random(text) {
  let state = 2166136261;
  for (const letter of text) state = Math.imul(state ^ letter.codePointAt(0), 16777619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// A factor near 1, skewed upwards as timings are.
export const around = (next, width) => 1 + width * (next() + next() - 0.8);
