import { expect, test } from "vitest";
import type { PutReply } from "../../src/store/documents.ts";
import { CLAIM_TTL_MS } from "../../src/store/scripts/policies.ts";
import { EPOCH, line, openOrganization, type Organization } from "./organization.ts";
import { costOf, onEachEngine } from "./stores.ts";

const KEY = { kind: "key", id: "digest" } as const;
const SCOPE = { kind: "scope", id: "team:t1" } as const;
type Policy = typeof KEY | typeof SCOPE;
/** Redis's own clock ends documents: far from it on both sides. */
const LATER_MS = 8_000_000_000_000;
const OVER_MS = 1_000;

let nonces = 0;
const claim = (org: Organization, policy: Policy = KEY) =>
  org.store.claimPolicy(org.org, policy, `x${++nonces}`);

/** What somebody read who claimed before. */
function put(
  org: Organization,
  claimed: Awaited<ReturnType<typeof claim>>,
  version: number,
  { policy = KEY, endsAtMs = LATER_MS }: { policy?: Policy; endsAtMs?: number } = {},
): Promise<PutReply> {
  if (claimed.kind === "cold") throw new Error("nothing is claimed without an epoch");
  const { epoch, claim: shown } = claimed;
  return org.store.putPolicy(org.org, policy, {
    epoch,
    claim: shown,
    version,
    json: `{"v": ${version}}`,
    endsAtMs,
  });
}

const bring = async (org: Organization, version: number, policy: Policy = KEY) =>
  put(org, await claim(org, policy), version, { policy });

const text = (version: number, epoch = EPOCH) => `${epoch}.${version} {"v": ${version}}`;

const reserveWith = (org: Organization, ...versions: [key: number, scope?: number]) =>
  org.reserve("h1", 1, {
    lines: [line("b1")],
    policies: [KEY, SCOPE]
      .slice(0, versions.length)
      .map((policy, i) => ({ policy, version: versions[i] ?? 0 })),
  });

const staleWith = (...documents: string[]) => ({
  kind: "stale",
  epoch: EPOCH,
  documents: documents.map((document, index) => ({ index, document })),
});

onEachEngine("policies", (opened) => {
  test("law 10: a call that knows the versions in force is admitted, any other gets the documents", async () => {
    const org = await openOrganization(opened());
    await bring(org, 2);
    await bring(org, 7, SCOPE);
    expect(await reserveWith(org, 1, 7)).toEqual(staleWith(text(2)));
    expect(await org.counter()).toEqual([0, 0]);
    expect(await reserveWith(org, 2, 7)).toMatchObject({ kind: "ok" });
  });

  test("law 10: a document that Redis doesn't have is stale, not absent", async () => {
    const org = await openOrganization(opened());
    expect(await reserveWith(org, 0)).toEqual(staleWith(""));
  });

  test("law 10: a version is the whole number, not how it begins", async () => {
    const org = await openOrganization(opened());
    await bring(org, 12);
    expect(await reserveWith(org, 1)).toMatchObject({ kind: "stale" });
    expect(await reserveWith(org, 12)).toMatchObject({ kind: "ok" });
  });

  test("another epoch is stale too, with no document to learn", async () => {
    const org = await openOrganization(opened());
    const reply = await org.reserve("h1", 1, { lines: [line("b1")], epoch: 0 });
    expect(reply).toEqual({ kind: "stale", epoch: EPOCH, documents: [] });
  });

  test("a call that reserves nothing is confirmed by the same rule", async () => {
    const org = await openOrganization(opened());
    const confirm = (version: number) => org.store.confirm(org.org, [{ policy: KEY, version }]);
    await claim(org);
    expect(await confirm(2)).toEqual(staleWith(""));
    await bring(org, 2);
    expect(await confirm(2)).toEqual({ kind: "ok" });
    expect(await confirm(1)).toEqual(staleWith(text(2)));
    await org.store.open({ organizationId: org.org, newEpoch: 2, condemnedEpoch: EPOCH, lostHolds: [] });
    expect(await confirm(2)).toEqual({ ...staleWith(""), epoch: 2 });
    await org.lose("meta");
    expect(await confirm(2)).toEqual({ kind: "cold" });
  });

  test("law 10: an older version never takes a newer one's place; the same one may be put again", async () => {
    const org = await openOrganization(opened());
    const standsAs = (version: number) => ({ kind: "stands", document: text(version) });
    expect(await bring(org, 10)).toEqual(standsAs(10));
    expect(await bring(org, 9)).toEqual(standsAs(10));
    expect(await bring(org, 10)).toEqual(standsAs(10));
    expect(await bring(org, 11)).toEqual(standsAs(11));
  });

  test("law 10: a put that comes when its document has ended leaves none", async () => {
    const org = await openOrganization(opened());
    await put(org, await claim(org), 1, { endsAtMs: OVER_MS });
    expect((await org.read()).policies).toEqual({});
    expect(await reserveWith(org, 1)).toEqual(staleWith(""));
  });

  test("a document ends when its reader said, in milliseconds of Redis's clock", async () => {
    const org = await openOrganization(opened());
    await put(org, await claim(org), 1, { endsAtMs: Date.now() + 600_000 });
    const left = Number(await org.run(["PTTL", `tg:{${org.org}}:key:digest`]));
    expect(left).toBeGreaterThan(590_000);
    expect(left).toBeLessThanOrEqual(600_000);
  });

  test("law 10: after an epoch ended its documents are missing, and what was read in it comes too late", async () => {
    const org = await openOrganization(opened());
    await bring(org, 3);
    const before = await claim(org, SCOPE);
    await org.store.open({ organizationId: org.org, newEpoch: 2, condemnedEpoch: EPOCH, lostHolds: [] });
    const policies = [{ policy: KEY, version: 3 }];
    const reserve = (over: object) => org.reserve("h1", 1, { lines: [], policies, ...over });
    expect(await reserve({ epoch: EPOCH })).toEqual({ ...staleWith(""), epoch: 2 });
    expect(await reserve({ epoch: 2 })).toEqual({ ...staleWith(""), epoch: 2 });
    expect(await put(org, before, 9, { policy: SCOPE })).toEqual({ kind: "again" });
    // An older one than what stands of the epoch that is over: Redis may have fallen back, Postgres hasn't.
    expect(await bring(org, 2)).toEqual({ kind: "stands", document: text(2, 2) });
    expect(await claim(org, SCOPE)).toMatchObject({ kind: "claimed", epoch: 2 });
  });
});

onEachEngine("claims of policies", (opened) => {
  test("what stands is said, and what doesn't is claimed; for a reserve a claim is no document", async () => {
    const org = await openOrganization(opened());
    expect(await claim(org)).toEqual({ kind: "claimed", epoch: EPOCH, claim: expect.any(String) });
    expect(await reserveWith(org, 0)).toEqual(staleWith(""));
    await bring(org, 4);
    expect(await claim(org)).toEqual({ kind: "stands", epoch: EPOCH, document: text(4), claim: null });
  });

  test("law 10: what was read before a change isn't put once Redis lost the change's document", async () => {
    const org = await openOrganization(opened());
    const reader = await claim(org);
    expect(await bring(org, 2)).toMatchObject({ kind: "stands" });
    await org.lose("key:digest");
    expect(await put(org, reader, 1)).toEqual({ kind: "again" });
    expect(await reserveWith(org, 1)).toEqual(staleWith(""));
    // Nor where another has claimed it since, and reads the newer one.
    const other = await claim(org);
    expect(await put(org, reader, 1)).toEqual({ kind: "again" });
    expect(await put(org, other, 2)).toEqual({ kind: "stands", document: text(2) });
  });

  test("law 10: nor does a copy of its claim that comes late let it through", async () => {
    const org = await openOrganization(opened());
    const copies = () => org.store.claimPolicy(org.org, KEY, "x");
    const reader = await copies();
    await bring(org, 2);
    await org.lose("key:digest");
    await copies();
    expect(await put(org, reader, 1)).toEqual({ kind: "again" });
  });

  test("law 10: nor once the number of claims was lost with it", async () => {
    const org = await openOrganization(opened());
    const reader = await claim(org);
    await bring(org, 2);
    await org.lose("key:digest");
    await org.lose("claims");
    await claim(org);
    expect(await put(org, reader, 1)).toEqual({ kind: "again" });
  });

  test("law 10: a change that replaces a document needs it to stand still", async () => {
    const org = await openOrganization(opened());
    await bring(org, 1);
    const slow = await claim(org);
    await bring(org, 3);
    await org.lose("key:digest");
    expect(await put(org, slow, 2)).toEqual({ kind: "again" });
  });

  test("two who read at once share a claim, and neither takes the newer one's place", async () => {
    const org = await openOrganization(opened());
    const [one, other] = [await claim(org), await claim(org)];
    expect(one).toEqual(other);
    expect(await put(org, other, 1)).toEqual({ kind: "stands", document: text(1) });
    expect(await put(org, one, 2)).toEqual({ kind: "stands", document: text(2) });
    expect(await put(org, other, 1)).toEqual({ kind: "stands", document: text(2) });
  });

  test("the claim of a Worker that died keeps nobody back, and ends by itself", async () => {
    const org = await openOrganization(opened());
    await claim(org);
    const left = Number(await org.run(["PTTL", `tg:{${org.org}}:key:digest`]));
    expect(left).toBeGreaterThan(CLAIM_TTL_MS - 5_000);
    expect(left).toBeLessThanOrEqual(CLAIM_TTL_MS);
    expect(await bring(org, 1)).toEqual({ kind: "stands", document: text(1) });
  });

  test("nothing is claimed or put where there is no epoch", async () => {
    const org = await openOrganization(opened());
    const reader = await claim(org);
    await org.lose("meta");
    expect(await claim(org)).toEqual({ kind: "cold" });
    expect(await put(org, reader, 1)).toEqual({ kind: "again" });
  });

  test("costs 4 commands for the claim and 3 for the put, on a miss or a change only", async () => {
    const org = await openOrganization(opened());
    await claim(org); // Redis knows both scripts from now on.
    await bring(org, 1);
    await org.lose("key:digest");
    let claimed: Awaited<ReturnType<typeof claim>> = { kind: "cold" };
    expect(await costOf(opened(), async () => (claimed = await claim(org)))).toBe(4);
    expect(await costOf(opened(), () => put(org, claimed, 1))).toBe(3);
    expect(await costOf(opened(), () => claim(org))).toBe(2);
  });
});
