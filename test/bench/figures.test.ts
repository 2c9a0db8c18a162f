import { expect, test } from "vitest";
import { asJson, isMet, median, percentile, ratioOf, table, type Figure } from "./figures.ts";
import { parseRss, parseSchedstat } from "./process-stats.ts";
import { selfTimes } from "./profile.ts";
import { perCall } from "./rounds.ts";
import { bundleKb, MAX_BUNDLE_KB } from "./start-up.ts";

test("a percentile is a value that was measured, by the nearest rank", () => {
  const values = [5, 1, 4, 2, 3];
  expect([0, 1, 50, 99, 100].map((percent) => percentile(values, percent))).toEqual([1, 1, 3, 5, 5]);
  expect(median([1, 2])).toBe(1);
  expect(median([])).toBeNaN();
});

test.each<[Partial<Figure>, boolean | undefined]>([
  [{}, undefined],
  [{ aim: { most: 10 } }, true],
  [{ aim: { most: 9 } }, false],
  [{ aim: { least: 11 } }, false],
  [{ bare: 5, aim: { most: 2 }, ofRatio: true }, true],
  [{ bare: 4, aim: { most: 2 }, ofRatio: true }, false],
  [{ bare: 0, aim: { most: 2 }, ofRatio: true }, false],
  [{ value: Number.NaN, aim: { most: 10 } }, false],
])("an aim is met by what was measured: %j", (figure, met) => {
  expect(isMet({ name: "", unit: "", value: 10, ...figure })).toBe(met);
});

test("a figure is a row of the table, or a line of JSON", () => {
  const figure: Figure = { name: "CPU", unit: "us", value: 300, bare: 200, aim: { most: 2 }, ofRatio: true };
  expect(table([figure]).split("\n")[1]?.split(/ {2,}/)).toEqual([
    "CPU, us",
    "300",
    "200",
    "1.50 x",
    "<= 2 x",
    "yes",
  ]);
  expect(JSON.parse(asJson(figure))).toMatchObject({ value: 300, ratio: 1.5, met: true });
  expect(ratioOf({ ...figure, bare: 0 })).toBeUndefined();
});

test("what Linux says of a process is read, and nothing else", () => {
  expect(parseSchedstat("103875000 67871 2\n")).toBe(103.875);
  expect(parseRss("Name:\tworkerd\nVmRSS:\t  2048 kB\nThreads:\t4\n")).toBe(2_097_152);
  expect(() => parseSchedstat("cpu 1 2")).toThrow("not a schedstat");
  expect(() => parseRss("Name:\tzombie\n")).toThrow("without VmRSS");
});

test("counts are per call", () => {
  const zero = { roundTrips: 0, commands: 0, scriptUs: 0, statements: 0, transactions: 0 };
  expect(perCall({ ...zero, commands: 10 }, { ...zero, commands: 30, roundTrips: 5 }, 10)).toEqual({
    ...zero,
    commands: 2,
    roundTrips: 0.5,
  });
});

test("a profile's time is that of the functions themselves", () => {
  const node = (id: number, functionName: string, url = "") => ({
    id,
    callFrame: { functionName, url, lineNumber: 9 },
  });
  const nodes = [
    node(1, "(root)"),
    node(2, "admit", "worker.js"),
    node(3, "admit", "worker.js"),
    node(4, ""),
  ];
  expect(selfTimes({ nodes, samples: [2, 3, 4, 2], timeDeltas: [1_000, 2_000, 500, 1_000] })).toEqual([
    { name: "admit:10", ms: 4 },
    { name: "(anonymous)", ms: 0.5 },
  ]);
});

test("the bundle stays within its budget", async () => {
  expect(await bundleKb()).toBeLessThanOrEqual(MAX_BUNDLE_KB);
});
