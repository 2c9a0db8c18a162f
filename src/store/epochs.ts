import type { IsolateMemory } from "./memory.ts";

// The last epoch seen of each organization. The reserve script checks it.

const MAX_REMEMBERED = 20_000;

/** 0 where none was seen: no epoch is 0, so the script answers with the one in force. */
export function epochInMemory({ epochs }: IsolateMemory, org: string): number {
  return epochs.get(org) ?? 0;
}

export function rememberEpoch({ epochs }: IsolateMemory, org: string, epoch: number): void {
  if (epochs.size >= MAX_REMEMBERED) epochs.clear();
  epochs.set(org, epoch);
}
