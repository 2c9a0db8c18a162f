import { describe, expect, test } from "vitest";
import { matchesGlob } from "../../src/domain/glob.ts";
import type { KeyPolicy } from "../../src/domain/policy.ts";
import { allowanceRefusal, keyRefusal, targetOf } from "../../src/gate/plan.ts";
import { routeOf, type Route } from "../../src/providers/registry.ts";

const NOW_MS = Date.UTC(2026, 5, 15);

const policy = (changes: Partial<KeyPolicy> = {}): KeyPolicy => ({
  id: "key_1",
  organizationId: "org_default",
  teamId: null,
  userId: null,
  enabled: true,
  revoked: false,
  expiresAtMs: null,
  models: null,
  endpoints: null,
  providers: null,
  modelAliases: null,
  tags: [],
  whenShort: "clamp",
  minOutputTokens: 256,
  onDisconnect: "drain",
  allowUnpriced: false,
  ...changes,
});

function route(path: string, method = "POST"): Route {
  const found = routeOf(method, path);
  if (!found) throw new Error(`no route at ${path}`);
  return found;
}

describe("a key", () => {
  test("that is revoked, disabled, expired or unknown is refused as such", () => {
    expect(keyRefusal(policy(), NOW_MS)).toBeNull();
    expect(keyRefusal(null, NOW_MS)?.code).toBe("invalid_key");
    expect(keyRefusal(policy({ revoked: true, enabled: false }), NOW_MS)?.code).toBe("key_revoked");
    expect(keyRefusal(policy({ enabled: false }), NOW_MS)?.code).toBe("key_disabled");
  });

  test("expires at its very millisecond", () => {
    expect(keyRefusal(policy({ expiresAtMs: NOW_MS + 1 }), NOW_MS)).toBeNull();
    expect(keyRefusal(policy({ expiresAtMs: NOW_MS }), NOW_MS)?.code).toBe("key_expired");
  });
});

describe("the target of a model", () => {
  const target = (model: string, path: string, changes: Partial<KeyPolicy> = {}) => {
    const aliases = policy(changes).modelAliases ?? {};
    const isOwn = (name: string) => name === "acme";
    const aimed = targetOf(model, route(path), { aliases, defaultProvider: "openai", isOwn });
    if ("refusal" in aimed) return aimed;
    return { target: { provider: aimed.target.provider.name, model: aimed.target.model } };
  };

  test("is the provider of the base URL, with the model's name as it is", () => {
    expect(target("gpt-4o", "/openai/v1/chat/completions")).toEqual({
      target: { provider: "openai", model: "gpt-4o" },
    });
    expect(target("ft/odd/name", "/openai/v1/chat/completions")).toEqual({
      target: { provider: "openai", model: "ft/odd/name" },
    });
  });

  test("is the organization's own provider, by its path, its prefix or an alias", () => {
    const acme = { target: { provider: "acme", model: "m" } };
    expect(target("m", "/acme/v1/chat/completions")).toEqual(acme);
    expect(target("acme/m", "/v1/chat/completions")).toEqual(acme);
    expect(target("fast", "/v1/embeddings", { modelAliases: { fast: "acme/m" } })).toEqual(acme);
    expect(target("fast", "/acme/v1/chat/completions", { modelAliases: { fast: "acme/m" } })).toEqual(acme);
    expect(target("acme/m", "/v1/messages")).toMatchObject({ refusal: { code: "model_not_allowed" } });
    // Nobody's name, so the default provider's model.
    expect(target("other/m", "/v1/chat/completions")).toEqual({
      target: { provider: "openai", model: "other/m" },
    });
  });

  test("follows the prefix under /v1, and the default provider without one", () => {
    expect(target("anthropic/claude-sonnet-4-6", "/v1/chat/completions")).toEqual({
      target: { provider: "anthropic", model: "claude-sonnet-4-6" },
    });
    expect(target("gpt-4o", "/v1/chat/completions")).toEqual({
      target: { provider: "openai", model: "gpt-4o" },
    });
    expect(target("anthropic/claude-sonnet-4-6", "/v1/messages")).toEqual({
      target: { provider: "anthropic", model: "claude-sonnet-4-6" },
    });
  });

  test("follows an alias first, so that an alias evades nothing (R20)", () => {
    const modelAliases = { fast: "openai/gpt-4o-mini" };
    expect(target("fast", "/v1/chat/completions", { modelAliases })).toEqual({
      target: { provider: "openai", model: "gpt-4o-mini" },
    });
    expect(target("fast", "/openai/v1/chat/completions", { modelAliases })).toEqual({
      target: { provider: "openai", model: "gpt-4o-mini" },
    });
    expect(target("fast", "/anthropic/v1/messages", { modelAliases })).toMatchObject({
      refusal: { code: "model_not_allowed" },
    });
  });

  test("isn't found in an object's own members", () => {
    expect(target("constructor", "/v1/chat/completions", { modelAliases: {} })).toEqual({
      target: { provider: "openai", model: "constructor" },
    });
  });
});

describe("allowances", () => {
  const call = { provider: "openai", path: "/v1/chat/completions", model: "gpt-4o-mini" } as const;

  test("are lists of providers, endpoints and models, by globs", () => {
    expect(allowanceRefusal(policy(), call)).toBeNull();
    expect(allowanceRefusal(policy({ providers: ["anthropic"] }), call)?.code).toBe("provider_not_allowed");
    expect(allowanceRefusal(policy({ endpoints: ["/v1/messages*"] }), call)?.code).toBe(
      "endpoint_not_allowed",
    );
    expect(allowanceRefusal(policy({ endpoints: ["/v1/chat/*"] }), call)).toBeNull();
    expect(allowanceRefusal(policy({ models: ["openai/gpt-4o"] }), call)?.code).toBe("model_not_allowed");
    expect(allowanceRefusal(policy({ models: ["openai/gpt-4o*"] }), call)).toBeNull();
    expect(allowanceRefusal(policy({ models: ["gpt-4o-*"] }), call)).toBeNull();
    expect(allowanceRefusal(policy({ models: [] }), call)?.code).toBe("model_not_allowed");
  });
});

describe("globs", () => {
  test.each([
    ["*", "", true],
    ["*", "anything", true],
    ["a*b", "ab", true],
    ["a*b", "a", false],
    ["a*a", "a", false],
    ["a*b*c", "a1b2c", true],
    ["a*b*c", "acb", false],
    ["*mini", "gpt-4o-mini", true],
    ["gpt-4o", "gpt-4o-mini", false],
    ["a.c", "abc", false],
  ])("%s matches %s: %s", (pattern, text, expected) => {
    expect(matchesGlob(pattern, text)).toBe(expected);
  });

  test("take no long time on a pattern made to be slow", () => {
    expect(matchesGlob(`${"*a".repeat(2_000)}b`, "a".repeat(10_000))).toBe(false);
  });
});

describe("routes", () => {
  test.each([
    ["POST", "/openai/v1/chat/completions", "openai-chat"],
    ["POST", "/v1/chat/completions", "openai-chat"],
    ["POST", "/anthropic/v1/chat/completions", "openai-chat"],
    ["POST", "/anthropic/v1/messages", "anthropic-messages"],
    ["POST", "/v1/messages", "anthropic-messages"],
    ["GET", "/openai/v1/models", "free"],
    ["GET", "/anthropic/v1/models/claude-sonnet-4-6", "free"],
    ["POST", "/v1/messages/count_tokens", "free"],
    ["POST", "/openai/v1/moderations", "free"],
    ["POST", "/openai/v1/batches", null],
    ["POST", "/openai/v1/threads/runs", null],
    ["POST", "/openai/v1/threads/t/runs", null],
    ["POST", "/openai/v1/responses", "openai-responses"],
    ["POST", "/openai/v1/responses/compact", "openai-responses"],
    ["POST", "/openai/v1/responses/input_tokens", "free"],
    ["POST", "/openai/v1/responses/resp_1/cancel", "free"],
    ["GET", "/openai/v1/responses/resp_1", "free"],
    ["GET", "/openai/v1/responses/resp_1/input_items", "free"],
    ["DELETE", "/openai/v1/responses/resp_1", "free"],
    ["POST", "/openai/v1/completions", "openai-completions"],
    ["POST", "/openai/v1/embeddings", "openai-embeddings"],
    ["POST", "/openai/v1/images/edits", "openai-images"],
    ["POST", "/openai/v1/audio/speech", "openai-speech"],
    ["POST", "/openai/v1/audio/translations", "openai-transcriptions"],
    ["POST", "/openrouter/api/v1/responses", "openai-responses"],
    ["POST", "/openai/v1/conversations", "free"],
    ["GET", "/openai/v1/conversations/conv_1/items", "free"],
    ["POST", "/openai/v1/chat/completions/", null],
    ["POST", "/openai/v1/CHAT/completions", null],
    ["GET", "/openai/v1/chat/completions", null],
    ["POST", "/openai/v1/messages", null],
    ["DELETE", "/openai/v1/models/x", null],
    ["POST", "/groq/openai/v1/chat/completions", "openai-chat"],
    ["POST", "/groq/v1/chat/completions", null],
    ["POST", "/xai/v1/chat/completions", "openai-chat"],
    ["POST", "/openrouter/api/v1/chat/completions", "openai-chat"],
    ["POST", "/deepseek/chat/completions", "openai-chat"],
    ["POST", "/deepseek/v1/chat/completions", "openai-chat"],
    ["POST", "/fireworks/inference/v1/chat/completions", "openai-chat"],
    ["POST", "/perplexity/chat/completions", "openai-chat"],
    ["POST", "/azure/openai/deployments/d/chat/completions", "openai-chat"],
    ["POST", "/azure/openai/v1/chat/completions", "openai-chat"],
    ["POST", "/azure/openai/deployments/d/files", null],
    // An organization's own, wherever it has them.
    ["POST", "/acme/v1/chat/completions", "openai-chat"],
    ["POST", "/acme/chat/completions", "openai-chat"],
    ["POST", "/acme/client/v4/accounts/a/ai/v1/chat/completions", "openai-chat"],
    ["POST", "/acme/v1/conversations/chat/completions", "openai-chat"],
    ["POST", "/acme/v1/responses", "openai-responses"],
    ["POST", "/acme/v1/audio/speech", "openai-speech"],
    ["POST", "/acme/v1/rerank", "rerank"],
    ["GET", "/acme/v1/models", "free"],
    ["POST", "/acme/v1/batches", null],
    ["POST", "/acme/v1/chat/completions/", null],
  ])("%s %s is metered by %s (law 11)", (method, path, expected) => {
    const { metering } = route(path, method);
    expect(metering === null || metering === "free" ? metering : metering.name).toBe(expected);
  });

  test.each([
    "/",
    "/v1",
    "/v1/",
    "/openai",
    "/openai/",
    "/openai/v2/x",
    "/docs/v1/x",
    "/v2/x",
    "/NoName/v1/x",
    "/-x/v1/x",
    "/acme",
  ])("%s has none", (path) => {
    expect(routeOf("POST", path)).toBeNull();
  });

  test.each([
    "..%2ffiles",
    "x%2F..%2Ffiles",
    "%2e%2E%2ffiles",
    "..%5Cfiles",
    "..%252ffiles",
    "..;/files",
    "%2f.%3fx",
  ])("a step up that hides in a free path's encoding has none: models/%s", (hidden) => {
    const paths = ["/openai/v1", "/v1", "/anthropic/v1", "/acme/v1"].map(
      (base) => `${base}/models/${hidden}`,
    );
    expect(paths.map((path) => routeOf("GET", path))).toEqual(paths.map(() => null));
  });

  test.each(["org%2Fmodel", "gpt-4.1..mini", "..x%2fy", "a%2fb..%2fc"])("models/%s is free", (model) => {
    expect(routeOf("GET", `/openai/v1/models/${model}`)?.metering).toBe("free");
  });
});
