import { afterAll, beforeAll, expect, test } from "vitest";
import { listHolds } from "../../src/ledger/live.ts";
import { startRig, type Rig, type RigWorker } from "../support/books-rig.ts";
import { reserved, settle } from "../support/calls.ts";

const HOLDS = 250;
/** So many leases end in each millisecond. */
const TIES = 40;
const PAGE = 9;

let rig: Rig;
let worker: RigWorker;
beforeAll(async () => {
  rig = await startRig();
  worker = rig.worker({ http: false, drains: false });
});
afterAll(() => rig.close());

test("holds are listed page by page, none twice and none missed, while calls begin and end", async () => {
  const org = rig.organization();
  const hold = (n: number) =>
    reserved(worker.books, {
      org,
      holdId: `hold_${String((n * 7919) % 10_000).padStart(4, "0")}`, // In no order.
      amountNanoUsd: 1,
      lines: [{ counter: "bud_a" }],
    });
  const calls = [];
  for (let n = 0; n < HOLDS; n++) {
    if (n % TIES === 0) rig.clock.advance(1);
    calls.push(await hold(n));
  }
  const ended = new Set<string>();
  const seen: string[] = [];
  let after: string | undefined;
  for (let pages = 0; pages <= HOLDS; pages++) {
    const page = await listHolds(worker.books, org, {
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    seen.push(...page.holds.map(({ id }) => id));
    if (page.next === null) break;
    after = page.next;
    // One that was seen ends, the last of the page among them, and one that wasn't; another begins.
    const unseen = calls.findLast(({ holdId }) => !seen.includes(holdId) && !ended.has(holdId));
    for (const call of calls.filter(({ holdId }) => holdId === seen.at(-1) || holdId === unseen?.holdId)) {
      await settle(worker.books, call, 1);
      ended.add(call.holdId);
    }
    await hold(HOLDS + pages);
  }
  expect(new Set(seen).size).toBe(seen.length);
  const stayed = calls.filter(({ holdId }) => !ended.has(holdId)).map(({ holdId }) => holdId);
  expect(stayed.filter((id) => !seen.includes(id))).toEqual([]);
});
