import { describe, expect, test } from "vitest";
import { azure } from "../../../src/providers/azure/azure.ts";
import { compatibleRoute, routeOf } from "../../../src/providers/registry.ts";
import { pushAll, readStream, streamReaderOf, wireAt } from "../support.ts";

const PATH = "/openai/deployments/my%20chat/chat/completions";
const chat = wireAt(azure, PATH);
const BODY = { model: "gpt-4o", messages: [] };

describe("a deployment", () => {
  test("is the model, whatever the body says (R20)", () => {
    expect(chat.understand(BODY, PATH)).toMatchObject({ facts: { model: "my chat" } });
    expect(chat.understand({ messages: [] }, PATH)).toMatchObject({ facts: { model: "my chat" } });
    expect(chat.understand(BODY, "/openai/deployments/%ff/chat/completions")).toHaveProperty("invalid");
    expect(chat.namesDeployment).toBe(true);
  });

  test("an alias puts another one into the path, and nothing else", () => {
    const named = (model: string) => chat.pathFor?.(PATH, model);
    expect(named("gpt-4o")).toBe("/openai/deployments/gpt-4o/chat/completions");
    expect(named("../a?b$&")).toBe("/openai/deployments/..%2Fa%3Fb%24%26/chat/completions");
  });

  test.each([
    ["completions", "openai-completions"],
    ["embeddings", "openai-embeddings"],
    ["images/generations", "openai-images"],
    ["audio/speech", "openai-speech"],
    ["audio/transcriptions", "openai-transcriptions"],
  ])("R21: %s behind it are metered", (path, name) => {
    const wire = wireAt(azure, `/openai/deployments/d/${path}`);
    expect(wire).toMatchObject({ name, namesDeployment: true });
    expect(wire.understand({ input: "a", prompt: "a" }, `/openai/deployments/d/${path}`)).toMatchObject({
      facts: { model: "d" },
    });
  });
});

test("OpenAI's own paths name the deployment in the body", () => {
  expect(wireAt(azure, "/openai/v1/chat/completions")).toMatchObject({ name: "openai-chat" });
  expect(wireAt(azure, "/openai/v1/responses")).toMatchObject({ name: "openai-responses" });
  expect(wireAt(azure, "/openai/responses")).toMatchObject({ name: "openai-responses" });
  expect(wireAt(azure, "/openai/v1/responses").namesDeployment).toBe(true);
  expect(compatibleRoute(azure, "POST", "/v1/chat/completions")).toMatchObject({
    path: "/openai/v1/chat/completions",
    auth: "api-key",
  });
});

test.each(["/models/chat/completions", "/chat/completions"])(
  "law 3: %s is clamped in the older limit",
  (path) => {
    const wire = wireAt(azure, path);
    const understood = wire.understand(BODY, "/models/chat/completions");
    if ("invalid" in understood) throw new Error(understood.invalid.message);
    expect(wire.clampEdits(BODY, understood.facts, 9)).toEqual([{ path: ["max_tokens"], value: 9 }]);
  },
);

test("what can't be metered is listed nowhere", () => {
  const metering = (method: string, path: string) => routeOf(method, `/azure${path}`)?.metering;
  expect(metering("POST", "/openai/deployments/d/extensions/chat/completions")).toBeNull();
  expect(metering("POST", "/openai/batches")).toBeNull();
  expect(metering("GET", "/openai/v1/models")).toBe("free");
});

test("a first chunk of filter results, with no choices, is neither hidden nor the end", () => {
  const filter = { choices: [], prompt_filter_results: [{ prompt_index: 0 }], usage: null };
  const answer = { choices: [{ index: 0, delta: { content: "hi" }, finish_reason: "stop" }] };
  const usage = { choices: [], usage: { prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 } };
  const reader = streamReaderOf(chat, { hideUsage: true });
  expect(pushAll(reader, [filter])).toEqual(["pass"]);
  expect(reader.reading()).toMatchObject({ usage: null, complete: false });
  expect(pushAll(reader, [answer, usage])).toEqual(["pass", "hide"]);
  expect(reader.reading()).toMatchObject({ usage: { input_total: 5, output_total: 1 }, complete: true });

  const cut = streamReaderOf(chat, { hideUsage: true });
  readStream(
    cut,
    [filter, answer, usage].map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join(""),
    3,
  );
  expect(cut.reading().usage).toEqual({ input_total: 5, output_total: 1 });
});
