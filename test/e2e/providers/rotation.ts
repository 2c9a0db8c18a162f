import { expect, test } from "vitest";
import { refusalOf } from "../../support/e2e-calls.ts";
import { smallChat } from "../../support/e2e-small-calls.ts";
import { sent, type OwnWorldOf } from "./own-world.ts";

const FIRST = "the first secret of this suite";
const SECOND = "the second secret of this suite";
const CREDENTIAL = "sk-e2e-rotated-44dd";

/** `restart`: the same data under another deployment of the Worker. */
export function rotation(
  world: OwnWorldOf,
  restart: (bindings: Record<string, string>) => Promise<void>,
): void {
  test("keys and credentials of before go on with KEY_SECRET_PREVIOUS, and what was made anew does without", async () => {
    const asked = async (secret: string) => {
      const { answer, deployment } = await sent(world, { secret, body: smallChat(10) });
      if (answer.status !== 200) return refusalOf(answer).tollgate.code;
      return deployment[0]?.headers.authorization;
    };
    const before = await world().rest.createKey([{ limit: "1" }]);
    await world().rest.setProvider("openai", { api_key: CREDENTIAL });
    expect(await asked(before.secret)).toBe(`Bearer ${CREDENTIAL}`);

    await restart({ KEY_SECRET: SECOND, KEY_SECRET_PREVIOUS: FIRST });
    expect(await asked(before.secret)).toBe(`Bearer ${CREDENTIAL}`);
    const after = await world().rest.createKey([{ limit: "1" }]);
    expect(await asked(after.secret)).toBe(`Bearer ${CREDENTIAL}`);
    expect((await world().rest.ownKey(before.secret)).id).toBe(before.id);
    expect(await world().rest.reseal()).toMatchObject({ resealed: 1, unreadable: [] });
    expect(await asked(after.secret)).toBe(`Bearer ${CREDENTIAL}`);

    await restart({ KEY_SECRET: SECOND });
    expect(await asked(before.secret)).toBe("invalid_key");
    expect(await asked(after.secret)).toBe(`Bearer ${CREDENTIAL}`);
  });
}
