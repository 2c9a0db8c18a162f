// The demo provider as a server: its port, its limits, its end.

import { once } from "node:events";
import { connect } from "node:net";

import { afterEach, expect, test } from "vitest";

import { MAX_BODY_BYTES, serveDemoProvider, type DemoProvider } from "../../src/local/demo/serve.ts";

const opened: DemoProvider[] = [];

async function serve(port?: number): Promise<DemoProvider> {
  const demo = await serveDemoProvider(port === undefined ? {} : { port });
  opened.push(demo);
  return demo;
}

async function post(url: string, body: BodyInit): Promise<Response> {
  return fetch(url, { method: "POST", headers: { authorization: "Bearer any" }, body });
}

function chatOf(bytes: number): string {
  const around = JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "" }] });
  return around.replace('""', `"${"a".repeat(bytes - around.length)}"`);
}

afterEach(async () => {
  for (const demo of opened.splice(0)) await demo.close();
});

test("listens on loopback, on a free port or the one asked for", async () => {
  const first = await serve();
  expect(first.url).toBe(`http://127.0.0.1:${first.port}`);
  await first.close();
  expect((await serve(first.port)).port).toBe(first.port);
});

test("refuses to start on a port that is taken", async () => {
  const first = await serve();
  await expect(serve(first.port)).rejects.toMatchObject({ code: "EADDRINUSE" });
});

test("closing twice is fine", async () => {
  const demo = await serve();
  await demo.close();
  await demo.close();
  await expect(fetch(demo.url)).rejects.toThrow("fetch failed");
});

test("takes a body at the limit and refuses one byte more", async () => {
  const demo = await serve();
  const url = `${demo.url}/v1/chat/completions`;
  expect((await post(url, chatOf(MAX_BODY_BYTES))).status).toBe(200);
  const refused = await post(url, chatOf(MAX_BODY_BYTES + 1));
  expect(refused.status).toBe(413);
  expect(await refused.json()).toMatchObject({ error: { type: "invalid_request_error" } });
});

test("goes on after a client that left in the middle of its request", async () => {
  const demo = await serve();
  const client = connect(demo.port, "127.0.0.1");
  client.end("POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n{");
  await once(client.resume(), "close");
  expect((await post(`${demo.url}/v1/chat/completions`, chatOf(1000))).status).toBe(200);
});
