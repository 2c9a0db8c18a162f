import type { Books } from "./books.ts";
import { counterIn, includesHold } from "./books.ts";

// What is true of the books after every step, whatever was lost on the way. Pure.

/** One sentence for each broken promise; empty where all is well. */
export function brokenPromises(books: Books): string[] {
  const broken: string[] = [];
  for (const name of Object.keys(books.counters)) {
    const counter = counterIn(books, name);
    if (!counter) continue;
    const held = heldBy(books, name);
    if (counter.held < 0) broken.push(`law 4: ${name} holds ${counter.held}`);
    if (counter.held !== held) broken.push(`law 4: ${name} holds ${counter.held}, its live holds ${held}`);
  }
  return broken;
}

/** The sum of the live holds in a counter's period that are younger than it. */
export function heldBy(books: Books, name: string): number {
  const counter = counterIn(books, name);
  if (!counter) return 0;
  let sum = 0;
  for (const hold of Object.values(books.holds)) {
    if (hold.state !== "h" || !includesHold(counter, hold)) continue;
    for (const line of hold.lines) {
      if (line.counter === name && line.periodStartMs === counter.periodStartMs) sum += line.amount;
    }
  }
  return sum;
}
