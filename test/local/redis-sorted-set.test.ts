import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createSortedSet, type Member } from "../../src/local/redis/embedded/sorted-set.ts";

const LARGE = 100_000;

function byScoreThenMember(a: Member, b: Member): number {
  return a.score - b.score || (a.member < b.member ? -1 : 1);
}

test("any puts and deletes leave the order of a plain sort, with ranks and slices to match", () => {
  const member = fc.nat(2000).map(String);
  const step = fc.record({ member, score: fc.integer({ min: -20, max: 20 }), deletes: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 3000, size: "max" }),
      fc.integer({ min: -21, max: 21 }),
      (steps, limit) => {
        const set = createSortedSet();
        const model = new Map<string, number>();
        const removals: boolean[] = [];
        for (const { member, score, deletes } of steps) {
          expect(set.score(member)).toBe(model.get(member));
          if (deletes) {
            removals.push(set.delete(member) === model.delete(member));
            continue;
          }
          set.put(member, score);
          model.set(member, score);
        }
        const sorted = [...model].map(([member, score]) => ({ member, score })).sort(byScoreThenMember);
        const below = sorted.filter(({ score }) => score < limit).length;
        expect(removals).not.toContain(false);
        expect(set.size()).toBe(sorted.length);
        expect(set.slice(0, Infinity)).toEqual(sorted);
        expect(set.countWhile(({ score }) => score < limit)).toBe(below);
        expect(set.slice(below, below + 5)).toEqual(sorted.slice(below, below + 5));
      },
    ),
    { numRuns: 30 },
  );
});

test("an insert into 100,000 members looks at few of them", () => {
  const set = createSortedSet();
  for (let index = 0; index < LARGE; index++) set.put(`member:${index}`, (index * 7919) % LARGE);
  let looks = 0;
  const rank = set.countWhile(({ score }) => {
    looks++;
    return score < LARGE / 2;
  });
  expect(rank).toBe(LARGE / 2);
  expect(looks).toBeLessThan(40);
});
