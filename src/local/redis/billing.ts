// https://upstash.com/docs/redis/overall/pricing: all commands are billed but these, which only keep a connection.
const UNBILLED = new Set([
  "auth",
  "client",
  "command",
  "config",
  "discard",
  "exec",
  "hello",
  "info",
  "multi",
  "ping",
  "quit",
  "reset",
  "select",
]);

/** MULTI and EXEC are here because /multi-exec bills the commands that it carries. */
export function isBilled(commandName: string): boolean {
  return !UNBILLED.has(commandName.toLowerCase());
}
