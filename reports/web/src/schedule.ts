// Drawing in small tasks: what the reader sees first, one drawing per task, so that a click never
// waits for the whole page.

interface Job {
  element: Element;
  run: () => void;
}

const waiting = new Map<object, Job>();
const onScreen = new WeakSet<Element>();
let pumping = false;

const observer =
  typeof IntersectionObserver === "undefined"
    ? null
    : new IntersectionObserver(
        (entries) => {
          for (const entry of entries) {
            if (entry.isIntersecting) onScreen.add(entry.target);
            else onScreen.delete(entry.target);
          }
        },
        { rootMargin: "200px" },
      );

const channel = new MessageChannel();
channel.port1.onmessage = () => pump();

// A job of the same owner that still waits is replaced.
export function later(owner: object, element: Element, run: () => void): void {
  if (!waiting.has(owner)) observer?.observe(element);
  waiting.set(owner, { element, run });
  if (pumping) return;
  pumping = true;
  delete document.documentElement.dataset["settled"];
  // The first task starts after the frame of the click.
  requestAnimationFrame(() => channel.port2.postMessage(null));
  // No frame comes in a hidden tab.
  if (document.hidden) channel.port2.postMessage(null);
}

export function cancel(owner: object): void {
  waiting.delete(owner);
}

function pump(): void {
  if (!pumping) return;
  let next: [object, Job] | undefined;
  for (const job of waiting) {
    if (next === undefined || (onScreen.has(job[1].element) && !onScreen.has(next[1].element)))
      next = job;
    if (onScreen.has(next[1].element)) break;
  }
  if (next === undefined) {
    pumping = false;
    settle();
    return;
  }
  waiting.delete(next[0]);
  // A drawing that fails must not be the last one.
  try {
    next[1].run();
  } finally {
    channel.port2.postMessage(null);
  }
}

// Paper shows everything at once.
export function drawAll(): void {
  while (waiting.size > 0) {
    const [owner, job] = waiting.entries().next().value!;
    waiting.delete(owner);
    job.run();
  }
}

let afterwards: (() => void)[] = [];

export function whenSettled(run: () => void): void {
  if (pumping) afterwards.push(run);
  else run();
}

function settle(): void {
  document.documentElement.dataset["settled"] = "yes";
  const runs = afterwards;
  afterwards = [];
  for (const run of runs) run();
}
