import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStore } from "../../src/store/store.ts";
import { ENGINES, type Opened } from "../local/redis-engines.ts";
import { LAWS_ORGANIZATION, takeLawSteps } from "./law-run.ts";
import { lawSteps, type LawStep } from "./law-steps.ts";
import { createLockstep, type Lockstep } from "./lockstep.ts";
import { runOn, withoutSleep } from "./stores.ts";

/** Sequences: the model alone is fast, so it takes most. LAW_RUNS in the environment asks for more of the model. */
const RUNS = { model: Number(process.env["LAW_RUNS"] ?? 300), embedded: 25, "redis-server": 8 };
const TIMEOUT_MS = 3_600_000;

const LAWS =
  "laws 1, 4, 5, 6, 9, 12: whatever order messages come in, and whatever is lost once, the books add up";

const holds = (redis: () => Promise<Lockstep>) =>
  fc.asyncProperty(lawSteps, async (steps: LawStep[]) => {
    const { broken, trace } = await takeLawSteps(await redis(), steps);
    // The trace stands in the failure: what was sent, in which order, and what became of it.
    expect({ broken, trace: broken.length > 0 ? trace : [] }).toEqual({ broken: [], trace: [] });
  });

test(`${LAWS}, in the model`, { timeout: TIMEOUT_MS }, async () => {
  expect.hasAssertions();
  await fc.assert(
    holds(async () => createLockstep(null)),
    { numRuns: RUNS.model },
  );
});

for (const { name, isHere, open } of ENGINES) {
  describe.skipIf(!isHere)(`on ${name}`, () => {
    let opened: Opened | undefined;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.close());

    test(`${LAWS}, and the scripts do what the model does`, { timeout: TIMEOUT_MS }, async () => {
      expect.hasAssertions();
      if (!opened) throw new Error("the engine isn't open yet");
      const run = runOn(opened.engine);
      const store = createStore(run, withoutSleep);
      const emptied = async () => {
        await run(["FLUSHALL"]);
        return createLockstep({ store, run, org: LAWS_ORGANIZATION });
      };
      const numRuns = name === "embedded" ? RUNS.embedded : RUNS["redis-server"];
      await fc.assert(holds(emptied), { numRuns });
    });
  });
}
