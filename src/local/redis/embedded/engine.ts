import type { Argument, RedisEngine, Reply } from "../engine.ts";
import { createDatabase } from "./database.ts";
import { createDispatcher, DATA_COMMANDS, type Dispatcher } from "./dispatcher.ts";
import { createScriptCommands } from "./script-commands.ts";
import { createScriptRunner } from "./script-runner.ts";
import { formatLine, replay, takeSnapshot } from "./snapshot.ts";
import type { Value } from "./value.ts";
import { openWriteLog, readLog } from "./write-log.ts";

export type EmbeddedRedis = RedisEngine & {
  /** All keys, as text for `restore`. Scripts aren't part of it. */
  snapshot(): string;
  /** Puts the keys back as they were; `""` empties the database, as a Redis that lost its memory. */
  restore(snapshot: string): void;
};

/**
 * A Redis inside this process: maps behind a real Lua 5.1. Each command, script and transaction runs
 * to its end before the next begins. With `file` the data outlives the process (see write-log.ts).
 */
export async function openEmbeddedRedis(
  options: { file?: string; now?: () => number } = {},
): Promise<EmbeddedRedis> {
  const { file, now = Date.now } = options;
  const db = createDatabase();
  if (file !== undefined) replay(db, readLog(file));
  const scripts = await createScriptRunner((args) => dispatcher.execute(args, "script"));
  const dispatcher: Dispatcher = createDispatcher(db, { ...DATA_COMMANDS, ...createScriptCommands(scripts) });

  const setClock = () => {
    db.nowMs = Math.floor(now());
  };
  const snapshotNow = () => {
    setClock();
    return takeSnapshot(db);
  };
  const log = file === undefined ? null : openWriteLog(file, snapshotNow());

  /** Runs something at one instant and has its writes in the log before it is answered. */
  const atomically = <T>(run: () => T): T => {
    setClock();
    try {
      return run();
    } finally {
      if (db.written.length > 0) log?.append(formatLine(db.written));
      db.written.length = 0;
      if (log?.isOvergrown()) log.rewrite(takeSnapshot(db));
    }
  };
  const execute = (args: string[]) => toReply(dispatcher.execute(args, "client"));

  return {
    call: async (args) => atomically(() => execute(args.map(toByteString))),
    async transaction(commands) {
      const queued = commands.map((args) => args.map(toByteString));
      const refused = queued.map((args) => dispatcher.check(args)).find((refusal) => refusal !== null);
      return refused ?? atomically(() => queued.map(execute));
    },
    billedCommands: async () => dispatcher.billed(),
    snapshot: () => [...snapshotNow()].join(""),
    restore(snapshot) {
      db.entries.clear();
      replay(db, snapshot);
      log?.rewrite(snapshotNow());
    },
    async close() {
      log?.close();
      scripts.close();
    },
  };
}

function toByteString(argument: Argument): string {
  return Buffer.from(argument).toString("latin1");
}

function toReply(value: Value): Reply {
  if (typeof value === "string") return Buffer.from(value, "latin1");
  if (Array.isArray(value)) return value.map(toReply);
  if (typeof value === "object" && value !== null && "ok" in value) return value.ok;
  return value;
}
