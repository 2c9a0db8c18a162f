import { expect, test } from "vitest";
import { EPOCH, LEASE_MS, line, openOrganization, T0, type Organization } from "./organization.ts";
import { onEachEngine } from "./stores.ts";

// A rolled-out version meets what the one before left in Redis: births were numbered with the entries, and trims weren't
// counted. Nothing may be forgotten for that.

onEachEngine("values of the version before", (opened) => {
  /** Two counters are births 1 and 2; h0 was settled as 3 and trimmed; b1 was made anew as 4; h1 is held, and knows all of them. */
  const left = async (): Promise<Organization> => {
    const org = await openOrganization(opened(), { b1: 0, b2: 0 });
    await org.reserve("h1", 40, { lines: [line("b1"), line("b2")] });
    const write = (key: string, value: string) => org.run(["SET", `tg:{${org.org}}:${key}`, value]);
    await write("meta", `${EPOCH} 4 ${T0} 0 ${EPOCH} 3 0 0 ${EPOCH}.3/h0.s/5/n1`);
    await write("budget:b1", `${EPOCH} 4 ${T0} 5 40`);
    await write("budget:b2", `${EPOCH} 2 ${T0} 5 40`);
    const lines = [`b1,${T0},40,c`, `b2,${T0},40,c`].join(";");
    await write("hold:h1", `h ${EPOCH} 4 ${T0 + LEASE_MS} 0 0 40 ${lines} {}`);
    return org;
  };

  test("law 4: its holds are given back where they are held, and the next entry and birth go on from its numbers", async () => {
    const org = await left();
    expect(await org.settle("h1", 25)).toMatchObject({ sequence: { epoch: EPOCH, n: 5 } });
    expect([await org.counter("b1"), await org.counter("b2")]).toEqual([
      [30, 0],
      [30, 0],
    ]);
    expect((await org.read()).meta).toMatchObject({ n: 5, births: 4, trimCount: 0, out: 1 });
  });

  test("law 4: a counter that is made now isn't given back what its holds never held in it", async () => {
    const org = await left();
    await org.lose("budget:b1");
    const counters = [{ counter: "b1", periodStartMs: T0, spent: 5 }];
    const watermark = await org.watermark(3);
    expect(await org.store.rebuild({ organizationId: org.org, epoch: EPOCH, watermark, counters })).toBe(
      "ok",
    );
    await org.reserve("h2", 10);
    await org.settle("h1", 25);
    expect(await org.counter("b1")).toEqual([30, 10]);
    await org.settle("h2", 1);
    expect(await org.counter("b1")).toEqual([31, 0]);
  });

  test("law 9: a snapshot from before its last trim is taken again, though that trim wasn't counted", async () => {
    const org = await left();
    await org.lose("budget:b1");
    const counters = [{ counter: "b1", periodStartMs: T0, spent: 0 }];
    const watermark = await org.watermark(2, { entryCount: 0 });
    expect(await org.store.rebuild({ organizationId: org.org, epoch: EPOCH, watermark, counters })).toBe(
      "again",
    );
  });

  test("reads show them as the scripts read them", async () => {
    const org = await left();
    const { meta, counters } = await org.store.readCounters(org.org, ["b1"]);
    expect(meta).toMatchObject({ n: 4, births: 4, trimCount: 0, tag: `${EPOCH}.3/h0.s/5/n1` });
    expect(counters).toMatchObject([{ born: 4, spent: 5, held: 40 }]);
  });
});
