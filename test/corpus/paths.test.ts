import { expect, test } from "vitest";
import { pathOf } from "./paths.ts";

test.each([
  ["openai", "https://api.openai.com/v1/chat/completions", "/openai", "/v1/chat/completions"],
  [
    "gemini",
    "https://g.example/v1beta/models/m:generateContent?key=k&alt=sse",
    "/google",
    "/v1beta/models/m:generateContent?alt=sse",
  ],
  [
    "azure",
    "https://a.example//openai/deployments/d/embeddings?api-version=1",
    "/azure",
    "/openai/deployments/d/embeddings?api-version=1",
  ],
  ["bedrock", "https://b.<aws_region>.example/model/m:0/converse", "/bedrock", "/model/m:0/converse"],
  ["vertex", "https://v.example/v1/projects/<A_PROJECT>/x", "/vertex", "/v1/projects/a-project/x"],
  ["openrouter", "https://o.example/api/v1/chat/completions", "/openrouter", "/api/v1/chat/completions"],
  ["somebody", "https://s.example/v1/rerank", "/somebody", "/v1/rerank"],
  ["local", "https://localhost/openai/responses", "/openai", "/v1/responses"],
  ["local", "https://localhost/anthropic/v1/messages", "/anthropic", "/v1/messages"],
  ["local", "https://localhost/v1/completions", "/local", "/v1/completions"],
])("%s at %s is the provider's own path behind its prefix", (provider, url, prefix, own) => {
  expect(pathOf({ provider, url })).toMatchObject({ prefix, own });
});

test("a text that is no URL has no path", () => {
  expect(pathOf({ provider: "openai", url: "recorded elsewhere" })).toBeNull();
});
