import { afterAll, expect, test } from "vitest";
import { call, refusalOf } from "../../support/e2e-calls.ts";
import { createRest } from "../../support/e2e-rest.ts";
import { smallChat } from "../../support/e2e-small-calls.ts";
import { startRawWorker, type RawWorker } from "../../support/raw-worker.ts";
import type { OwnWorldOf } from "./own-world.ts";

const NEXT = "the second secret of this suite";
const CREDENTIAL = "sk-e2e-rotated-44dd";

/** Each step of the procedure is another deployment on the same stores. */
export function rotation(world: OwnWorldOf): void {
  let workers: RawWorker[] = [];
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await world().rest.setProvider("openai", null);
  });

  async function deploy(changes: Record<string, string>) {
    const { rig } = world();
    const worker = await startRawWorker({ ...rig.stack.bindings, ...changes });
    workers = [...workers, worker];
    const { url } = worker;
    const asked = async (secret: string) => {
      const answer = await call({ ...rig, url }, { secret, body: smallChat(10) });
      return answer.status === 200 ? answer.received?.headers.authorization : refusalOf(answer).tollgate.code;
    };
    return { asked, rest: createRest({ url, stack: rig.stack }) };
  }

  test("keys and credentials of before go on with KEY_SECRET_PREVIOUS, and what was made anew does without", async () => {
    const first = await deploy({});
    const before = await first.rest.createKey([{ limit: "1" }]);
    await first.rest.setProvider("openai", { api_key: CREDENTIAL });
    expect(await first.asked(before.secret)).toBe(`Bearer ${CREDENTIAL}`);

    const previous = world().rig.stack.bindings["KEY_SECRET"] ?? "";
    const second = await deploy({ KEY_SECRET: NEXT, KEY_SECRET_PREVIOUS: previous });
    expect(await second.asked(before.secret)).toBe(`Bearer ${CREDENTIAL}`);
    expect((await second.rest.ownKey(before.secret)).id).toBe(before.id);
    const after = await second.rest.createKey([{ limit: "1" }]);
    expect(await second.asked(after.secret)).toBe(`Bearer ${CREDENTIAL}`);
    expect(await first.asked(after.secret)).toBe("invalid_key");
    expect(await second.rest.reseal()).toMatchObject({ resealed: 1, unreadable: [] });
    expect(await second.asked(before.secret)).toBe(`Bearer ${CREDENTIAL}`);

    const third = await deploy({ KEY_SECRET: NEXT });
    expect(await third.asked(before.secret)).toBe("invalid_key");
    expect(await third.asked(after.secret)).toBe(`Bearer ${CREDENTIAL}`);
  });

  test("law 4: a credential that no secret opens can't be sent: the call isn't, and costs nothing", async () => {
    const { rig, rest } = world();
    // Made under the second secret, which the stack's own Worker doesn't have.
    const key = await rest.createKey([{ limit: "1" }]);
    const answer = await call(rig, { secret: key.secret, body: smallChat(10) });
    expect(refusalOf(answer).tollgate.code).toBe("provider_unreachable");
    expect(answer.received).toBeUndefined();
    expect(await rest.settledRequest(answer.requestId)).toMatchObject({ cost: 0n });
    expect((await rest.idleKey(key.id)).budgets[0]).toMatchObject({ spent: 0n, held: 0n });
  });
}
