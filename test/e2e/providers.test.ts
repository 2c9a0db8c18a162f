// Providers of an organization's own, through the running Worker and both stores; and the secret that they are sealed under.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { createRest, type Rest } from "../support/e2e-rest.ts";
import { startRig, type Rig } from "../support/e2e-rig.ts";
import { startScriptedProvider, type ScriptedProvider } from "../support/scripted-provider.ts";
import { credentials } from "./providers/credentials.ts";
import { custom } from "./providers/custom.ts";
import { rotation } from "./providers/rotation.ts";

let dir: string;
let provider: ScriptedProvider;
let own: ScriptedProvider;
let rig: Rig;
let rest: Rest;

async function start(bindings: Record<string, string>): Promise<void> {
  rig = await startRig({ dir, provider, bindings });
  rest = createRest(rig);
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tollgate-providers-"));
  [provider, own] = await Promise.all([startScriptedProvider(), startScriptedProvider()]);
  await start({ KEY_SECRET: "the first secret of this suite" });
});
afterAll(async () => {
  await rig.stop();
  await Promise.all([provider.close(), own.close()]);
  await rm(dir, { recursive: true, force: true });
});

const world = () => ({ rig, rest, own });
describe("a credential of the organization's own", () => {
  credentials(world);
});
describe("a provider that the organization added", () => {
  custom(world);
});
describe("KEY_SECRET's rotation", () => {
  rotation(world, async (bindings) => {
    await rig.stop();
    await start(bindings);
  });
});
