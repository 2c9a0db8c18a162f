import * as fc from "fast-check";
import { expect, test } from "vitest";
import { takeLawSteps } from "./law-run.ts";
import { lawSteps } from "./law-steps.ts";
import { createLockstep } from "./lockstep.ts";

/** Sequences against the model; LAW_RUNS in the environment asks for more. */
const RUNS = Number(process.env["LAW_RUNS"] ?? 300);

test(
  "laws 1, 4, 5, 6, 9, 12: whatever order messages come in, and whatever is lost once, the books add up",
  { timeout: 3_600_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(lawSteps, async (steps) => {
        const run = await takeLawSteps(createLockstep(null), steps);
        // The trace stands in the failure: what was sent, in which order, and what became of it.
        const { broken, trace } = run;
        expect({ broken, trace: broken.length > 0 ? trace : [] }).toEqual({ broken: [], trace: [] });
      }),
      { numRuns: RUNS },
    );
  },
);
