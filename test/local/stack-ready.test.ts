import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { untilReady } from "../../src/local/ready.ts";
import { StackError } from "../../src/local/stack-error.ts";
import { serveAnswers } from "./stack-support.ts";

const NEVER = new Promise<StackError>(() => undefined);
const signal = new AbortController().signal;

let dir: string;
let log: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tollgate-ready-"));
  log = join(dir, "worker.log");
  await writeFile(log, "first line\nlast line\n");
});
afterAll(() => rm(dir, { recursive: true }));

test("a Worker that answers 200 is ready", async () => {
  const worker = await serveAnswers({ "GET /readyz": [200, "ok"] });
  await expect(untilReady({ url: worker.url, log, died: NEVER, signal })).resolves.toBeUndefined();
  await worker.close();
});

test("a Worker that isn't ready in time is shown with what it says of itself and the end of its log", async () => {
  const worker = await serveAnswers({ "GET /readyz": [503, { redis: { ok: false } }] });
  const waiting = untilReady({ url: worker.url, log, died: NEVER, signal, timeoutMs: 200 });
  await expect(waiting).rejects.toThrow(
    `The Worker isn't ready after 0.2 s: GET /readyz answers 503 {"redis":{"ok":false}}\nThe end of ${log}:\nfirst line\nlast line`,
  );
  await worker.close();
});

test("a Worker that never answers is shown as that", async () => {
  const waiting = untilReady({ url: "http://127.0.0.1:1", log, died: NEVER, signal, timeoutMs: 200 });
  await expect(waiting).rejects.toThrow("GET /readyz answers nothing");
});

test("a process that dies ends the wait at once, by its own message", async () => {
  const died = Promise.resolve(new StackError("redis-server ended unexpectedly"));
  await expect(untilReady({ url: "http://127.0.0.1:1", log, died, signal })).rejects.toThrow(
    "redis-server ended",
  );
});

test("whoever starts the stack can end the wait", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(untilReady({ url: "http://127.0.0.1:1", log, died: NEVER, signal })).rejects.toThrow("enough");
});
