import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockFolder } from "../../src/local/folder-lock.ts";
import { loadSecrets, saveSecrets } from "../../src/local/local-secrets.ts";
import { listenOnLoopback } from "../../src/local/ports.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tollgate-folder-"));
});
afterEach(() => rm(dir, { recursive: true }));

test("one stack has the folder until it lets go", async () => {
  const unlock = await lockFolder(dir);
  await expect(lockFolder(dir)).rejects.toThrow(`already running in ${dir}`);
  await unlock();
  const again = await lockFolder(dir);
  await again();
  expect(await readdir(dir)).toEqual([]);
});

test("a lock that a crash left behind doesn't count, even where its port has come round to another", async () => {
  const stranger = createServer((socket) => socket.end("somebody else"));
  const port = await listenOnLoopback(stranger, 0);
  for (const left of ["", "nonsense", "1 some-id", `${port} some-id`]) {
    await writeFile(join(dir, "lock"), left);
    const unlock = await lockFolder(dir);
    expect(await readFile(join(dir, "lock"), "utf8")).not.toBe(left);
    await unlock();
  }
  stranger.close();
});

test("secrets are made once, differ from one another, and are their owner's only", async () => {
  const secrets = await loadSecrets(dir);
  expect(new Set(Object.values(secrets)).size).toBe(4);
  expect(await loadSecrets(dir)).toEqual(secrets);
  await saveSecrets(dir, { ...secrets, firstKey: "tg_x" });
  expect(await loadSecrets(dir)).toEqual({ ...secrets, firstKey: "tg_x" });
  expect((await stat(join(dir, "secrets.json"))).mode & 0o777).toBe(0o600);
});

test.each(["", "nonsense", '{"adminKey":"x"}'])(
  "secrets that are damaged (%j) are not replaced",
  async (text) => {
    await writeFile(join(dir, "secrets.json"), text);
    await expect(loadSecrets(dir)).rejects.toThrow("is damaged");
    expect(await readFile(join(dir, "secrets.json"), "utf8")).toBe(text);
  },
);
