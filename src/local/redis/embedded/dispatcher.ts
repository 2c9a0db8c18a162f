import { isBilled } from "../billing.ts";
import type { Command, Commands } from "./command.ts";
import type { Database } from "./database.ts";
import { hashCommands } from "./hash-commands.ts";
import { keyCommands } from "./key-commands.ts";
import { listCommands } from "./list-commands.ts";
import { serverCommands } from "./server-commands.ts";
import { sortedSetCommands } from "./sorted-set-commands.ts";
import { stringCommands } from "./string-commands.ts";
import { CommandError, type Value } from "./value.ts";

export const DATA_COMMANDS: Commands = {
  ...serverCommands,
  ...keyCommands,
  ...stringCommands,
  ...hashCommands,
  ...listCommands,
  ...sortedSetCommands,
};

export type Origin = "client" | "script";

export type Dispatcher = {
  execute(args: string[], origin: Origin): Value;
  /** Why the command can't be queued in a transaction, or `null`. */
  check(args: string[]): { error: string } | null;
  /** Commands that ran, as Upstash bills them. */
  billed(): number;
};

export function createDispatcher(db: Database, commands: Commands): Dispatcher {
  const byName = new Map(Object.entries(commands));
  let billed = 0;

  const find = (args: string[], origin: Origin): Command | { error: string } => {
    const name = args[0]?.toLowerCase() ?? "";
    const command = byName.get(name);
    if (command === undefined) return { error: unknownCommand(args, origin) };
    if (!isArity(command.arity, args.length)) return { error: wrongArity(name, origin) };
    if (origin === "script" && command.outsideScripts) {
      return { error: "ERR This Redis command is not allowed from script" };
    }
    return command;
  };

  return {
    execute(args, origin) {
      const command = find(args, origin);
      if ("error" in command) return command;
      if (isBilled(args[0] ?? "")) billed++;
      const rest = args.slice(1);
      const value = runCommand(command, db, rest);
      const failed = typeof value === "object" && value !== null && "error" in value;
      if (command.writes && !failed) db.written.push(command.writtenAs?.(rest, db.nowMs) ?? args);
      return value;
    },
    check(args) {
      const command = find(args, "client");
      return "error" in command ? command : null;
    },
    billed: () => billed,
  };
}

function runCommand(command: Command, db: Database, args: string[]): Value {
  try {
    return command.run(db, args);
  } catch (error) {
    if (error instanceof CommandError) return { error: error.message };
    throw error;
  }
}

function isArity(arity: number, count: number): boolean {
  return arity < 0 ? count >= -arity : count === arity;
}

function wrongArity(name: string, origin: Origin): string {
  return origin === "script"
    ? "ERR Wrong number of args calling Redis command from script"
    : `ERR wrong number of arguments for '${name}' command`;
}

function unknownCommand([name = "", ...args]: string[], origin: Origin): string {
  if (origin === "script") return "ERR Unknown Redis command called from script";
  const shown = args.map((arg) => `'${arg}' `).join("");
  return `ERR unknown command '${name}', with args beginning with: ${shown}`;
}
