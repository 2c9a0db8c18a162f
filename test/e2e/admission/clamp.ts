import { expect, test } from "vitest";
import { call, MESSAGES_PATH, refusalOf, type Answer } from "../../support/e2e-calls.ts";
import { nanoUsd, priceOf, usdOf } from "../../support/e2e-money.ts";
import { smallChat, tightHold, usageOf } from "../../support/e2e-small-calls.ts";
import type { WorldOf } from "../../support/e2e-world.ts";

const MESSAGES = [{ role: "user", content: "Hello" }];
/** USD per million tokens: https://claude.com/pricing#api, 2026-11. */
const HAIKU_4_5 = { model: "claude-haiku-4-5", input: "1", output: "5" };
const ASKED = 16_000;

const clampedTo = ({ headers }: Answer) => Number(headers.get("x-tollgate-max-output-tokens"));
const holdOf = ({ headers }: Answer) => nanoUsd(headers.get("x-tollgate-hold-usd") ?? "");
const sentBody = ({ received }: Answer): unknown => JSON.parse(received?.body.toString() ?? "null");

export function clamp(world: WorldOf): void {
  test("has the greatest output limit that the rest of the budget pays for, and says so", async () => {
    const { rig, rest } = world();
    const body = smallChat(ASKED);
    for (const fitting of [1_000, 1_001, 7_777]) {
      const limit = tightHold(body, fitting);
      const { id, secret } = await rest.createKey([{ limit: usdOf(limit) }]);
      const answer = await call(rig, { secret, body, scenario: { usage: usageOf(10, fitting) } });
      expect(clampedTo(answer)).toBe(fitting);
      expect(sentBody(answer)).toEqual({ ...body, max_tokens: fitting });
      expect(holdOf(answer)).toBe(limit);
      expect((await rest.idleKey(id)).budgets[0]?.remaining).toBeGreaterThan(0n);
    }
  });

  test("is clamped in whichever limits stand above, of each answer, or in one that is added", async () => {
    const { rig, rest } = world();
    const fitting = 1_000;
    const BODIES: [body: object, changed: object, outputTokens: number][] = [
      [smallChat(ASKED, { max_completion_tokens: 20 }), { max_tokens: fitting }, fitting],
      [smallChat(20, { max_completion_tokens: ASKED }), { max_completion_tokens: fitting }, fitting],
      [
        smallChat(ASKED, { max_completion_tokens: ASKED }),
        { max_tokens: fitting, max_completion_tokens: fitting },
        fitting,
      ],
      [{ model: "gpt-4o-mini", messages: MESSAGES }, { max_completion_tokens: fitting }, fitting],
      [smallChat(ASKED, { n: 3 }), { max_tokens: fitting }, 3 * fitting],
    ];
    for (const [body, changed, outputTokens] of BODIES) {
      const { secret } = await rest.createKey([{ limit: usdOf(tightHold(body, outputTokens)) }]);
      const answer = await call(rig, { secret, body });
      expect(clampedTo(answer)).toBe(fitting);
      expect(sentBody(answer)).toEqual({ ...body, ...changed });
    }
  });

  test("has its one limit lowered where it is a message", async () => {
    const { rig, rest } = world();
    const body = { model: HAIKU_4_5.model, messages: MESSAGES, max_tokens: ASKED };
    const { secret } = await rest.createKey([{ limit: "0.01" }]);
    const answer = await call(rig, { secret, path: MESSAGES_PATH, body });
    const tokens = clampedTo(answer);
    expect(sentBody(answer)).toEqual({ ...body, max_tokens: tokens });
    expect(holdOf(answer)).toBe(nanoUsd("0.01"));
    expect(tokens).toBeGreaterThan(1_500);
    expect(priceOf([[tokens, HAIKU_4_5.output]])).toBeLessThan(nanoUsd("0.01"));
  });

  test("is refused below the key's smallest output, which is 256 tokens unless it says otherwise", async () => {
    const { rig, rest } = world();
    const body = smallChat(ASKED);
    for (const [fields, smallest] of [
      [{}, 256],
      [{ min_output_tokens: 1_000 }, 1_000],
      [{ min_output_tokens: 1 }, 1],
    ] as const) {
      const enough = await rest.createKey([{ limit: usdOf(tightHold(body, smallest)) }], fields);
      expect(clampedTo(await call(rig, { secret: enough.secret, body }))).toBe(smallest);

      const tooLittle = await rest.createKey([{ limit: usdOf(tightHold(body, smallest) - 1n) }], fields);
      const refused = await call(rig, { secret: tooLittle.secret, body });
      expect(refused.status).toBe(402);
      expect(refusalOf(refused).tollgate.code).toBe("request_too_large");
    }
    // A call that asks for less than that isn't held to it.
    const modest = await rest.createKey([{ limit: usdOf(tightHold(smallChat(5), 5)) }]);
    expect((await call(rig, { secret: modest.secret, body: smallChat(5) })).status).toBe(200);
  });

  test("is refused instead where the key says reject", async () => {
    const { rig, rest } = world();
    const before = rig.provider.requests.length;
    const limit = tightHold(smallChat(ASKED), ASKED) - 1n;
    const { secret } = await rest.createKey([{ limit: usdOf(limit) }], { when_short: "reject" });
    const refused = await call(rig, { secret, body: smallChat(ASKED) });
    expect(refusalOf(refused).tollgate.code).toBe("request_too_large");
    expect(rig.provider.requests).toHaveLength(before);
  });
}
