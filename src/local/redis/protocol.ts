// Upstash's commands on top of an engine: what it refuses, how it names scripts. No HTTP.

import { createHash } from "node:crypto";
import type { ErrorReply, RedisEngine, Reply } from "./engine.ts";
import { guardDeclaredKeys } from "./key-locking.ts";

/** A sha that was forgotten answers NOSCRIPT, which every client already handles with EVAL. */
const MAX_REMEMBERED_SCRIPTS = 10_000;

/** They would block, or change the state of, the one connection that all clients share; or end the server. */
const UNAVAILABLE = new Set(
  (
    "subscribe unsubscribe psubscribe punsubscribe ssubscribe sunsubscribe monitor select swapdb auth hello client quit reset " +
    "multi exec discard watch unwatch blpop brpop brpoplpush blmove blmpop bzpopmin bzpopmax bzmpop xread xreadgroup wait waitaof " +
    "sync psync replicaof slaveof failover cluster shutdown debug config save bgsave bgrewriteaof module migrate"
  ).split(" "),
);

export type Protocol = {
  execute(command: string[]): Promise<Reply>;
  transaction(commands: string[][]): Promise<Reply[] | ErrorReply>;
};

/** Commands are arrays of text, as the REST interface carries them. */
export function createProtocol(engine: RedisEngine): Protocol {
  // The sha of a script as the client sent it -> the sha of what the engine runs in its place.
  const guardedShas = new Map<string, string>();

  const adaptScript = (script: string): string => {
    const guarded = guardDeclaredKeys(script);
    if (guarded === script) return script;
    if (guardedShas.size >= MAX_REMEMBERED_SCRIPTS) guardedShas.clear();
    guardedShas.set(sha1(script), sha1(guarded));
    return guarded;
  };
  const adaptSha = (sha: string) => guardedShas.get(sha.toLowerCase()) ?? sha;

  const adapt = (command: string[]): string[] => {
    const [name = "", first = "", second = ""] = command;
    switch (name.toLowerCase()) {
      case "eval":
      case "eval_ro":
        return [name, adaptScript(first), ...command.slice(2)];
      case "evalsha":
      case "evalsha_ro":
        return [name, adaptSha(first), ...command.slice(2)];
      case "script":
        if (/^load$/i.test(first)) return [name, first, adaptScript(second), ...command.slice(3)];
        if (/^exists$/i.test(first)) return [name, first, ...command.slice(2).map(adaptSha)];
        return command;
      default:
        return command;
    }
  };

  return {
    async execute(command) {
      const refused = refuse(command);
      if (refused !== null) return refused;
      const reply = await engine.call(adapt(command));
      return isScriptLoad(command) && reply instanceof Uint8Array
        ? Buffer.from(sha1(command[2] ?? ""))
        : reply;
    },
    async transaction(commands) {
      for (const command of commands) {
        const refused = refuse(command);
        if (refused !== null) return refused;
      }
      return engine.transaction(commands.map(adapt));
    },
  };
}

function refuse(command: string[]): ErrorReply | null {
  const name = command[0];
  if (name === undefined || name === "") return { error: "ERR empty command" };
  if (!UNAVAILABLE.has(name.toLowerCase())) return null;
  return { error: `ERR Command is not available: '${name}'` };
}

function isScriptLoad([name = "", subcommand = ""]: string[]): boolean {
  return /^script$/i.test(name) && /^load$/i.test(subcommand);
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
