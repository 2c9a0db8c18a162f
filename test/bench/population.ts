import { createClient } from "redis";
import { mintSecret } from "../../src/gate/secret.ts";
import { metaKey, policyKey } from "../../src/store/keys.ts";
import { parseMeta } from "../../src/store/packed.ts";
import { createStore } from "../../src/store/store.ts";
import { ownBudget, personalKey } from "./organization.ts";
import { KEY_SECRET, type BenchRig } from "./rig.ts";

// Many keys and many open holds, put into Redis as the gate and the control plane would have left them.

const ORG = "org_default";
/** Longer than any run. */
const LEASE_MS = 24 * 3_600_000;
/** Sent at once. */
const BATCH = 500;

interface Range {
  from: number;
  to: number;
}

/** Keys with a budget of their own each; their secrets. */
export async function addKeys(rig: BenchRig, { from, to }: Range): Promise<string[]> {
  const redis = await open(rig);
  const epoch = await epochOf(redis);
  const secrets: string[] = [];
  try {
    await inBatches({ from, to }, async (i) => {
      const { secret, digest } = await mintSecret(KEY_SECRET, ORG);
      const id = `key_bench${i}`;
      const scope = { kind: "key", id } as const;
      const put = (policy: Parameters<typeof policyKey>[1], document: object) =>
        redis.set(policyKey(ORG, policy), `${epoch}.1 ${JSON.stringify(document)}`);
      await put({ kind: "key", id: digest }, personalKey(id, ORG));
      await put({ kind: "scope", id: `key:${id}` }, ownBudget(scope, `bud_bench${i}`));
      secrets.push(secret);
    });
  } finally {
    redis.destroy();
  }
  return secrets;
}

/** Calls that are under way, of nobody's budget. */
export async function addHolds(rig: BenchRig, { from, to }: Range): Promise<void> {
  const redis = await open(rig);
  const run = (command: (string | number)[]) =>
    // The flag of a script's first line is Upstash's.
    redis.sendCommand(command.map((part) => String(part).replace(/^#!lua flags=allow-key-locking\n/, "")));
  const store = createStore(run, () => Promise.resolve());
  const epoch = await epochOf(redis);
  try {
    await inBatches({ from, to }, async (i) => {
      const { reply } = await store.reserve({
        organizationId: ORG,
        epoch,
        nowMs: Date.now(),
        leaseMs: LEASE_MS + i,
        holdId: `hold_bench${i}`,
        policies: [],
        lines: [],
        want: 1_000,
        tight: 1_000,
        least: 1_000,
        facts: "{}",
      });
      if (reply.kind !== "ok") throw new Error(`a hold can't be made: ${reply.kind}`);
    });
  } finally {
    redis.destroy();
  }
}

async function open({ redisUrl: url }: BenchRig) {
  const client = createClient({ url, RESP: 2 });
  client.on("error", () => undefined); // A command that fails says so itself.
  await client.connect();
  return client;
}

async function epochOf(redis: { get(key: string): Promise<string | null> }): Promise<number> {
  const meta = await redis.get(metaKey(ORG));
  if (meta === null) throw new Error("the organization has made no call yet");
  return parseMeta(meta).epoch;
}

async function inBatches({ from, to }: Range, make: (index: number) => Promise<void>): Promise<void> {
  for (let start = from; start < to; start += BATCH) {
    const size = Math.min(BATCH, to - start);
    await Promise.all(Array.from({ length: size }, (_, i) => make(start + i)));
  }
}
