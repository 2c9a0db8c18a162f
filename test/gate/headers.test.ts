import { describe, expect, test } from "vitest";
import { clientHeaders, goesRound, upstreamHeaders } from "../../src/gate/headers.ts";
import { upstreamUrl } from "../../src/gate/upstream-url.ts";
import { authorize } from "../../src/providers/upstream.ts";

describe("headers to the provider", () => {
  const sent = async (client: Record<string, string>) => {
    const headers = upstreamHeaders(new Headers(client));
    const upstream = { baseUrl: "https://api.example.com", auth: "bearer", apiKey: "sk-ours" } as const;
    const outgoing = { url: upstream.baseUrl, method: "POST", headers, body: null };
    const secrets = await authorize(upstream, outgoing, { fetcher: fetch, nowMs: 0 });
    expect(secrets).toEqual(["sk-ours"]);
    return Object.fromEntries(headers.entries());
  };

  test("never carry the client's credential, wherever it was put", async () => {
    const passed = await sent({
      authorization: "Bearer tg_client",
      "x-api-key": "tg_client",
      "x-goog-api-key": "tg_client",
      "api-key": "tg_client",
      cookie: "session=tg_client",
    });
    expect(JSON.stringify(passed)).not.toContain("tg_client");
    expect(passed["authorization"]).toBe("Bearer sk-ours");
  });

  test("leave out our own, hop-by-hop ones, those that Connection names, and those that lead to another model", async () => {
    const passed = await sent({
      "x-tollgate-customer": "c",
      "x-tollgate-tags": "t",
      connection: "keep-alive, x-private",
      "x-private": "1",
      te: "trailers",
      upgrade: "websocket",
      "x-forwarded-for": "1.2.3.4",
      "azureml-model-deployment": "dearer",
    });
    expect(Object.keys(passed).sort()).toEqual(["accept-encoding", "authorization"]);
  });

  test("count the hops to base URLs of organizations, and four of them go round", () => {
    let rounds = new Headers();
    for (let hop = 0; hop < 4; hop++) rounds = upstreamHeaders(rounds, { own: true });
    expect([goesRound(rounds), goesRound(new Headers({ "x-tollgate-hops": "3" }))]).toEqual([true, false]);
    for (const odd of ["-1", "1e9", "x", "99"]) {
      const headers = upstreamHeaders(new Headers({ "x-tollgate-hops": odd }), { own: true });
      expect(headers.get("x-tollgate-hops")).toBe("1");
    }
    expect(upstreamHeaders(rounds).has("x-tollgate-hops")).toBe(false);
  });

  test("pass all others, and ask for plain bytes", async () => {
    const passed = await sent({
      "anthropic-beta": "x",
      "openai-organization": "o",
      "accept-encoding": "gzip",
    });
    expect(passed).toMatchObject({
      "anthropic-beta": "x",
      "openai-organization": "o",
      "accept-encoding": "identity",
    });
  });
});

test("headers to the client leave out the encoding that was undone, cookies, and names that are ours", () => {
  const headers = clientHeaders(
    new Headers({
      "content-encoding": "gzip",
      "content-length": "5",
      "set-cookie": "a=b",
      "transfer-encoding": "chunked",
      "x-tollgate-cost-usd": "0.00",
      "x-ratelimit-remaining-requests": "7",
      "x-debug": "called with sk-ours",
      "server-timing": "model;dur=7",
    }),
    ["sk-ours"],
    [["server-timing", "total;dur=1"]],
  );
  expect(headers).toEqual([
    ["x-ratelimit-remaining-requests", "7"],
    ["server-timing", "total;dur=1"],
  ]);
});

test("the provider's URL has the client's query, without the client's key", () => {
  const url = (text: string) => upstreamUrl("https://api.example.com", "/v1/x", new URL(text));
  expect(url("http://gate/openai/v1/x?a=1&b=%20")).toBe("https://api.example.com/v1/x?a=1&b=%20");
  const key = `tg_default_${"0".repeat(32)}_${"0".repeat(26)}`;
  expect(url(`http://gate/openai/v1/x?key=${key}&a=1`)).toBe("https://api.example.com/v1/x?a=1");
  expect(url(`http://gate/openai/v1/x?key=${key}`)).toBe("https://api.example.com/v1/x");
  expect(url(`http://gate/openai/v1/x?KEY=${key}&k=%20${key}&b=Bearer%20${key}`)).toBe(
    "https://api.example.com/v1/x",
  );
});

test.each([
  ["https://api.example.com/v1", "/v1/chat/completions", "https://api.example.com/v1/chat/completions"],
  ["https://api.example.com/v1", "/chat/completions", "https://api.example.com/v1/chat/completions"],
  ["https://api.example.com/paas/v4", "/v1/embeddings", "https://api.example.com/paas/v4/embeddings"],
  ["https://api.example.com/v1beta", "/v1beta/models/m", "https://api.example.com/v1beta/models/m"],
  ["https://api.example.com/openai", "/v1/x", "https://api.example.com/openai/v1/x"],
  ["https://api.example.com/v1x", "/v1/x", "https://api.example.com/v1x/v1/x"],
  ["https://api.example.com/v1", "/v1x/y", "https://api.example.com/v1/v1x/y"],
])("a base that ends in a version has it in place of the path's: %s and %s", (base, path, expected) => {
  expect(upstreamUrl(base, path, new URL("https://gate.test/"))).toBe(expected);
});
