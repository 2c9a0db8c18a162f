import { describe, expect, test } from "vitest";
import { settledPrice } from "../../../src/gate/settled-price.ts";
import { azure } from "../../../src/providers/azure/azure.ts";
import { listPrice } from "../../../src/providers/prices/prices.ts";
import { routeIn } from "../../../src/providers/provider.ts";
import { pushAll, streamReaderOf, wireAt } from "../support.ts";

const DEPLOYED = "/openai/deployments/my%20gpt/chat/completions";

describe("a deployment", () => {
  const wire = wireAt(azure, DEPLOYED);

  test("is the model, whatever the body says", () => {
    for (const model of [undefined, "gpt-4o"]) {
      const understood = wire.understand({ messages: [], ...(model && { model }) }, DEPLOYED);
      expect(understood).toMatchObject({ facts: { model: "my gpt" } });
    }
    expect(wire.understand({ messages: [] }, "/openai/deployments/%FF/chat/completions")).toHaveProperty(
      "invalid",
    );
  });

  test("is replaced in the path by an alias's (R20)", () => {
    expect(wire.pathFor?.(DEPLOYED, "a/b?c")).toBe("/openai/deployments/a%2Fb%3Fc/chat/completions");
  });
});

test.each([
  ["/openai/deployments/d/chat/completions", "max_completion_tokens"],
  ["/openai/v1/chat/completions", "max_completion_tokens"],
  ["/models/chat/completions", "max_tokens"],
  ["/chat/completions", "max_tokens"],
])("%s is metered, and clamped in %s (law 3)", (path, field) => {
  const wire = wireAt(azure, path);
  const body = { model: "m", messages: [] };
  const understood = wire.understand(body, path);
  if ("invalid" in understood) throw new Error(understood.invalid.message);
  expect(wire.clampEdits(body, understood.facts, 9)).toEqual([{ path: [field], value: 9 }]);
});

test("law 11: what isn't known has no route", () => {
  expect(routeIn(azure, "POST", "/openai/deployments/d/extensions/chat/completions")).toBeNull();
  expect(routeIn(azure, "POST", "/openai/batches")).toBeNull();
  expect(azure.baseUrl).toBeNull();
});

test("the chunk of the content filter, first and with no choices, is passed and states nothing", () => {
  const reader = streamReaderOf(wireAt(azure, DEPLOYED), { hideUsage: true });
  const filter = { choices: [], prompt_filter_results: [{ prompt_index: 0 }], model: "", usage: null };
  const finish = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }], model: "gpt-4o-2024-11-20" };
  const usage = { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } };
  expect(pushAll(reader, [filter])).toEqual(["pass"]);
  expect(reader.reading()).toMatchObject({ usage: null, complete: false });
  expect(pushAll(reader, [finish, usage, "[DONE]"])).toEqual(["pass", "hide", "pass"]);
  expect(reader.reading()).toMatchObject({ usage: { input_total: 3, output_total: 2 }, complete: true });
});

test("an answer is settled at the price of the model that it names, not that of the deployment's name", () => {
  const atMs = Date.UTC(2026, 10, 22);
  const priceOf = (model: string) => listPrice({ provider: "azure", model, atMs });
  const reading = { usage: null, complete: true, failed: false, generatedBytes: 0 };
  const call = {
    provider: "azure",
    model: "gpt-4o-mini",
    held: priceOf("gpt-4o-mini"),
    options: {},
    overridden: false,
    priceOf,
  };
  expect(settledPrice({ ...reading, model: "gpt-4o-2024-11-20" }, call).price?.rates).toEqual(
    priceOf("gpt-4o")?.rates,
  );
  expect(settledPrice({ ...reading, model: "who-knows" }, call).price).toEqual(priceOf("gpt-4o-mini"));
  expect(settledPrice({ ...reading, model: "gpt-4o" }, { ...call, overridden: true }).price).toEqual(
    priceOf("gpt-4o-mini"),
  );
});
