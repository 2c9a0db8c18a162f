import { expect, test } from "vitest";
import { call, refusalOf, type Answer } from "../../support/e2e-calls.ts";
import { usdOf } from "../../support/e2e-money.ts";
import {
  createOrganization,
  type Organization,
  type OrganizationKey,
} from "../../support/e2e-organization.ts";
import { costOfTokens, smallChat, usageOf, widestHold } from "../../support/e2e-small-calls.ts";
import { shown } from "../../support/api-client.ts";
import { trafficDuring, type Traffic } from "../../support/e2e-traffic.ts";
import type { Rig } from "../../support/e2e-rig.ts";
import type { RawWorker } from "../../support/raw-worker.ts";

const BODY = smallChat(20);
const COST = costOfTokens(10, 15);
const SCENARIO = { usage: usageOf(10, 15) };
const CUSTOMER = "acme";
const at = (id: string) => ({ params: { path: { id } } });
/** One call fits into it, but much more is spent by then. */
const HOLD = widestHold(BODY, 20);

interface World {
  org: Organization;
  key: OrganizationKey;
  /** A usd budget of the key, and one that counts its requests. */
  usd: string;
  requests: string;
}

/** What operators do, and how the first call that starts after their answer is refused. */
const CHANGES: [what: string, code: string, change: (world: World) => Promise<unknown>][] = [
  ["a revoked key", "key_revoked", ({ org, key }) => shown(org.api.DELETE("/api/v1/keys/{id}", at(key.id)))],
  ["a disabled key", "key_disabled", ({ org, key }) => org.changeKey(key.id, { enabled: false })],
  ["a lowered limit", "budget_exceeded", ({ org, usd }) => org.changeBudget(usd, { limit: usdOf(HOLD) })],
  [
    "a blocked customer",
    "customer_blocked",
    ({ org }) =>
      shown(
        org.api.PATCH("/api/v1/customers/{id}", {
          params: { path: { id: CUSTOMER }, query: { organization_id: org.id } },
          body: { blocked: true },
        }),
      ),
  ],
  [
    "a new budget that is spent",
    "budget_exceeded",
    ({ org }) => org.createBudget({ kind: "customer", id: "*" }, { limit: "0" }),
  ],
];

/** A change comes through one Worker; the other, with policies in its own memory, has calls, too (law 10). */
export function changes(workers: () => { rig: Rig; another: RawWorker }): void {
  const urlOf = (lane: number) => (lane % 2 === 1 ? workers().another : workers().rig).url;

  async function createWorld(): Promise<World> {
    const org = await createOrganization(workers().rig);
    await shown(org.api.POST("/api/v1/customers", { body: { id: CUSTOMER, organization_id: org.id } }));
    const key = await org.createKey();
    const scope = { kind: "key", id: key.id } as const;
    const usd = await org.createBudget(scope);
    return { org, key, usd, requests: await org.createBudget(scope, { unit: "requests", limit: 1_000_000 }) };
  }

  const send = (secret: string, { lane, gate }: { lane: number; gate?: string }) =>
    call(
      { ...workers().rig, url: urlOf(lane) },
      {
        secret,
        body: BODY,
        headers: { "x-tollgate-customer": CUSTOMER },
        scenario: { ...SCENARIO, ...(gate === undefined ? {} : { gate }) },
      },
    );

  /** Laws 1, 4, 5: all that was answered is in the ledger, once, and in every number. */
  async function expectExact(
    { org, usd, requests }: World,
    { before, after, inFlight }: Traffic,
  ): Promise<void> {
    const answered = [...before, ...after, inFlight].filter(({ status }) => status === 200);
    for (const answer of answered) await org.settled(answer);
    const spent = BigInt(answered.length) * COST;
    expect(await org.idle(usd)).toMatchObject({ spent, held: 0n });
    expect(await org.idle(requests)).toMatchObject({ spent: BigInt(answered.length), held: 0n });
    const entries = await org.ledger();
    expect(entries.map(({ request_id }) => request_id).toSorted()).toEqual(
      answered.map(({ requestId }) => requestId).toSorted(),
    );
    expect(entries.every(({ amount, kind }) => amount === COST && kind === "settled")).toBe(true);
    expect((await org.reconcile()).drift).toEqual([]);
  }

  const codeOf = (answer: Answer) => (answer.status === 200 ? "admitted" : refusalOf(answer).tollgate.code);

  test.each(CHANGES)(
    "%s is refused from the first call that starts after the answer; calls in flight settle (laws 4, 5, 10)",
    async (_, code, change) => {
      const world = await createWorld();
      const seen = await trafficDuring(workers().rig, {
        send: (options) => send(world.key.secret, options),
        change: () => change(world),
      });
      expect(seen.inFlight.status).toBe(200);
      expect(new Set(seen.after.map(codeOf))).toEqual(new Set([code]));
      expect(seen.before.map(codeOf).filter((each) => each !== "admitted" && each !== code)).toEqual([]);
      await expectExact(world, seen);
    },
  );

  const rotate = async ({ org, key }: World, overlap_seconds: number) => {
    const rotated = org.api.POST("/api/v1/keys/{id}/rotate", { ...at(key.id), body: { overlap_seconds } });
    return (await shown(rotated)).secret;
  };

  test("while a key is given a new secret nobody is refused, and both secrets count as one key (laws 1, 10, R39)", async () => {
    const world = await createWorld();
    let fresh = world.key.secret;
    const first = await trafficDuring(workers().rig, {
      // Once there is a new secret, each lane uses both in turns.
      send: (options) => send(options.n % 2 === 0 ? world.key.secret : fresh, options),
      change: async () => {
        fresh = await rotate(world, 3_600);
      },
    });
    expect(new Set([...first.before, ...first.after].map(codeOf))).toEqual(new Set(["admitted"]));
    await expectExact(world, first);
  });

  test("with no overlap the old secret is refused from the first call after the answer, the new one never (laws 4, 10)", async () => {
    const world = await createWorld();
    let fresh = "";
    const seen = await trafficDuring(workers().rig, {
      send: (options) => send(options.changed && options.n % 2 === 0 ? fresh : world.key.secret, options),
      change: async () => {
        fresh = await rotate(world, 0);
      },
    });
    expect(seen.inFlight.status).toBe(200);
    expect(new Set(seen.after.map(codeOf))).toEqual(new Set(["admitted", "key_expired"]));
    expect((await send(world.key.secret, { lane: 1 })).status).toBe(401);
    const last = await send(fresh, { lane: 1 });
    await expectExact(world, { ...seen, after: [...seen.after, last] });
  });

  test("a revoked management token is refused from the first call after the answer, and changes nothing more (law 10)", async () => {
    const { org } = await createWorld();
    const token = await shown(
      org.api.POST("/api/v1/tokens", {
        body: { name: "of a test", role: "org-admin", organization_id: org.id },
      }),
    );
    const made = async (url: string) =>
      fetch(`${url}/api/v1/teams`, {
        method: "POST",
        headers: { authorization: `Bearer ${token.secret}` },
        body: JSON.stringify({ name: "of a token" }),
      });
    let revoked = false;
    const statuses: Record<"before" | "after", number[]> = { before: [], after: [] };
    const lanes = Array.from({ length: 4 }, async (_, lane) => {
      for (let late = 0; late < 3;) {
        const isLate = revoked;
        const { status } = await made(urlOf(lane));
        statuses[isLate ? "after" : "before"].push(status);
        if (isLate) late += 1;
      }
    });
    await Promise.all([
      ...lanes,
      shown(org.api.DELETE("/api/v1/tokens/{id}", at(token.id))).then(() => {
        revoked = true;
      }),
    ]);
    expect(new Set(statuses.after)).toEqual(new Set([401]));
    const query = { organization_id: org.id, limit: 200 };
    const listed = await shown(org.api.GET("/api/v1/teams", { params: { query } }));
    expect(listed.data).toHaveLength(statuses.before.filter((status) => status === 201).length);
  });
}
