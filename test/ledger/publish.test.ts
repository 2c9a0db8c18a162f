import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { PolicyDocument } from "../../src/ledger/policy-documents.ts";
import { fetchPolicy, publishPolicy, type Publisher } from "../../src/ledger/publish.ts";
import { StoreUnavailable } from "../../src/services.ts";
import { startRig, type Rig } from "../support/books-rig.ts";

const POLICY = { kind: "key", id: "digest" } as const;

/** What Postgres has, and what it does to the next reads. */
type Read = (version: number) => Promise<PolicyDocument>;
const answers: Read = async (version) => ({ version, json: `{"v":${version}}` });
const isAway: Read = () => Promise.reject(new StoreUnavailable("postgres"));

describe("a policy document on its way from Postgres to Redis", () => {
  let rig: Rig;
  let org: string;
  let waits: number[];
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.close());
  beforeEach(() => {
    org = rig.organization();
    waits = [];
  });

  /** Reads by turns as it is told, the version being what it is at that time; then as Postgres does. */
  function publisher(postgres: { version: number }, ...reads: Read[]): Publisher & { reads: () => number } {
    let count = 0;
    return {
      ...rig.worker().books,
      // Redis ends documents by its own clock, which is the machine's.
      now: () => Date.now(),
      sleep: async (milliseconds) => void waits.push(milliseconds),
      read: () => (reads[count++] ?? answers)(postgres.version),
      reads: () => count,
    };
  }

  test("law 10: a document read before a change is read anew if Redis lost the change's document", async () => {
    const postgres = { version: 1 };
    const operator = publisher(postgres);
    const reader = publisher(postgres, async (version) => {
      postgres.version = 2;
      await publishPolicy(operator, org, POLICY);
      await rig.redis("DEL", `tg:{${org}}:key:digest`);
      return answers(version);
    });
    expect(await fetchPolicy(reader, org, POLICY)).toMatch(/^\d+\.2 \{"v":2\}$/);
    expect(reader.reads()).toBe(2);
  });

  test("law 10: a document read in an epoch that ended meanwhile is read anew in the next", async () => {
    const postgres = { version: 1 };
    const reader = publisher(postgres, async (version) => {
      postgres.version = 2;
      rig.emptyRedis();
      return answers(version);
    });
    expect(await fetchPolicy(reader, org, POLICY)).toMatch(/^2\.2 /);
  });

  test("what Redis has costs no read of Postgres, a change always reads", async () => {
    const postgres = { version: 1 };
    await fetchPolicy(publisher(postgres), org, POLICY);
    const reader = publisher(postgres);
    expect(await fetchPolicy(reader, org, POLICY)).toMatch(/^\d+\.1 /);
    expect(reader.reads()).toBe(0);
    postgres.version = 2;
    await publishPolicy(publisher(postgres), org, POLICY);
    expect(await fetchPolicy(reader, org, POLICY)).toMatch(/^\d+\.2 /);
  });

  test("law 14: one read that gets no answer is repeated once, after a wait; two are an outage", async () => {
    const postgres = { version: 1 };
    expect(await fetchPolicy(publisher(postgres, isAway), org, POLICY)).toMatch(/^\d+\.1 /);
    expect(waits).toHaveLength(1);
    const unlucky = publisher(postgres, isAway, isAway);
    await expect(publishPolicy(unlucky, org, POLICY)).rejects.toMatchObject({ store: "postgres" });
    expect(unlucky.reads()).toBe(2);
  });

  test("a read that fails for another reason than Postgres isn't repeated", async () => {
    const broken = publisher({ version: 1 }, () => Promise.reject(new Error("not a scope")));
    await expect(fetchPolicy(broken, org, POLICY)).rejects.toThrow("not a scope");
    expect(waits).toEqual([]);
  });

  test("documents that are lost again and again are an outage in the end", async () => {
    const postgres = { version: 1 };
    const loses: Read = async (version) => {
      await rig.redis("DEL", `tg:{${org}}:key:digest`);
      return answers(version);
    };
    const reader = publisher(postgres, ...Array.from({ length: 50 }, () => loses));
    await expect(fetchPolicy(reader, org, POLICY)).rejects.toMatchObject({ store: "redis" });
    expect(reader.reads()).toBeLessThan(50);
  });
});
