import { expect, test } from "vitest";
import { EPOCH, line, openOrganization, type Organization } from "./organization.ts";
import { onEachEngine } from "./stores.ts";

const KEY = { kind: "key", id: "digest" } as const;
const SCOPE = { kind: "scope", id: "team:t1" } as const;
/** Redis's own clock ends documents: far from it on both sides. */
const LATER_MS = 8_000_000_000_000;
const OVER_MS = 1_000;

onEachEngine("policies", (opened) => {
  const put = (
    org: Organization,
    version: number,
    endsAtMs = LATER_MS,
    policy: typeof KEY | typeof SCOPE = KEY,
  ) => org.store.putPolicy(org.org, policy, { version, json: `{"v": ${version}}`, endsAtMs });
  const reserveWith = (org: Organization, ...versions: [key: number, scope?: number]) =>
    org.reserve("h1", 1, {
      lines: [line("b1")],
      policies: [KEY, SCOPE]
        .slice(0, versions.length)
        .map((policy, i) => ({ policy, version: versions[i] ?? 0 })),
    });

  test("law 10: a call that knows the versions in force is admitted, any other gets the documents", async () => {
    const org = await openOrganization(opened());
    await put(org, 2);
    await put(org, 7, LATER_MS, SCOPE);
    expect(await reserveWith(org, 1, 7)).toEqual({
      kind: "stale",
      epoch: EPOCH,
      documents: [{ index: 0, document: '2 {"v": 2}' }],
    });
    expect(await org.counter()).toEqual([0, 0]);
    expect(await reserveWith(org, 2, 7)).toMatchObject({ kind: "ok" });
  });

  test("law 10: a document that Redis doesn't have is stale, not absent", async () => {
    const org = await openOrganization(opened());
    expect(await reserveWith(org, 0)).toEqual({
      kind: "stale",
      epoch: EPOCH,
      documents: [{ index: 0, document: "" }],
    });
  });

  test("law 10: a version is the whole number, not how it begins", async () => {
    const org = await openOrganization(opened());
    await put(org, 12);
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
    await put(org, 2);
    const confirm = (version: number) => org.store.confirm(org.org, [{ policy: KEY, version }]);
    expect(await confirm(2)).toEqual({ kind: "ok" });
    expect(await confirm(1)).toMatchObject({
      kind: "stale",
      documents: [{ index: 0, document: '2 {"v": 2}' }],
    });
    await org.lose("meta");
    expect(await confirm(2)).toEqual({ kind: "cold" });
  });

  test("law 10: an older version never takes a newer one's place; the same one may be put again", async () => {
    const org = await openOrganization(opened());
    expect(await put(org, 10)).toBe('10 {"v": 10}');
    expect(await put(org, 9)).toBe('10 {"v": 10}');
    expect(await put(org, 10)).toBe('10 {"v": 10}');
    expect(await put(org, 11)).toBe('11 {"v": 11}');
  });

  test("law 10: a put that comes when its document has ended leaves none", async () => {
    const org = await openOrganization(opened());
    await put(org, 1, OVER_MS);
    expect((await org.read()).policies).toEqual({});
    expect(await reserveWith(org, 1)).toMatchObject({ kind: "stale", documents: [{ document: "" }] });
  });

  test("a document ends when its reader said, in milliseconds of Redis's clock", async () => {
    const org = await openOrganization(opened());
    const endsAtMs = Date.now() + 600_000;
    await put(org, 1, endsAtMs);
    const left = Number(await org.run(["PTTL", `tg:{${org.org}}:key:digest`]));
    expect(left).toBeGreaterThan(590_000);
    expect(left).toBeLessThanOrEqual(600_000);
  });
});
