import { parseArgs, type ParseArgsConfig } from "node:util";
import { reasonOf } from "../local/postgres/explain.ts";

// What the commands of a deployment share: arguments in, words and an exit code out.

/** What the arguments ask for, or in words what is wrong with them. */
export function readArguments<const T extends NonNullable<ParseArgsConfig["options"]>>(
  options: T,
  usage: string,
) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return `${reasonOf(error)}\n\n${usage}`;
  }
}

export function say(text: string): 0 {
  console.log(text);
  return 0;
}

export function fail(text: string): 1 {
  console.error(text);
  return 1;
}
