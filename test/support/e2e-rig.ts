// The running Worker between a test and a scripted provider: the local stack, with stores in memory and free ports.

import { startStack, type Stack, type StackOptions } from "../../src/local/stack.ts";
import { migratedDump } from "./migrated-postgres.ts";
import { startInWorkerd } from "./raw-worker.ts";
import { startScriptedProvider, type ScriptedProvider } from "./scripted-provider.ts";

/** What the Worker sends to the provider in place of a client's key; no client may ever see one. */
export const PROVIDER_SECRETS = {
  openai: "sk-e2e-openai-7d1f0c",
  anthropic: "sk-ant-e2e-9b3a52",
};

export interface Rig {
  /** The Worker's. */
  url: string;
  stack: Stack;
  provider: ScriptedProvider;
  stop(): Promise<void>;
}

/**
 * `provider`: one that outlives the rig; by default the rig has its own. `wrangler`: the Worker as `npm start` runs it,
 * which takes seconds more to start.
 */
export async function startRig({
  provider: given,
  wrangler = false,
  bindings,
  ...options
}: Pick<StackOptions, "bindings" | "redis" | "postgres" | "dir"> & {
  provider?: ScriptedProvider | undefined;
  wrangler?: boolean;
} = {}): Promise<Rig> {
  const provider = given ?? (await startScriptedProvider());
  const closeProvider = async () => (given ? undefined : provider.close());
  try {
    const stack = await startStack({
      ...options,
      postgresFrom: await migratedDump(),
      ...(!wrangler && { worker: startInWorkerd }),
      bindings: {
        OPENAI_BASE_URL: provider.url,
        OPENAI_API_KEY: PROVIDER_SECRETS.openai,
        ANTHROPIC_BASE_URL: provider.url,
        ANTHROPIC_API_KEY: PROVIDER_SECRETS.anthropic,
        ...bindings,
      },
    });
    const stop = async () => {
      await stack.stop();
      await closeProvider();
    };
    return { url: stack.url, stack, provider, stop };
  } catch (error) {
    await closeProvider();
    throw error;
  }
}
