import type { Commands } from "./command.ts";
import { parseInteger } from "./numbers.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { CommandError, OK, syntaxError, type Value } from "./value.ts";

/** What a script writes is written down by its inner commands, so EVAL itself is no write. */
export function createScriptCommands(scripts: ScriptRunner): Commands {
  const load = (script: string): string => {
    const loaded = scripts.load(script);
    if ("error" in loaded) throw new CommandError(loaded.error);
    return loaded.sha;
  };
  const run = (sha: string, rest: string[]): Value => {
    const { keys, argv } = splitKeys(rest);
    if (!scripts.has(sha)) throw new CommandError("NOSCRIPT No matching script. Please use EVAL.");
    return scripts.run(sha, keys, argv);
  };
  return {
    eval: {
      arity: -3,
      outsideScripts: true,
      run(_db, [script = "", ...rest]) {
        splitKeys(rest);
        return run(load(script), rest);
      },
    },
    evalsha: {
      arity: -3,
      outsideScripts: true,
      run: (_db, [sha = "", ...rest]) => run(sha.toLowerCase(), rest),
    },
    script: {
      arity: -2,
      outsideScripts: true,
      run(_db, [subcommand = "", ...args]) {
        switch (subcommand.toUpperCase()) {
          case "LOAD":
            return load(args[0] ?? "");
          case "EXISTS":
            return args.map((sha) => Number(scripts.has(sha.toLowerCase())));
          case "FLUSH":
            if (args.length > 1 || !/^(?:a?sync)?$/i.test(args[0] ?? "")) throw syntaxError();
            scripts.flush();
            return OK;
          default:
            throw new CommandError(`ERR unknown subcommand '${subcommand}'. Try SCRIPT HELP.`);
        }
      },
    },
  };
}

function splitKeys([count = "", ...rest]: string[]): { keys: string[]; argv: string[] } {
  const numberOfKeys = parseInteger(count);
  if (numberOfKeys > rest.length)
    throw new CommandError("ERR Number of keys can't be greater than number of args");
  if (numberOfKeys < 0) throw new CommandError("ERR Number of keys can't be negative");
  return { keys: rest.slice(0, numberOfKeys), argv: rest.slice(numberOfKeys) };
}
