import { createHash } from "node:crypto";
import { LUA_PRELUDE } from "./lua-prelude.ts";
import { LUA_MASK_COUNT, LUA_REGISTRY, LUA_TYPE, type LuaState, openLuaState } from "./lua-state.ts";
import { popValue, pushArray, pushValue, readArguments, readTextField } from "./lua-value.ts";
import type { Value } from "./value.ts";

/** About a second. Redis would let a script run on until someone kills it; here nobody could. */
export const MAX_SCRIPT_INSTRUCTIONS = 100_000_000;
/** A script that was dropped answers NOSCRIPT, which every client handles. */
const MAX_COMPILED_SCRIPTS = 1000;

// The bottom of Lua's stack holds what each run needs.
const HANDLER = 1;
const GLOBALS = 2;
const ENVIRONMENT = 3;

export type ScriptRunner = {
  has(sha: string): boolean;
  /** Compiles the script unless it is known. An error reply: it doesn't compile. */
  load(script: string): { sha: string } | { error: string };
  /** The script must be loaded. */
  run(sha: string, keys: string[], argv: string[]): Value;
  flush(): void;
  close(): void;
};

/** Redis's scripting over Lua 5.1; `call` runs what a script passes to redis.call. */
export async function createScriptRunner(call: (args: string[]) => Value): Promise<ScriptRunner> {
  const lua = await openLuaState();
  const { c, address } = lua;
  const compiled = new Map<string, number>();
  // What `call` threw that was no command's refusal: a defect, or a full disk.
  let fault: { cause: unknown } | null = null;

  const callFromScript = (): Value => {
    const args = readArguments(lua);
    if (args === null) return { error: "ERR Lua redis lib command arguments must be strings or integers" };
    if (args.length === 0)
      return { error: "ERR Please specify at least one argument for this redis lib call" };
    try {
      return call(args);
    } catch (cause) {
      // An exception must not unwind Lua's stack: it is thrown again once the script has ended.
      fault = { cause };
      return { error: "ERR the command failed inside the embedded Redis" };
    }
  };
  const redisPcall = () => {
    pushValue(lua, callFromScript());
    return 1;
  };
  const redisCall = () => {
    const value = callFromScript();
    pushValue(lua, value);
    const failed = typeof value === "object" && value !== null && "error" in value;
    return failed ? c.lua_error(address) : 1;
  };
  const redisSha1hex = () => {
    lua.pushString(sha1(lua.readString(1)));
    return 1;
  };
  preparePrelude(lua, [redisCall, redisPcall, redisSha1hex]);

  const stopHook = c.addFunction(() => {
    // From here on every instruction raises it again, so no pcall of the script can hold it back.
    c.lua_sethook(address, stopHook, LUA_MASK_COUNT, 1);
    lua.pushString(`Script ran more than ${MAX_SCRIPT_INSTRUCTIONS} instructions`);
    c.lua_error(address);
    return undefined;
  }, "vii");

  const flush = () => {
    for (const reference of compiled.values()) c.luaL_unref(address, LUA_REGISTRY, reference);
    compiled.clear();
  };

  return {
    has: (sha) => compiled.has(sha),
    load(script) {
      const sha = sha1(script);
      if (compiled.has(sha)) return { sha };
      if (compiled.size >= MAX_COMPILED_SCRIPTS) flush();
      const error = compile(lua, script);
      if (error !== null) return { error };
      compiled.set(sha, c.luaL_ref(address, LUA_REGISTRY));
      return { sha };
    },
    run(sha, keys, argv) {
      const reference = compiled.get(sha);
      if (reference === undefined) throw new Error("a script is loaded before it runs");
      setGlobal(lua, "KEYS", keys);
      setGlobal(lua, "ARGV", argv);
      c.lua_rawgeti(address, LUA_REGISTRY, reference);
      c.lua_sethook(address, stopHook, LUA_MASK_COUNT, MAX_SCRIPT_INSTRUCTIONS);
      const status = c.lua_pcall(address, 0, 1, HANDLER);
      c.lua_sethook(address, 0, 0, 0);
      const value = status === 0 ? popValue(lua) : readFailure(lua, sha);
      c.lua_settop(address, ENVIRONMENT);
      if (fault === null) return value;
      const { cause } = fault;
      fault = null;
      throw cause;
    },
    flush,
    close: () => c.lua_close(address),
  };
}

function preparePrelude(lua: LuaState, functions: (() => number)[]): void {
  const { c, address } = lua;
  const error = lua.load(LUA_PRELUDE, "prelude");
  if (error !== null) throw new Error(error);
  for (const run of functions) c.lua_pushcclosure(address, c.addFunction(run, "ii"), 0);
  if (c.lua_pcall(address, functions.length, ENVIRONMENT, 0) !== 0) throw new Error(lua.readString(-1));
}

/** Pushes the script as a function with the environment of scripts. Text: why it doesn't compile. */
function compile(lua: LuaState, script: string): string | null {
  const { c, address } = lua;
  // A first line that speaks to Redis is no Lua; its line break stays, so that line numbers hold.
  const body = script.replace(/^#!lua[^\n]*/, "");
  const error = lua.load(body, "user_script");
  if (error !== null) {
    c.lua_settop(address, ENVIRONMENT);
    return `ERR Error compiling script (new function): ${error}`;
  }
  c.lua_pushvalue(address, ENVIRONMENT);
  c.lua_setfenv(address, -2);
  return null;
}

function setGlobal(lua: LuaState, name: string, items: string[]): void {
  lua.pushString(name);
  pushArray(lua, items);
  lua.c.lua_rawset(lua.address, GLOBALS);
}

function readFailure(lua: LuaState, sha: string): Value {
  // Out of memory, or an error in the handler: Lua then leaves plain text.
  if (lua.c.lua_type(lua.address, -1) !== LUA_TYPE.table) {
    return { error: `ERR Error running script ${sha}, ${lua.readString(-1)}` };
  }
  const message = readTextField(lua, "err") ?? "ERR unknown error";
  const source = readTextField(lua, "source");
  const line = readTextField(lua, "line");
  const place = source === null ? "" : ` script: ${sha}, on ${source}:${line ?? "?"}.`;
  return { error: (message + place).replaceAll(/[\r\n]/g, " ") };
}

function sha1(byteString: string): string {
  return createHash("sha1").update(byteString, "latin1").digest("hex");
}
