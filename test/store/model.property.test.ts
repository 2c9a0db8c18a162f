import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStore } from "../../src/store/store.ts";
import { ENGINES, type Opened } from "../local/redis-engines.ts";
import { anySteps } from "./any-steps.ts";
import { createLockstep } from "./lockstep.ts";
import { readBooks, shown } from "./read-books.ts";
import { newOrganization, runOn, withoutSleep } from "./stores.ts";
import { begin, takeAnyStep } from "./take-any-step.ts";

/** Sequences for each engine; MODEL_RUNS in the environment asks for more. */
const RUNS = { embedded: 250, "redis-server": 60 };

const runsOn = (name: string) =>
  Number(process.env["MODEL_RUNS"] ?? (name === "embedded" ? RUNS.embedded : RUNS["redis-server"]));

for (const { name, isHere, open } of ENGINES) {
  describe.skipIf(!isHere)(`the scripts and the pure model, on ${name}`, () => {
    let opened: Opened | undefined;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.close());

    test(
      "any sequence of steps has the same replies and leaves the same keys",
      { timeout: 600_000 },
      async () => {
        if (!opened) throw new Error("the engine isn't open yet");
        const run = runOn(opened.engine);
        const store = createStore(run, withoutSleep);
        await fc.assert(
          fc.asyncProperty(anySteps, async (steps) => {
            await run(["FLUSHALL"]);
            const org = newOrganization();
            const books = createLockstep({ store, run, org });
            await begin(books);
            for (const step of steps) await takeAnyStep(books, step);
            expect(await readBooks(run, org)).toEqual(shown(books.books()));
          }),
          { numRuns: runsOn(name) },
        );
      },
    );
  });
}
