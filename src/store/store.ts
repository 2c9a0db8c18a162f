import { admission } from "./admission.ts";
import { balances } from "./balance.ts";
import { documents } from "./documents.ts";
import { instances } from "./instances.ts";
import { lapses } from "./lapse.ts";
import { outbox } from "./outbox.ts";
import { reads } from "./reads.ts";
import { recovery } from "./recovery.ts";
import { createReader, createScriptRunner, type RunCommand, type Sleep } from "./redis.ts";
import { settlement } from "./settlement.ts";

export type Store = ReturnType<typeof createStore>;

/**
 * The scripts as functions: what goes in, and every reply as a tagged value. What to do about a reply is the
 * caller's. Every function throws StoreUnavailable where Redis doesn't answer.
 */
export function createStore(command: RunCommand, sleep: Sleep) {
  const run = createScriptRunner(command, sleep);
  const repeated = createReader(command, sleep);
  return {
    ...admission(run),
    ...settlement(run),
    ...balances(run),
    ...lapses(run),
    ...outbox(run),
    ...recovery(run),
    ...documents(run),
    ...instances(run, repeated),
    ...reads(repeated),
  };
}
