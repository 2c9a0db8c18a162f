import { describe, expect, test, vi } from "vitest";
import { watchClient } from "../../src/gate/client-watch.ts";
import { MAX_GATHERED_BYTES } from "../../src/gate/gather.ts";
import { edit, SEND_MS, tap } from "../../src/gate/relay.ts";
import { createSseSplitter } from "../../src/providers/framing/sse.ts";
import { openaiChat } from "../../src/providers/openai/chat.ts";
import { streamReaderOf } from "../providers/support.ts";

const after = (milliseconds: number, callback: () => void) => {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
};

// Inside workerd: its streams, its tee and its back-pressure are what the relay rests on.

const IDLE_MS = 5_000;
const SECRET = "sk-ours-0123456789";
const never = new AbortController().signal;

const chunk = (members: object) =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", model: "gpt-4o-mini", ...members })}\n\n`;
const delta = (content: string) => chunk({ choices: [{ index: 0, delta: { content } }], usage: null });
const usage = chunk({ choices: [], usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } });
const done = "data: [DONE]\n\n";
const recorded = [delta("Grüße"), ": a comment\n\n", delta(" 👋"), usage, done].join("");
const withoutUsage = recorded.replace(usage, "");

/** A native stream, as fetch gives it, that sends the parts one by one. */
function streamOf(parts: Uint8Array[]): ReadableStream<Uint8Array> {
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  const sent = (async () => {
    for (const part of parts) await writer.write(part);
    await writer.close();
  })();
  // A reader who stops early makes the writer fail, as it should.
  sent.catch(() => undefined);
  return readable;
}

function split(text: string, size: number): Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  const parts = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.slice(at, at + size));
  return parts;
}

function relay(shape: typeof tap, body: ReadableStream<Uint8Array>, hideUsage: boolean, idleMs = IDLE_MS) {
  const reader = streamReaderOf(openaiChat, { hideUsage });
  const aborted = { times: 0 };
  const client = watchClient(never, 0);
  const relayed = shape({
    body,
    splitter: createSseSplitter(),
    reader,
    client,
    secrets: [SECRET],
    abort: () => aborted.times++,
    idleMs,
    time: { now: Date.now, after, sleep: (milliseconds) => scheduler.wait(milliseconds) },
  });
  return { ...relayed, reader, client, aborted };
}

describe.each([1, 7, 64, 100_000])("in pieces of %i bytes", (size) => {
  test("the tap passes every byte and reads the usage", async () => {
    const { readable, done: ended, reader } = relay(tap, streamOf(split(recorded, size)), false);
    expect(await new Response(readable).text()).toBe(recorded);
    expect(await ended).toEqual({ how: "ended" });
    expect(reader.reading()).toMatchObject({ complete: true, usage: { input_total: 11, output_total: 7 } });
  });

  test("the editor hides the usage chunk that the client didn't ask for, and passes all other bytes", async () => {
    const { readable, done: ended, reader } = relay(edit, streamOf(split(recorded, size)), true);
    expect(await new Response(readable).text()).toBe(withoutUsage);
    expect(await ended).toEqual({ how: "ended" });
    expect(reader.reading()).toMatchObject({ complete: true, usage: { input_total: 11, output_total: 7 } });
  });
});

describe.each([
  ["tap", tap],
  ["editor", edit],
] as const)("the %s", (_, shape) => {
  test.each([1, 7, 20, 100_000])(
    "takes our credential out of what comes in pieces of %i bytes",
    async (size) => {
      const echo =
        ["s", SECRET, "sk-ours-01", SECRET, SECRET, "sk-"].map(delta).join("") + SECRET.slice(0, -1);
      const { readable, done: ended } = relay(shape, streamOf(split(echo, size)), false);
      expect(await new Response(readable).text()).toBe(echo.replaceAll(SECRET, "[redacted]"));
      expect(await ended).toEqual({ how: "ended" });
    },
  );

  test("says that a stream was cut, breaks the client's stream too, and knows what came before", async () => {
    const { readable: source, writable } = new IdentityTransformStream();
    const writer = writable.getWriter();
    const { readable, done: ended, reader } = relay(shape, source, true);
    const client = readable.getReader();
    const written = writer.write(new TextEncoder().encode(delta("half")));
    await client.read();
    await written;
    await vi.waitFor(() => expect(reader.reading().generatedBytes).toBe(4));
    const cutAtMs = Date.now();
    const aborted = writer.abort(new Error("the connection was reset"));
    await expect(client.read()).rejects.toThrow(/reset|broke off/);
    expect(Date.now() - cutAtMs).toBeGreaterThanOrEqual(SEND_MS - 1);
    await aborted;
    expect(await ended).toEqual({ how: "cut" });
    expect(reader.reading()).toMatchObject({ complete: false, usage: null, generatedBytes: 4 });
  });

  test("reads on to the end when the client has gone (R46)", async () => {
    const parts = split(recorded, 40);
    const { readable, done: ended, reader } = relay(shape, streamOf(parts), true);
    const client = readable.getReader();
    await client.read();
    await client.cancel();
    // The provider's stream ends within the grace, so it isn't aborted.
    expect((await ended).how).toMatch(/ended|stopped/);
    expect(reader.reading().usage).not.toBeNull();
  });

  test("holds the provider back while the client reads nothing, gives both up, and has metered all that came", async () => {
    const { readable: source, writable } = new IdentityTransformStream();
    const writer = writable.getWriter();
    const text = "x".repeat(1_000);
    const event = new TextEncoder().encode(delta(text));
    let taken = 0;
    const { done: ended, reader, aborted } = relay(shape, source, true, 40);
    const sent = (async () => {
      while (aborted.times === 0) {
        await writer.write(event.slice());
        taken++;
      }
      await writer.close();
    })();
    expect(await ended).toEqual({ how: "idle" });
    expect(aborted.times).toBe(1);
    expect(taken * event.length).toBeLessThan(2 * MAX_GATHERED_BYTES);
    expect(reader.reading().generatedBytes).toBeGreaterThanOrEqual((taken - 1) * text.length);
    await sent;
  });

  test("loses no byte of a stream whose chunks come at any time, to a client who reads when it will", async () => {
    const text = Array.from({ length: 400 }, (_, i) => delta(`${i} ${"y".repeat((i * 37) % 900)}`)).join("");
    const parts = split(text, 777);
    const { readable: source, writable } = new IdentityTransformStream();
    const sent = (async () => {
      const writer = writable.getWriter();
      for (const [i, part] of parts.entries()) {
        if (i % 60 === 0) await scheduler.wait(1);
        await writer.write(part);
      }
      await writer.close();
    })();
    const { readable, done: ended } = relay(shape, source, true);
    let received = "";
    const decoder = new TextDecoder();
    let reads = 0;
    for await (const chunk of readable) {
      received += decoder.decode(chunk, { stream: true });
      if (reads++ % 5 === 0) await scheduler.wait(1);
    }
    await sent;
    expect(received).toBe(text);
    expect(await ended).toEqual({ how: "ended" });
  });

  test("gives the first chunk on before the second one comes", async () => {
    const { readable: source, writable } = new IdentityTransformStream();
    const writer = writable.getWriter();
    const { readable, done: ended } = relay(shape, source, true);
    const client = readable.getReader();
    const written = writer.write(new TextEncoder().encode(delta("first")));
    const { value } = await client.read();
    expect(new TextDecoder().decode(value)).toBe(delta("first"));
    await written;
    const closing = writer.close();
    expect((await client.read()).done).toBe(true);
    await closing;
    expect(await ended).toEqual({ how: "ended" });
  });
});
