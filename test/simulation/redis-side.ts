import { createHash } from "node:crypto";
import type { RedisEngine } from "../../src/local/redis/engine.ts";
import { createProtocol } from "../../src/local/redis/protocol.ts";
import { toResult } from "../../src/local/redis/rest-body.ts";
import { BALANCE } from "../../src/store/scripts/balance.ts";
import { DRAIN, TRIM } from "../../src/store/scripts/drain.ts";
import { FORGET } from "../../src/store/scripts/forget.ts";
import { LAPSE } from "../../src/store/scripts/lapse.ts";
import { CLAIM_POLICY, PUT_POLICY } from "../../src/store/scripts/policies.ts";
import { OPEN, REBUILD, REFRESH } from "../../src/store/scripts/recover.ts";
import { RENEW } from "../../src/store/scripts/renew.ts";
import { CONFIRM, RESERVE } from "../../src/store/scripts/reserve.ts";
import { SETTLE } from "../../src/store/scripts/settle.ts";

// Redis as the simulation has it: the real scripts on an engine, and eyes on every script that runs.

const SCRIPTS = {
  reserve: RESERVE,
  confirm: CONFIRM,
  settle: SETTLE,
  renew: RENEW,
  lapse: LAPSE,
  drain: DRAIN,
  trim: TRIM,
  open: OPEN,
  rebuild: REBUILD,
  refresh: REFRESH,
  balance: BALANCE,
  forget: FORGET,
  claim_policy: CLAIM_POLICY,
  put_policy: PUT_POLICY,
};
export type ScriptName = keyof typeof SCRIPTS;

/** Memory that can be put aside and put back. */
export interface Snapshots {
  snapshot(): Promise<string>;
  restore(snapshot: string): Promise<void>;
}

export type SimulatedEngine = RedisEngine &
  Snapshots & {
    /** From then on documents end by this clock, where the engine can be given one. */
    setClock(now: () => number): void;
  };

export interface RanScript {
  name: ScriptName;
  keys: string[];
  args: string[];
  reply: unknown[];
}

/** A deliberate break of a script. */
export type ScriptPatches = Partial<Record<ScriptName, (text: string) => string>>;

const bySha = new Map(
  Object.entries(SCRIPTS).flatMap(([name, text]) => [
    [text, name as ScriptName],
    [createHash("sha1").update(text).digest("hex"), name as ScriptName],
  ]),
);

export type RedisSide = ReturnType<typeof createRedisSide>;

export function createRedisSide(engine: SimulatedEngine, patches: ScriptPatches = {}) {
  const protocol = createProtocol(engine);

  /** As an operator would look: no message, no trace. */
  async function look(...command: (string | number)[]): Promise<unknown> {
    const result = toResult(await protocol.execute(command.map(String)), "utf8");
    if ("error" in result) throw new Error(result.error);
    return result.result;
  }

  return {
    look,
    /** One command of a Worker. `before` and `ran` see the scripts among them. */
    async execute(
      command: (string | number)[],
      watch: {
        before: (name: ScriptName, args: string[]) => Promise<void>;
        ran: (script: RanScript) => Promise<void>;
      },
    ): Promise<unknown> {
      const name = scriptName(command);
      if (!name) return look(...command);
      const count = Number(command[2]);
      const keys = command.slice(3, 3 + count).map(String);
      const args = command.slice(3 + count).map(String);
      await watch.before(name, args);
      const patch = patches[name];
      const sent = patch ? ["EVAL", patch(SCRIPTS[name]), ...command.slice(2)] : command;
      const reply = await look(...sent);
      if (Array.isArray(reply)) await watch.ran({ name, keys, args, reply });
      return reply;
    },
    /** So that no run finds more or fewer scripts known than another did. */
    async loadScripts(): Promise<void> {
      for (const text of Object.values(SCRIPTS)) await look("SCRIPT", "LOAD", text);
    },
    forgetScripts: () => look("SCRIPT", "FLUSH"),
    snapshot: () => engine.snapshot(),
    restore: (snapshot: string) => engine.restore(snapshot),
  };
}

/** The name of the script that a command runs; null for a plain command. */
export function scriptName(command: (string | number)[]): ScriptName | null {
  return bySha.get(String(command[1])) ?? null;
}

export function commandName(command: (string | number)[]): string {
  return scriptName(command) ?? String(command[0]).toLowerCase();
}
