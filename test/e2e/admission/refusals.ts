import Anthropic, {
  APIError as AnthropicError,
  RateLimitError as AnthropicRateLimit,
} from "@anthropic-ai/sdk";
import OpenAI, { APIError, RateLimitError } from "openai";
import { describe, expect, test } from "vitest";
import { call, CHAT_PATH, heldAt, MESSAGES_PATH, refusalOf } from "../../support/e2e-calls.ts";
import { nanoUsd, usdOf } from "../../support/e2e-money.ts";
import type { NewKey } from "../../support/e2e-rest.ts";
import { smallChat, tightHold, usageOf, widestHold } from "../../support/e2e-small-calls.ts";
import { until } from "../../support/e2e-until.ts";
import type { WorldOf } from "../../support/e2e-world.ts";
import { withScenario } from "../../support/scripted-provider.ts";

const MAX_TOKENS = 100;
const LARGE_TOKENS = 2_000;
const MESSAGES = [{ role: "user" as const, content: "Hello" }];
const CHAT = { model: "gpt-4o-mini", messages: MESSAGES, max_tokens: MAX_TOKENS };
const MESSAGE = { model: "claude-haiku-4-5", messages: MESSAGES, max_tokens: MAX_TOKENS };
const DAY_MS = 86_400_000;

const CODES = ["budget_exceeded", "request_too_large", "budget_held"] as const;
type RefusalCode = (typeof CODES)[number];
const STATUSES: Record<RefusalCode, number> = {
  budget_exceeded: 402,
  request_too_large: 402,
  budget_held: 429,
};
/** https://platform.openai.com/docs/guides/error-codes and https://platform.claude.com/docs/en/api/errors */
const TYPES: Record<RefusalCode, { openai: string; anthropic: string }> = {
  budget_exceeded: { openai: "insufficient_quota", anthropic: "billing_error" },
  request_too_large: { openai: "insufficient_quota", anthropic: "billing_error" },
  budget_held: { openai: "rate_limit_error", anthropic: "rate_limit_error" },
};

let gates = 0;

export function refusals(world: WorldOf): void {
  interface Refusing {
    key: NewKey;
    budget: { limit: bigint; spent: bigint; held: bigint };
    /** Lets what holds the budget go on. */
    end: () => Promise<void>;
  }

  /** A key whose budget refuses the next small call, chat or message, for that reason. */
  async function refusing(code: RefusalCode): Promise<Refusing> {
    const { rig, rest } = world();
    const tight = tightHold(smallChat(MAX_TOKENS), MAX_TOKENS);
    const large = smallChat(LARGE_TOKENS);
    const hold = widestHold(large, LARGE_TOKENS);
    // Room for one large call, and then for no small one.
    const limit = code === "request_too_large" ? tight - 1n : hold + tight - 1n;
    const key = await rest.createKey([{ limit: usdOf(limit), period: "day" }], { when_short: "reject" });
    if (code === "request_too_large") {
      return { key, budget: { limit, spent: 0n, held: 0n }, end: async () => undefined };
    }
    gates += 1;
    const gate = `refusing-${gates}`;
    // Either it costs all that it holds, or it has yet to cost next to nothing.
    const usage =
      code === "budget_exceeded" ? usageOf(JSON.stringify(large).length, LARGE_TOKENS) : usageOf(1, 1);
    const first = call(rig, { secret: key.secret, body: large, scenario: { gate, usage } });
    await until("the large call to be in flight", () => heldAt(rig, gate)[0]);
    const end = async () => {
      rig.provider.open(gate);
      await rest.settledRequest((await first).requestId);
    };
    if (code === "budget_held") return { key, budget: { limit, spent: 0n, held: hold }, end };
    await end();
    return { key, budget: { limit, spent: hold, held: 0n }, end: async () => undefined };
  }

  describe.each(CODES)("%s", (code) => {
    test("says why, in both providers' envelopes, and names the budget and all its numbers", async () => {
      const { rig } = world();
      const { key, budget, end } = await refusing(code);
      const before = rig.provider.requests.length;
      for (const [path, body, api] of [
        [CHAT_PATH, CHAT, "openai"],
        [MESSAGES_PATH, MESSAGE, "anthropic"],
      ] as const) {
        const answer = await call(rig, { secret: key.secret, path, body });
        expect(answer.status).toBe(STATUSES[code]);
        expect(answer.headers.get("content-type")).toBe("application/json");
        expect(answer.headers.get("x-should-retry")).toBe(STATUSES[code] === 402 ? "false" : null);
        expect(answer.headers.has("retry-after")).toBe(code === "budget_held");
        const { error, type, tollgate } = refusalOf(answer);
        expect(error.type).toBe(TYPES[code][api]);
        expect(type).toBe(api === "anthropic" ? "error" : undefined);
        expect(error.code).toBe(api === "anthropic" ? undefined : code);
        expect(tollgate).toMatchObject({ code, request_id: answer.requestId });
        const named = tollgate.budget;
        expect(named).toMatchObject({
          id: key.budgets[0]?.id,
          scope: { kind: "key", id: key.id },
          unit: "usd",
          resets_at: new Date((Math.floor(Date.now() / DAY_MS) + 1) * DAY_MS).toISOString(),
        });
        expect({
          limit: nanoUsd(named?.limit ?? ""),
          spent: nanoUsd(named?.spent ?? ""),
          held: nanoUsd(named?.held ?? ""),
          remaining: nanoUsd(named?.remaining ?? ""),
        }).toEqual({ ...budget, remaining: budget.limit - budget.spent - budget.held });
        for (const text of [named?.id, key.id, named?.limit]) expect(error.message).toContain(text);
      }
      expect(rig.provider.requests).toHaveLength(before);
      await end();
    });

    test("is raised as the SDKs' own exceptions, and asked once where waiting can't help", async () => {
      const { rig } = world();
      const { key, end } = await refusing(code);
      const status = STATUSES[code];
      let asked = 0;
      const counting: typeof fetch = (input, init) => {
        asked += 1;
        return fetch(input, init);
      };
      // Money that is gone isn't asked for again, however often the SDK would.
      const options = { apiKey: key.secret, fetch: counting, maxRetries: status === 402 ? 2 : 0 };
      const openai = new OpenAI({ baseURL: `${rig.url}/openai/v1`, ...options });
      const anthropic = new Anthropic({ baseURL: `${rig.url}/anthropic`, ...options });
      const [chat, message] = [
        await openai.chat.completions.create(CHAT).catch((error: unknown) => error),
        await anthropic.messages.create(MESSAGE).catch((error: unknown) => error),
      ];
      expect(chat).toBeInstanceOf(status === 429 ? RateLimitError : APIError);
      expect(chat).toMatchObject({ status, code, type: TYPES[code].openai });
      expect(message).toBeInstanceOf(status === 429 ? AnthropicRateLimit : AnthropicError);
      expect(message).toMatchObject({
        status,
        type: TYPES[code].anthropic,
        error: { tollgate: { code, budget: { id: key.budgets[0]?.id } } },
      });
      expect(asked).toBe(2);
      await end();
    });
  });

  test("for holds in flight is asked again by the SDK itself, and then admitted", async () => {
    const { rig } = world();
    const { key, end } = await refusing("budget_held");
    const statuses: number[] = [];
    const client = new OpenAI({
      baseURL: `${rig.url}/openai/v1`,
      apiKey: key.secret,
      maxRetries: 1,
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        statuses.push(response.status);
        if (response.status === 429) await end();
        return response;
      },
    });
    const answer = client.chat.completions.create(CHAT, { headers: withScenario({ usage: usageOf(1, 1) }) });
    await expect(answer).resolves.toMatchObject({ usage: usageOf(1, 1) });
    expect(statuses).toEqual([429, 200]);
  });

  test("comes in the envelope of the API that was called, whoever's URL it was called at", async () => {
    const { rig } = world();
    const { key } = await refusing("request_too_large");
    const client = new OpenAI({ baseURL: `${rig.url}/anthropic/v1`, apiKey: key.secret, maxRetries: 0 });
    const error: unknown = await client.chat.completions
      .create({ ...CHAT, model: "claude-haiku-4-5" })
      .catch((error: unknown) => error);
    expect(error).toMatchObject({ status: 402, code: "request_too_large" });
  });
}
