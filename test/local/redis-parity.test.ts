// The evidence that the embedded Redis is one: random commands have the same replies on a real Redis.

import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RedisEngine } from "../../src/local/redis/engine.ts";
import { anyCommand } from "./redis-random-commands.ts";
import { openEmbedded, openReal, type Opened, realRedisIsHere, show, type Shown } from "./redis-engines.ts";

// PARITY_RUNS=20000 for a thorough search.
const RUNS = Number(process.env["PARITY_RUNS"] ?? 150);
const TIMEOUT_MS = 30_000 + RUNS * 20;

/** What may differ: the order of unordered replies, and the milliseconds that passed between two engines. */
function comparable(name: string, shown: Shown): Shown {
  if (Array.isArray(shown) && /^(?:KEYS|HGETALL)$/.test(name)) return sorted(shown);
  if (name === "SCAN" && Array.isArray(shown) && Array.isArray(shown[1]))
    return [shown[0] ?? null, sorted(shown[1])];
  if (typeof shown === "number" && /^P?TTL$/.test(name)) return Math.round(shown / 100_000);
  return shown;
}

function sorted(items: Shown[]): Shown[] {
  return items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

async function replies(engine: RedisEngine, commands: string[][]): Promise<Shown[]> {
  await engine.call(["FLUSHALL"]);
  const shown: Shown[] = [];
  for (const command of commands) {
    shown.push(comparable(command[0] ?? "", show(await engine.call(command))));
  }
  return shown;
}

describe.skipIf(!realRedisIsHere)("embedded against redis-server", () => {
  let embedded: Opened;
  let real: Opened;
  beforeAll(async () => {
    [embedded, real] = await Promise.all([openEmbedded(), openReal()]);
  });
  afterAll(() => Promise.all([embedded.close(), real.close()]));

  test(
    "any sequence of commands has the same replies",
    async () => {
      const sequence = fc.array(anyCommand, { minLength: 1, maxLength: 100, size: "max" });
      await fc.assert(
        fc.asyncProperty(sequence, async (commands) => {
          expect(await replies(embedded.engine, commands)).toEqual(await replies(real.engine, commands));
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );
});
