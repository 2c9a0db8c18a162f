import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BURST_MS, createGatherer, MAX_GATHERED_BYTES } from "../../src/gate/gather.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const TIME = {
  now: () => Date.now(),
  after(milliseconds: number, callback: () => void) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};
const bytes = (text: string) => new TextEncoder().encode(text);

/** A gatherer, and what it passed on. `hold`: from then on nothing is taken, until `letGo`. */
function gathering() {
  const passed: string[] = [];
  let taking = Promise.resolve();
  let letGo = () => {};
  const gatherer = createGatherer(async (chunk) => {
    passed.push(new TextDecoder().decode(chunk));
    await taking;
  }, TIME);
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    taking = promise;
    letGo = () => {
      taking = Promise.resolve();
      resolve();
    };
  };
  return { gatherer, passed, hold, letGo: () => letGo() };
}

test("a chunk that comes alone is passed on at once, and so is the next one after a while", async () => {
  const { gatherer, passed } = gathering();
  await gatherer.add(bytes("a"));
  expect(passed).toEqual(["a"]);
  await vi.advanceTimersByTimeAsync(BURST_MS);
  await gatherer.add(bytes("b"));
  expect(passed).toEqual(["a", "b"]);
});

test("chunks of a burst are passed on together, within a moment", async () => {
  const { gatherer, passed } = gathering();
  for (const text of ["a", "b", "c"]) await gatherer.add(bytes(text));
  await vi.advanceTimersByTimeAsync(BURST_MS - 1);
  expect(passed).toEqual(["a"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(passed).toEqual(["a", "bc"]);
  await gatherer.add(bytes("d"));
  expect(passed).toEqual(["a", "bc"]);
  await vi.advanceTimersByTimeAsync(BURST_MS);
  expect(passed).toEqual(["a", "bc", "d"]);
});

test("a clock that is set back delays no chunk", async () => {
  const { gatherer, passed } = gathering();
  await gatherer.add(bytes("a"));
  vi.setSystemTime(Date.now() - 3_600_000);
  await gatherer.add(bytes("b"));
  await vi.advanceTimersByTimeAsync(BURST_MS);
  expect(passed).toEqual(["a", "b"]);
});

test("a flush passes all on at once, and leaves no timer behind", async () => {
  const { gatherer, passed } = gathering();
  for (const text of ["a", "b", "c"]) await gatherer.add(bytes(text));
  await gatherer.flushed();
  expect(passed).toEqual(["a", "bc"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("while nothing is taken, chunks are gathered; when there are too many, none is asked for", async () => {
  const { gatherer, passed, hold, letGo } = gathering();
  hold();
  expect(gatherer.add(bytes("a"))).toBeUndefined();
  expect(gatherer.add(bytes("b"))).toBeUndefined();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(passed).toEqual(["a"]);
  let room = false;
  const full = gatherer.add(new Uint8Array(MAX_GATHERED_BYTES))?.then(() => (room = true));
  await vi.advanceTimersByTimeAsync(60_000);
  expect({ room, passes: passed.length }).toEqual({ room: false, passes: 1 });
  letGo();
  await full;
  expect(passed.map(({ length }) => length)).toEqual([1, MAX_GATHERED_BYTES + 1]);
});

test("what was taken out isn't passed on", async () => {
  const { gatherer, passed } = gathering();
  for (const text of ["a", "b", "c"]) await gatherer.add(bytes(text));
  expect(new TextDecoder().decode(gatherer.take())).toBe("bc");
  expect(gatherer.take()).toBeUndefined();
  await gatherer.flushed();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(passed).toEqual(["a"]);
});
