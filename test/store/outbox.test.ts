import { expect, test } from "vitest";
import { EPOCH, openOrganization, T0, type Organization } from "./organization.ts";
import { onEachEngine } from "./stores.ts";

const NOW = T0 + 1_000;
const DRAIN_LEASE_MS = 5_000;

async function settled(org: Organization, ...ids: string[]): Promise<void> {
  for (const id of ids) {
    await org.reserve(id, 2);
    await org.settle(id, 1);
  }
}

onEachEngine("the outbox", (opened) => {
  const withEntries = async (...ids: string[]) => {
    const org = await openOrganization(opened());
    await settled(org, ...ids);
    return org;
  };
  const drain = (org: Organization, nowMs: number, force = false) =>
    org.store.drain(org.org, { nowMs, force });

  test("is read by one Worker at a time, for as long as a drain may take, or by force", async () => {
    const org = await withEntries("h1", "h2");
    expect(await drain(org, NOW)).toMatchObject({
      kind: "head",
      head: { epoch: EPOCH, tag: "-", out: 2, length: 2, drainUntilMs: NOW + DRAIN_LEASE_MS },
    });
    expect(await drain(org, NOW + DRAIN_LEASE_MS - 1)).toEqual({ kind: "busy" });
    expect(await drain(org, NOW + 1, true)).toMatchObject({ kind: "head" });
    expect(await drain(org, NOW + 1 + DRAIN_LEASE_MS)).toMatchObject({ kind: "head" });
  });

  test("a trim frees its own drain, and no other's", async () => {
    const org = await withEntries("h1");
    await drain(org, NOW);
    await drain(org, NOW + 1, true);
    await org.store.trim(org.org, { tags: [], entryCount: 0, drainUntilMs: NOW + DRAIN_LEASE_MS });
    expect(await drain(org, NOW + 2)).toEqual({ kind: "busy" });
    await org.store.trim(org.org, { tags: [], entryCount: 0, drainUntilMs: NOW + 1 + DRAIN_LEASE_MS });
    expect(await drain(org, NOW + 2)).toMatchObject({ kind: "head" });
  });

  test("law 12: a trim removes exactly what was booked, and what it read past that stays in its order", async () => {
    const org = await withEntries("h1", "h2", "h3");
    const [first = "", second = "", third = ""] = await org.tags();
    expect(await org.trim([first, third])).toEqual({ removed: 1, left: 2 });
    expect(await org.tags()).toEqual([second, third]);
    expect(await org.trim([third])).toEqual({ removed: 0, left: 2 });
    expect(await org.tags()).toEqual([second, third]);
    expect((await org.read()).meta).toMatchObject({ trimEpoch: 1, trimN: 1, tag: first, out: 2 });
  });

  test("R41: a trim that comes twice, or late, removes nothing that came since", async () => {
    const org = await withEntries("h1", "h2");
    const booked = await org.tags();
    expect(await org.trim(booked)).toEqual({ removed: 2, left: 0 });
    await settled(org, "h3", "h4", "h5");
    expect(await org.trim(booked)).toEqual({ removed: 0, left: 3 });
    expect((await org.read()).outbox.map(({ id }) => id)).toEqual(["h3.s", "h4.s", "h5.s"]);
    expect((await org.read()).meta).toMatchObject({ tag: booked[1], out: 3 });
  });

  test("an entry of the same sequence that was sent again after a loss of memory has another tag", async () => {
    const org = await withEntries("h1");
    const [tag = ""] = await org.tags();
    expect(await org.trim([tag.replace(/[^/]+$/, "n99")])).toEqual({ removed: 0, left: 1 });
  });

  test("law 12: a Worker is done when its own entry was trimmed, by the sequence that its hold bears", async () => {
    const org = await withEntries("h1", "h2");
    const awaited = (holdId: string, n: number, epoch = EPOCH) =>
      org.store.drain(org.org, {
        nowMs: NOW,
        force: true,
        awaited: { holdId, sequence: { epoch, n }, state: "s" },
      });
    expect(await awaited("h1", 1)).toMatchObject({ kind: "head" });
    await org.trim((await org.tags()).slice(0, 1));
    expect(await awaited("h1", 1)).toEqual({ kind: "done" });
    // Trimmed is the first entry only; and sequences that the hold doesn't bear were given out in a lost past.
    expect(await awaited("h2", 2)).toMatchObject({ kind: "head" });
    expect(await awaited("h2", 1)).toMatchObject({ kind: "head" });
    expect(await awaited("h1", 0)).toMatchObject({ kind: "head" });
    expect(await awaited("h1", 1, EPOCH + 1)).toMatchObject({ kind: "head" });
    // After a fall-back the hold may bear the same sequence for another outcome: a lapse is no settle.
    const asVoid = { holdId: "h1", sequence: { epoch: EPOCH, n: 1 }, state: "v" } as const;
    expect(await org.store.drain(org.org, { nowMs: NOW, force: true, awaited: asVoid })).toMatchObject({
      kind: "head",
    });
  });

  test("more entries than one drain reads stay behind it, and are counted; a rebuild waits for them", async () => {
    const org = await withEntries("h1");
    const outbox = `tg:{${org.org}}:outbox`;
    const [entry] = (await org.run(["LRANGE", outbox, 0, 0])) as [string];
    const more = Array.from({ length: 509 }, (_, i) => entry.replace("1.1/h1.s", `1.${i + 2}/h${i + 2}.s`));
    await org.run(["RPUSH", outbox, ...more]);
    const reply = await drain(org, NOW);
    if (reply.kind !== "head") throw new Error(`the drain replied ${reply.kind}`);
    expect([reply.head.length, reply.head.entries.length]).toEqual([510, 500]);

    const counters = [{ counter: "b2", periodStartMs: T0, spent: 0 }];
    const watermark = await org.watermark(500);
    const rebuild = { organizationId: org.org, epoch: EPOCH, watermark, counters };
    expect(await org.store.rebuild(rebuild)).toBe("again");
    const booked = (await org.tags()).slice(0, 500);
    expect(await org.trim(booked)).toMatchObject({ removed: 500 });
    expect(await org.tags()).toHaveLength(10);
    expect(await org.store.rebuild(rebuild)).toBe("ok");
  });

  test("R6: a lost outbox shows: the count says more than there is", async () => {
    const org = await withEntries("h1");
    await org.lose("outbox");
    expect(await drain(org, NOW)).toMatchObject({ head: { out: 1, length: 0, entries: [] } });
  });

  test("a store with no epoch is cold to drains, and has nothing to trim", async () => {
    const org = await withEntries("h1");
    await org.lose("meta");
    expect(await drain(org, NOW)).toEqual({ kind: "cold" });
    expect(await org.trim(await org.tags())).toEqual({ removed: 0, left: 0 });
    expect(await org.tags()).toHaveLength(1);
  });
});
