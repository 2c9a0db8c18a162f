import type { Hold, HoldLine } from "../../store/packed.ts";

// What a lapse charges: the hold, where its budgets say so. Pure.

export function lineChargeOf(line: HoldLine): number {
  return line.onLapse === "c" ? line.amount : 0;
}

/** In nano-USD. One budget that charges is enough; a call under no budget is charged too: it may have been made. */
export function chargeOf({ lines, amountNanoUsd }: Hold): number {
  return lines.length === 0 || lines.some(({ onLapse }) => onLapse === "c") ? amountNanoUsd : 0;
}
