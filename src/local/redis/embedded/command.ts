import type { Database } from "./database.ts";
import type { Value } from "./value.ts";

export type Command = {
  /** As Redis counts it: the name included; negative: at least so many. */
  arity: number;
  writes?: true;
  outsideScripts?: true;
  /** `args` without the name; checks everything before its first write. */
  run: (db: Database, args: string[]) => Value;
  /** The command to write down where repeating it later would not do the same. */
  writtenAs?: (args: string[], nowMs: number) => string[];
};

export type Commands = Record<string, Command>;
