import { describe, expect, test } from "vitest";
import { booksModel } from "../../src/domain/budget.ts";
import { runRace, type PolicySteps } from "./policy-races.ts";

const RUNS = Number(process.env["RACE_RUNS"] ?? 1_500);
const MAX_RUNS_TO_FIND = 60_000;
const TIMEOUT_MS = 120_000;
const NAME = "key:digest";

describe("whoever brings a policy document to Redis, in any order", () => {
  test(
    "law 10: no version older than an answered change stands, whatever is lost, late or doubled",
    { timeout: TIMEOUT_MS },
    async () => {
      const ends = { brought: 0, unavailable: 0 };
      for (let seed = 1; seed <= RUNS; seed++) {
        const race = await runRace(seed);
        expect({ seed, broken: race.broken, trace: race.broken.length > 0 ? race.trace : [] }).toEqual({
          seed,
          broken: [],
          trace: [],
        });
        ends.brought += race.ends.brought;
        ends.unavailable += race.ends.unavailable;
      }
      // Lost messages cost a Worker its document now and then, never often.
      expect(ends.brought).toBeGreaterThan(20 * ends.unavailable);
    },
  );

  const breaks: { name: string; steps: Partial<PolicySteps> }[] = [
    {
      name: "a put goes through whatever stands",
      steps: {
        putPolicy(books, policy, put, nowMs) {
          const { policies } = books;
          const claimed = put.claim === null ? policies : { [NAME]: { claim: put.claim }, ...policies };
          return booksModel.putPolicy({ ...books, policies: claimed }, policy, put, nowMs);
        },
      },
    },
    {
      name: "another's claim is as good as one's own",
      steps: {
        putPolicy(books, policy, put, nowMs) {
          const standing = books.policies[NAME];
          const claim = standing && "claim" in standing ? standing.claim : put.claim;
          return booksModel.putPolicy(books, policy, { ...put, claim }, nowMs);
        },
      },
    },
    {
      name: "a document outlives its epoch",
      steps: {
        open(books, input) {
          const { books: after, reply } = booksModel.open(books, input);
          const policies = { ...after.policies };
          const standing = policies[NAME];
          if (standing && "json" in standing) policies[NAME] = { ...standing, epoch: reply };
          return { books: { ...after, policies }, reply };
        },
      },
    },
    {
      name: "a put may be of an earlier epoch",
      steps: {
        putPolicy(books, policy, put, nowMs) {
          const epoch = books.meta?.epoch ?? put.epoch;
          return booksModel.putPolicy(books, policy, { ...put, epoch }, nowMs);
        },
      },
    },
  ];
  test.each(breaks)("the races find it if $name", { timeout: TIMEOUT_MS }, async ({ steps }) => {
    expect(await firstBroken({ ...booksModel, ...steps })).not.toBeNull();
  });
});

async function firstBroken(steps: PolicySteps): Promise<number | null> {
  for (let seed = 1; seed <= MAX_RUNS_TO_FIND; seed++) {
    if ((await runRace(seed, steps)).broken.length > 0) return seed;
  }
  return null;
}
