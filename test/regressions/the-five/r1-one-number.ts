import { expect, test } from "vitest";
import { call, heldAt, refusalOf } from "../../support/e2e-calls.ts";
import { nanoUsd, usdOf } from "../../support/e2e-money.ts";
import { costOfTokens, smallChat, tightHold, usageOf, widestHold } from "../../support/e2e-small-calls.ts";
import { until } from "../../support/e2e-until.ts";
import type { Gate } from "../../support/gate.ts";

const MAX_TOKENS = 100;

export function oneNumber(rigOf: () => Gate): void {
  test("a refusal says what every read says, spent apart from held, and a raised limit counts at once (laws 1, 10)", async () => {
    const rig = rigOf();
    const { rest } = rig;
    const body = smallChat(MAX_TOKENS);
    const cost = costOfTokens(20, 30);
    const [widest, tight] = [widestHold(body, MAX_TOKENS), tightHold(body, MAX_TOKENS)];
    // Room for what one call cost and what another holds, and a nano less than a third would need.
    const limit = cost + widest + tight - 1n;
    const key = await rest.createKey([{ limit: usdOf(limit) }], { when_short: "reject" });
    const [{ id } = { id: "" }] = key.budgets;
    const chat = (scenario: object) => call(rig, { secret: key.secret, body, scenario });
    await rest.settledRequest((await chat({ usage: usageOf(20, 30) })).requestId);

    const gate = "r1";
    const inFlight = chat({ gate, usage: usageOf(20, 30) });
    await until("a call in flight", () => heldAt(rig, gate)[0]);
    const refused = await chat({});
    const state = { spent: cost, held: widest, remaining: tight - 1n };
    // It isn't exceeded, it is held: the client is told to try again.
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).not.toBeNull();
    const { code, budget } = refusalOf(refused).tollgate;
    expect(code).toBe("budget_held");
    expect({
      spent: nanoUsd(budget?.spent ?? ""),
      held: nanoUsd(budget?.held ?? ""),
      remaining: nanoUsd(budget?.remaining ?? ""),
    }).toEqual(state);
    const reads = [
      await rest.budget(id),
      (await rest.key(key.id)).budgets[0],
      (await rest.ownKey(key.secret)).budgets[0],
    ];
    for (const read of reads) expect(read).toMatchObject(state);

    // One nano more, and the next call is admitted, with nothing to wait for.
    await rest.changeBudget(id, { limit: usdOf(limit + 1n) });
    const admitted = await chat({ usage: usageOf(20, 30) });
    expect(admitted.status).toBe(200);
    await rest.settledRequest(admitted.requestId);
    rig.provider.open(gate);
    await rest.settledRequest((await inFlight).requestId);
    expect(await rest.budget(id)).toMatchObject({ spent: 3n * cost, held: 0n });
    const entries = await rest.ledger(key.id);
    expect(entries.reduce((sum, { amount }) => sum + amount, 0n)).toBe(3n * cost);
  });
}
