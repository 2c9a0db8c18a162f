import type { Commands } from "./command.ts";
import { CommandError, type Value } from "./value.ts";

const INFO = "# Server\r\nredis_version:7.0.0\r\nredis_mode:standalone\r\n";

export const serverCommands: Commands = {
  ping: { arity: -1, run: (_db, args) => ping(args) },
  echo: { arity: 2, run: (_db, [text = ""]) => text },
  info: { arity: -1, run: () => INFO },
  time: {
    arity: 1,
    run: ({ nowMs }) => [String(Math.floor(nowMs / 1000)), String((nowMs % 1000) * 1000)],
  },
};

function ping(args: string[]): Value {
  if (args.length > 1) throw new CommandError("ERR wrong number of arguments for 'ping' command");
  return args[0] ?? { ok: "PONG" };
}
