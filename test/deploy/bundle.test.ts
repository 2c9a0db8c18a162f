import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { bundleBytes, MAX_BUNDLE_BYTES } from "../../src/deploy/bundle.ts";
import { bundledWorker } from "../support/bundled-worker.ts";

test("the bundle that a deploy uploads keeps to its size", async () => {
  const bytes = await bundleBytes(await bundledWorker());
  expect(bytes).toBeGreaterThan(100_000);
  expect(bytes).toBeLessThanOrEqual(MAX_BUNDLE_BYTES);
}, 60_000);

test("the bundle is ASCII: one other character, and V8 keeps and scans two bytes for each", async () => {
  const bytes = await readFile(await bundledWorker());
  expect(bytes.findIndex((byte) => byte > 0x7f)).toBe(-1);
}, 60_000);
