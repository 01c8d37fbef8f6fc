// One tip for all tables: shown on hover and on focus, closed by Escape, read through
// aria-describedby.
import { append, h, type Child } from "./dom";

const tip = h("div", { id: "tip", role: "tooltip", hidden: true });
let owner: Element | null = null;

export function installTip(): void {
  document.body.appendChild(tip);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  addEventListener(
    "scroll",
    () => {
      if (owner) place(owner);
    },
    true,
  );
}

export function describe(target: HTMLElement, content: () => Child[]): void {
  const show = () => {
    owner?.removeAttribute("aria-describedby");
    owner = target;
    tip.replaceChildren();
    append(tip, content());
    tip.hidden = false;
    target.setAttribute("aria-describedby", "tip");
    place(target);
  };
  const leave = () => {
    if (owner === target && document.activeElement !== target) hide();
  };
  target.addEventListener("focus", show);
  target.addEventListener("pointerenter", show);
  target.addEventListener("pointerleave", leave);
  target.addEventListener("blur", () => {
    if (owner === target) hide();
  });
}

function hide(): void {
  owner?.removeAttribute("aria-describedby");
  owner = null;
  tip.hidden = true;
}

function place(target: Element): void {
  const box = target.getBoundingClientRect();
  if (!target.isConnected) return hide();
  // The focus may run ahead of a smooth scroll: the tip comes when its cell does.
  const away = box.bottom < 0 || box.top > innerHeight;
  if (away && document.activeElement !== target) return hide();
  tip.hidden = away;
  if (away) return;
  const gap = 6;
  const left = Math.max(gap, Math.min(box.left, innerWidth - tip.offsetWidth - gap));
  const below = box.bottom + gap;
  const fits = below + tip.offsetHeight <= innerHeight;
  tip.style.left = `${left}px`;
  tip.style.top = `${fits ? below : Math.max(gap, box.top - gap - tip.offsetHeight)}px`;
}
