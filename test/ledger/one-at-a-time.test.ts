import { expect, test } from "vitest";
import { oneAtATime, PATIENCE_MS } from "../../src/ledger/one-at-a-time.ts";
import { createMemory } from "../../src/store/memory.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

const CALLERS = 5;
const WORK_MS = 30;

function isolate() {
  const { now, sleep } = createVirtualClock(0);
  const books = { memory: createMemory(), now, sleep };
  let begun = 0;
  return {
    ...books,
    begun: () => begun,
    /** `first`: what becomes of the first to begin; all others get on. */
    callers: (first: () => Promise<string>, name = (_caller: number) => "work") =>
      Array.from({ length: CALLERS }, (_, caller) =>
        oneAtATime(books, name(caller), async () => {
          begun += 1;
          if (begun === 1) return first();
          await sleep(WORK_MS);
          return "mine";
        }),
      ),
  };
}

test("one does it, and the others hear that it is done, not what came of it", async () => {
  const { callers, begun, sleep, memory } = isolate();
  const first = async () => {
    await sleep(WORK_MS);
    return "first";
  };
  expect(await Promise.all(callers(first))).toEqual(["first", null, null, null, null]);
  expect(await Promise.all(callers(first))).toEqual(["mine", null, null, null, null]);
  expect([begun(), memory.turns.size]).toEqual([2, 0]);
});

test("other work goes on beside it", async () => {
  const { callers } = isolate();
  const done = await Promise.all(
    callers(
      async () => "first",
      (caller) => `work ${caller}`,
    ),
  );
  expect(done).toEqual(["first", "mine", "mine", "mine", "mine"]);
});

test("where it fails, only that call fails: the others do it for themselves", async () => {
  const { callers, sleep } = isolate();
  const [first, ...others] = await Promise.allSettled(
    callers(async () => {
      await sleep(WORK_MS);
      throw new Error("it failed");
    }),
  );
  expect(first?.status).toBe("rejected");
  expect(others).toEqual(others.map(() => ({ status: "fulfilled", value: "mine" })));
});

test("where its request died, nobody waits for ever, and who comes later doesn't wait at all", async () => {
  const { callers, now, begun } = isolate();
  const [, ...others] = callers(() => new Promise<never>(() => undefined));
  expect(await Promise.all(others)).toEqual(["mine", "mine", "mine", "mine"]);
  expect(now()).toBeLessThan(PATIENCE_MS + 200);
  const [next] = callers(async () => "first");
  const before = now();
  expect(await next).toBe("mine");
  expect(now() - before).toBe(WORK_MS);
  expect(begun()).toBe(CALLERS + 1);
});
