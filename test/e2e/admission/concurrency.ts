import { expect, test } from "vitest";
import { call, heldAt, refusalOf, type Answer } from "../../support/e2e-calls.ts";
import { nanoUsd, sumOf, usdOf } from "../../support/e2e-money.ts";
import { costOfTokens, smallChat, tightHold, usageOf, widestHold } from "../../support/e2e-small-calls.ts";
import { until } from "../../support/e2e-until.ts";
import type { WorldOf } from "../../support/e2e-world.ts";

const CALLS = 200;
const ROOM = 50n;
const MAX_TOKENS = 100;
const INPUT_PRICE_NANO = 150n;

const holdOf = ({ headers }: Answer) => nanoUsd(headers.get("x-tollgate-hold-usd") ?? "");
const byStatus = (answers: Answer[], status: number) => answers.filter((answer) => answer.status === status);

export function concurrency(world: WorldOf): void {
  test("laws 3, 4, R16: of 200 calls at once exactly those that fit are admitted, and the rest of the money stays good to the last nano", async () => {
    const { rig, rest } = world();
    const body = smallChat(MAX_TOKENS);
    const [widest, tight] = [widestHold(body, MAX_TOKENS), tightHold(body, MAX_TOKENS)];
    // Room for 50, and for one more at its tighter size, but not to the last nano.
    const limit = ROOM * widest + tight + 10n * INPUT_PRICE_NANO;
    const fitting = ROOM + 1n;
    const key = await rest.createKey([{ limit: usdOf(limit) }], { when_short: "reject" });
    const gate = "two-hundred";
    const scenario = { gate, usage: usageOf(30, 60) };

    const refused: Answer[] = [];
    const calls = Array.from({ length: CALLS }, async () => {
      const answer = await call(rig, { secret: key.secret, body, scenario });
      if (answer.status !== 200) refused.push(answer);
      return answer;
    });
    await until("every call to be refused, or held by the provider", () =>
      refused.length + heldAt(rig, gate).length === CALLS ? true : undefined,
    );

    // All that were admitted are in flight now.
    expect(heldAt(rig, gate)).toHaveLength(Number(fitting));
    const held = ROOM * widest + tight;
    const inFlight = (await rest.key(key.id)).budgets[0];
    expect(inFlight).toMatchObject({ spent: 0n, held, remaining: limit - held });
    expect(limit - held).toBeLessThan(tight);

    rig.provider.open(gate);
    const answers = await Promise.all(calls);
    const admitted = byStatus(answers, 200);
    expect(admitted).toHaveLength(Number(fitting));
    expect(sumOf(admitted.map(holdOf))).toBe(held);
    // Nothing was spent yet when they were refused, so it is the holds that stood in their way.
    expect(byStatus(answers, 429)).toHaveLength(CALLS - Number(fitting));
    expect(new Set(refused.map((answer) => refusalOf(answer).tollgate.code))).toEqual(
      new Set(["budget_held"]),
    );

    const spent = fitting * costOfTokens(30, 60);
    expect((await rest.idleKey(key.id)).budgets[0]).toMatchObject({
      spent,
      held: 0n,
      remaining: limit - spent,
    });
    const entries = await rest.ledger(key.id);
    expect(entries).toHaveLength(Number(fitting));
    expect(sumOf(entries.map(({ amount }) => amount))).toBe(spent);

    // One call that is clamped to all that is left, and uses it up.
    await rest.changeKey(key.id, { when_short: "clamp", min_output_tokens: 1 });
    const left = limit - spent;
    const lastTokens = Number(left / INPUT_PRICE_NANO);
    const last = await call(rig, {
      secret: key.secret,
      body: smallChat(16_000),
      scenario: { usage: usageOf(lastTokens, 0) },
    });
    expect(last.status).toBe(200);
    expect(holdOf(last)).toBe(left);
    expect((await rest.idleKey(key.id)).budgets[0]).toMatchObject({ spent: limit, held: 0n, remaining: 0n });
    expect(sumOf((await rest.ledger(key.id)).map(({ amount }) => amount))).toBe(limit);
    const afterwards = await call(rig, { secret: key.secret, body: smallChat(1) });
    expect(afterwards.status).toBe(402);
    expect(refusalOf(afterwards).tollgate).toMatchObject({
      code: "budget_exceeded",
      budget: { remaining: "0.00" },
    });
  });

  test("laws 1, 3: calls that come and go at once never spend more than the limit, and each is in the ledger once", async () => {
    const { rig, rest } = world();
    const bodies = [true, false].map((stream) => smallChat(MAX_TOKENS, { stream }));
    const limit = sumOf(bodies.map((body) => 10n * widestHold(body, MAX_TOKENS)));
    const key = await rest.createKey([{ limit: usdOf(limit) }, { limit: usdOf(limit), period: "day" }]);
    const answers = await Promise.all(
      Array.from({ length: 80 }, (_, i) => {
        // Some use next to nothing, some all that they hold.
        const usage = usageOf(10 + (i % 3), (i * 37) % (MAX_TOKENS + 1));
        return call(rig, { secret: key.secret, body: bodies[i % 2], scenario: { usage } });
      }),
    );
    expect(answers.filter(({ status }) => ![200, 402, 429].includes(status))).toEqual([]);
    const { budgets } = await rest.idleKey(key.id);
    const entries = await rest.ledger(key.id);
    const spent = sumOf(entries.map(({ amount }) => amount));
    expect(budgets.map((budget) => budget.spent)).toEqual([spent, spent]);
    expect(spent).toBeLessThanOrEqual(limit);
    const admitted = byStatus(answers, 200).map(({ requestId }) => requestId);
    expect(entries.map(({ request_id }) => request_id).sort()).toEqual(admitted.sort());
    // At the widest of their holds this many fit, whichever they are.
    expect(admitted.length).toBeGreaterThanOrEqual(19);
  });
}
