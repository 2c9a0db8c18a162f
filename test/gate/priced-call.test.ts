import { expect, test } from "vitest";
import type { Target } from "../../src/gate/plan.ts";
import { pricedCall } from "../../src/gate/priced-call.ts";
import { openrouter } from "../../src/providers/compatible/compatible.ts";
import type { JsonObject } from "../../src/providers/wire.ts";
import { wireAt } from "../providers/support.ts";
import { understoodOf } from "./understood.ts";

const wire = wireAt(openrouter, "/api/v1/chat/completions");
const CHEAP = "openai/gpt-4o-mini";
const DEAR = "openai/gpt-4o";

function priced(model: string, members: JsonObject = {}) {
  const target: Target = { provider: openrouter, model, path: "/", auth: "bearer", wire };
  const call = understoodOf(wire, { model, messages: [], max_tokens: 1_000, ...members });
  return pricedCall(call, target, {
    policies: { priceOverrides: [] },
    key: { whenShort: "clamp", minOutputTokens: 64 },
    atMs: Date.UTC(2026, 10, 22),
  });
}

test("law 3: a call that another model may answer is held at the dearest of them", () => {
  const dear = priced(DEAR, { models: [DEAR, CHEAP] });
  const cheap = priced(CHEAP, { models: [CHEAP, DEAR] });
  expect(cheap.price).toEqual(dear.price);
  // Its body is a few letters longer.
  expect(cheap.estimate?.want).toBeGreaterThanOrEqual(dear.estimate?.want ?? Infinity);
  expect(cheap.estimate?.want).toBeGreaterThan(2 * (priced(CHEAP).estimate?.want ?? Infinity));
  const amount = cheap.estimate?.least ?? 0;
  expect(cheap.estimate?.clampFor(amount)).toBeLessThan(priced(CHEAP).estimate?.clampFor(amount) ?? 0);
});

test("law 11: it has no price where one of them has none", () => {
  const unpriced = priced(CHEAP, { models: ["nobody/knows-it"] });
  expect(unpriced).toMatchObject({ price: null, estimate: null, refusal: { code: "model_unpriced" } });
  expect(priced("nobody/knows-it", { models: [CHEAP] })).toMatchObject({ price: null, estimate: null });
  expect(priced(CHEAP, { preset: "mine" }).refusal?.code).toBe("model_unpriced");
});

test("law 11: a tool of the router's own that has no price is no call for a usd budget", () => {
  const { refusal, price } = priced(CHEAP, { tools: [{ type: "openrouter:image_generation" }] });
  expect(refusal?.code).toBe("model_unpriced");
  expect(price).toBeNull();
});

test("R51: searches are held for beside the tokens", () => {
  const exa = priced(CHEAP, { plugins: [{ id: "web", engine: "exa" }] });
  expect(exa.estimate?.least).toBeGreaterThan(20_000_000);
  const own = priced(CHEAP, { tools: [{ type: "openrouter:web_search", parameters: { max_uses: 1 } }] });
  expect(own.estimate?.least).toBeGreaterThan(50_000_000);
});
