import { afterEach, expect, test, vi } from "vitest";
import {
  newEndpointSecret,
  openEndpointSecret,
  sealEndpointSecret,
} from "../../src/alerts/endpoint-secret.ts";
import { ANSWER_TIMEOUT_MS, post } from "../../src/alerts/post.ts";

const SECRET = { secret: newEndpointSecret() };
const message = (url = "https://hooks.acme.com/") => ({ id: "dlv_1", url, secret: SECRET, payload: {} });
const AT = { nowMs: Date.UTC(2026, 0, 1), allowPrivate: false };

afterEach(() => vi.useRealTimers());

test.each([
  [200, true],
  [204, true],
  [302, false],
  [410, false],
  [500, false],
])("a status of %i is a delivery: %s; no redirect is followed", async (status, delivered) => {
  const inits: (RequestInit | undefined)[] = [];
  const answered = await post(
    async (_, init) => {
      inits.push(init);
      return new Response(null, { status });
    },
    message(),
    AT,
  );
  expect(answered).toEqual({ delivered, status, error: null });
  expect(inits.map((init) => init?.redirect)).toEqual(["manual"]);
});

test("an answer's body isn't read, however long it is", async () => {
  let pulled = 0;
  let cancelled = false;
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array((pulled += 1))),
    cancel: () => void (cancelled = true),
  });
  expect(await post(async () => new Response(endless), message(), AT)).toMatchObject({ delivered: true });
  expect(cancelled).toBe(true);
  expect(pulled).toBeLessThanOrEqual(1);
});

test("a receiver that says nothing is given up after its time", async () => {
  vi.useFakeTimers();
  const silent: typeof fetch = (_, init) =>
    new Promise((_resolve, reject) =>
      init?.signal?.addEventListener("abort", () => reject(new Error("aborted"))),
    );
  const attempt = post(silent, message(), AT);
  await vi.advanceTimersByTimeAsync(ANSWER_TIMEOUT_MS - 1);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await attempt).toEqual({ delivered: false, status: null, error: "no answer within 10 s" });
  expect(vi.getTimerCount()).toBe(0);
});

test.each(["http://hooks.acme.com/", "https://localhost/", "https://169.254.169.254/", "not a URL"])(
  "%s isn't called, unless private addresses are allowed",
  async (url) => {
    const called: unknown[] = [];
    const fetcher: typeof fetch = async (input) => {
      called.push(input);
      return new Response();
    };
    expect(await post(fetcher, message(url), AT)).toMatchObject({ delivered: false, status: null });
    expect(called).toEqual([]);
    await post(fetcher, message(url), { ...AT, allowPrivate: true });
    expect(called).toEqual(url.startsWith("http") ? [url] : []);
  },
);

test("a new secret is of Standard Webhooks' form, and opens for its endpoint alone", async () => {
  expect(SECRET.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const sealed = await sealEndpointSecret(["the current secret"], "wh_1", SECRET);
  expect(JSON.stringify(sealed)).not.toContain(SECRET.secret);
  expect(await openEndpointSecret(["another one", "the current secret"], "wh_1", sealed)).toEqual(SECRET);
  await expect(openEndpointSecret(["the current secret"], "wh_2", sealed)).rejects.toThrow(
    "sealed elsewhere",
  );
});
