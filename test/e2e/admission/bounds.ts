import { expect, test } from "vitest";
import { call, heldAt, MESSAGES_PATH, refusalOf, type Answer } from "../../support/e2e-calls.ts";
import { nanoUsd, priceOf, usdOf } from "../../support/e2e-money.ts";
import { smallChat, tightHold, usageOf, widestHold } from "../../support/e2e-small-calls.ts";
import { until } from "../../support/e2e-until.ts";
import type { WorldOf } from "../../support/e2e-world.ts";

const MAX_TOKENS = 100;
const MESSAGES = [{ role: "user", content: "Hello" }];
/** https://platform.openai.com/docs/models/gpt-5.4, 2026-11: its longest answer, and USD per million tokens of it. */
const GPT_5_4 = { model: "gpt-5.4", maxTokens: 128_000, input: "2.5", output: "15" };

const holdOf = ({ headers }: Answer) => nanoUsd(headers.get("x-tollgate-hold-usd") ?? "");

export function bounds(world: WorldOf): void {
  test("law 2, R28: fits a limit that it reaches exactly, and not one that is a nano lower", async () => {
    const { rig, rest } = world();
    const body = smallChat(MAX_TOKENS);
    const tight = tightHold(body, MAX_TOKENS);
    const exact = await rest.createKey([{ limit: usdOf(tight) }], { when_short: "reject" });
    const admitted = await call(rig, { secret: exact.secret, body });
    expect(admitted.status).toBe(200);
    expect(holdOf(admitted)).toBe(tight);
    expect(nanoUsd(admitted.headers.get("x-tollgate-budget-remaining-usd") ?? "")).toBe(0n);

    const before = rig.provider.requests.length;
    const short = await rest.createKey([{ limit: usdOf(tight - 1n) }], { when_short: "reject" });
    const refused = await call(rig, { secret: short.secret, body });
    expect(refused.status).toBe(402);
    expect(rig.provider.requests).toHaveLength(before);
    expect((await rest.key(short.id)).budgets[0]).toMatchObject({ spent: 0n, held: 0n });
  });

  test("law 2, R57: a limit of 0 admits nothing, not even what is free", async () => {
    const { rig, rest } = world();
    const { secret } = await rest.createKey([{ limit: "0" }], { allow_unpriced: true });
    for (const body of [smallChat(1), { ...smallChat(1), model: "a-model-without-a-price" }]) {
      const refused = await call(rig, { secret, body });
      expect(refused.status).toBe(402);
      expect(refusalOf(refused).tollgate).toMatchObject({
        code: "budget_exceeded",
        budget: { limit: "0.00" },
      });
    }
  });

  test("R9: a call without an output limit holds its model's longest answer, not all that is left", async () => {
    const { rig, rest } = world();
    const key = await rest.createKey([{ limit: "2000" }]);
    const body = { model: GPT_5_4.model, messages: MESSAGES };
    const gate = "without-limit";
    const calls = [1, 2].map(() =>
      call(rig, { secret: key.secret, body, scenario: { gate, usage: usageOf(10, 10) } }),
    );
    await until("both to be in flight", () => (heldAt(rig, gate).length === 2 ? true : undefined));
    const hold = priceOf([
      [JSON.stringify(body).length, GPT_5_4.input],
      [GPT_5_4.maxTokens, GPT_5_4.output],
    ]);
    expect((await rest.key(key.id)).budgets[0]).toMatchObject({ held: 2n * hold });
    expect(hold).toBeLessThan(nanoUsd("2"));
    rig.provider.open(gate);
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200]);
    const cost = priceOf([
      [10, GPT_5_4.input],
      [10, GPT_5_4.output],
    ]);
    expect((await rest.idleKey(key.id)).budgets[0]).toMatchObject({ spent: 2n * cost });
  });

  test("R23: takes the greater of the two output limits, and each answer of several", async () => {
    const { rig, rest } = world();
    const { secret } = await rest.createKey([{ limit: "10" }]);
    const BODIES: [body: object, outputTokens: number][] = [
      [smallChat(10, { max_completion_tokens: 4_000 }), 4_000],
      [smallChat(4_000, { max_completion_tokens: 10 }), 4_000],
      [smallChat(1_000, { n: 4 }), 4_000],
    ];
    for (const [body, outputTokens] of BODIES) {
      const answer = await call(rig, { secret, body });
      expect(holdOf(answer)).toBe(widestHold(body, outputTokens));
      expect(answer.received?.body.toString()).toBe(JSON.stringify(body));
    }
  });

  test("R22, law 11: a model without a price is refused under a usd budget, unless the operator lets it pass", async () => {
    const { rig, rest } = world();
    const body = smallChat(10, { model: "a-model-without-a-price" });
    const before = rig.provider.requests.length;
    const bound = await rest.createKey([{ limit: "10" }]);
    const refused = await call(rig, { secret: bound.secret, body });
    expect(refused.status).toBe(403);
    expect(refusalOf(refused)).toMatchObject({
      error: { code: "model_unpriced", param: "model" },
      tollgate: { code: "model_unpriced" },
    });
    const message = { model: "claude-without-a-price", messages: MESSAGES, max_tokens: 10 };
    const refusedMessage = await call(rig, { secret: bound.secret, path: MESSAGES_PATH, body: message });
    expect(refusedMessage.status).toBe(403);
    expect(refusalOf(refusedMessage)).toMatchObject({ type: "error", tollgate: { code: "model_unpriced" } });
    expect(rig.provider.requests).toHaveLength(before);

    const free = await rest.createKey();
    const allowed = await rest.createKey([{ limit: "10" }], { allow_unpriced: true });
    for (const { secret } of [free, allowed]) {
      const answer = await call(rig, { secret, body });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("x-tollgate-hold-usd")).toBe("0.00");
      expect(answer.headers.get("x-tollgate-cost-usd")).toBe("0.00");
      expect(await rest.settledRequest(answer.requestId)).toMatchObject({ cost: 0n, outcome: "completed" });
    }
  });
}
