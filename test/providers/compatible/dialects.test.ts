import { describe, expect, test } from "vitest";
import { targetOf } from "../../../src/gate/plan.ts";
import { readAs } from "../../../src/gate/understand.ts";
import { openaiChat } from "../../../src/providers/openai/chat.ts";
import { routeOf } from "../../../src/providers/registry.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { understoodOf } from "../../gate/understood.ts";

// Each provider obeys other fields of the same format.

/** The path below the provider's prefix at which its chats are. */
const PATHS: Record<string, string> = {
  openai: "/v1",
  anthropic: "/v1",
  groq: "/openai/v1",
  xai: "/v1",
  openrouter: "/api/v1",
  together: "/v1",
  fireworks: "/inference/v1",
  cerebras: "/v1",
  moonshot: "/v1",
  deepseek: "",
  perplexity: "",
  acme: "/v1",
};
const NEWER = ["openai", "anthropic", "groq", "xai", "openrouter", "fireworks", "cerebras", "moonshot"];
const OLDER = ["together", "deepseek", "perplexity", "acme"];
/** `acme` is one that the organization added itself. */
const NAMING = { aliases: {}, defaultProvider: "openai", isOwn: (name: string) => name === "acme" };
/** Those that state usage unasked, or refuse the option. */
const UNASKED = new Set(["openrouter", "together", "perplexity"]);

function routeAt(path: string) {
  const route = routeOf("POST", path);
  if (!route || !route.metering || route.metering === "free") throw new Error(`${path} isn't metered`);
  return { ...route, wire: route.metering };
}

/** The call as it is metered: at the provider's own path, or at Tollgate's own, where the model names the provider. */
function called(provider: string, members: JsonObject, at: "its path" | "/v1") {
  const path =
    at === "/v1" ? "/v1/chat/completions" : `/${provider}${PATHS[provider] ?? ""}/chat/completions`;
  const route = routeAt(path);
  const model = at === "/v1" ? `${provider}/m` : "m";
  const call = understoodOf(route.wire, { model, messages: [], ...members });
  const aimed = targetOf(model, route, NAMING);
  if ("refusal" in aimed) throw new Error(aimed.refusal.message);
  const { wire } = aimed.target;
  const { body, facts } = readAs(wire, call, route.path);
  return {
    facts,
    clamped: wire.clampEdits(body, facts, 9).map(({ path: [field], value }) => [field, value]),
    asked: wire.usageEdits(body, facts).length > 0,
  };
}

describe.each(["its path", "/v1"] as const)("law 3, at %s", (at) => {
  test.each(NEWER)("%s is clamped in the newer field, and obeys both", (provider) => {
    expect(called(provider, {}, at).clamped).toEqual([["max_completion_tokens", 9]]);
    const stated = called(provider, { max_completion_tokens: 50 }, at);
    expect(stated.facts.outputLimit).toBe(50);
    expect(stated.clamped).toEqual([["max_completion_tokens", 9]]);
    expect(called(provider, { max_tokens: 50, max_completion_tokens: 60 }, at).facts.outputLimit).toBe(60);
  });

  test.each(OLDER)("%s is clamped in the older field, and a limit in the newer one is none", (provider) => {
    expect(called(provider, {}, at).clamped).toEqual([["max_tokens", 9]]);
    const ignored = called(provider, { max_completion_tokens: 5 }, at);
    expect(ignored.facts.outputLimit).toBeUndefined();
    expect(ignored.clamped).toEqual([["max_tokens", 9]]);
    // Who knows both may let the newer one count before the older.
    expect(called(provider, { max_completion_tokens: 50 }, at).clamped).toEqual([
      ["max_tokens", 9],
      ["max_completion_tokens", 9],
    ]);
    expect(called(provider, { max_tokens: 50 }, at).clamped).toEqual([["max_tokens", 9]]);
    expect(called(provider, { max_tokens: 50, max_completion_tokens: 60 }, at).facts.outputLimit).toBe(60);
  });

  test.each(Object.keys(PATHS))("R49: %s is asked for usage where it isn't stated unasked", (provider) => {
    expect(called(provider, { stream: true }, at).asked).toBe(!UNASKED.has(provider));
    expect(called(provider, { stream: true, stream_options: { include_usage: true } }, at).asked).toBe(false);
    expect(called(provider, {}, at).asked).toBe(false);
  });
});

test("at /v1 a provider's own dialect is used from the target on", () => {
  const route = routeAt("/v1/chat/completions");
  const aimed = targetOf("deepseek/deepseek-chat", route, NAMING);
  expect(aimed).toMatchObject({ target: { wire: { name: "openai-chat" } } });
  expect("target" in aimed && aimed.target.wire).not.toBe(openaiChat);
});
