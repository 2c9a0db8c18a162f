// Redis's conversion between replies and Lua values.
// https://redis.io/docs/latest/develop/interact/programmability/lua-api/#data-type-conversion

import { LUA_TYPE, type LuaState } from "./lua-state.ts";
import { formatG17 } from "./numbers.ts";
import type { Value } from "./value.ts";

const INT64_MIN = -(2 ** 63);
/** A table that holds itself has no end; Redis stops where Lua's stack ends, JavaScript's ends before. */
const MAX_REPLY_DEPTH = 500;
/** What one level of a nested reply needs of Lua's stack. */
const SLOTS_PER_LEVEL = 4;

export function pushValue(lua: LuaState, value: Value): void {
  const { c, address } = lua;
  // As in Redis, nil inside a reply is false: a nil would end the array.
  if (value === null) c.lua_pushboolean(address, 0);
  else if (typeof value === "number") c.lua_pushnumber(address, value);
  else if (typeof value === "string") lua.pushString(value);
  else if (Array.isArray(value)) pushArray(lua, value);
  else if ("ok" in value) pushField(lua, "ok", value.ok);
  else pushField(lua, "err", value.error);
}

export function pushArray(lua: LuaState, items: Value[]): void {
  lua.c.lua_checkstack(lua.address, SLOTS_PER_LEVEL);
  lua.c.lua_createtable(lua.address, items.length, 0);
  for (const [index, item] of items.entries()) {
    pushValue(lua, item);
    lua.c.lua_rawseti(lua.address, -2, index + 1);
  }
}

function pushField(lua: LuaState, name: string, text: string): void {
  lua.c.lua_createtable(lua.address, 0, 1);
  lua.pushString(name);
  lua.pushString(text);
  lua.c.lua_rawset(lua.address, -3);
}

/** What the script returned, at the top of the stack, as a reply. The value is popped. */
export function popValue(lua: LuaState, depth = 0): Value {
  const { c, address } = lua;
  const value = readValue(lua, depth);
  c.lua_settop(address, -2);
  return value;
}

function readValue(lua: LuaState, depth: number): Value {
  const { c, address } = lua;
  switch (c.lua_type(address, -1)) {
    case LUA_TYPE.string:
      return lua.readString(-1);
    case LUA_TYPE.number:
      return toInteger(c.lua_tonumber(address, -1));
    case LUA_TYPE.boolean:
      return c.lua_toboolean(address, -1) === 1 ? 1 : null;
    case LUA_TYPE.table:
      return readTable(lua, depth);
    default:
      return null;
  }
}

function readTable(lua: LuaState, depth: number): Value {
  const { c, address } = lua;
  if (depth === MAX_REPLY_DEPTH || c.lua_checkstack(address, SLOTS_PER_LEVEL) === 0)
    return { error: "ERR reached lua stack limit" };
  const error = readTextField(lua, "err");
  if (error !== null) return { error: error.replaceAll(/[\r\n]/g, " ") };
  const ok = readTextField(lua, "ok");
  if (ok !== null) return { ok: ok.replaceAll(/[\r\n]/g, " ") };
  const items: Value[] = [];
  for (let index = 1; ; index++) {
    c.lua_rawgeti(address, -1, index);
    if (c.lua_type(address, -1) === LUA_TYPE.nil) break;
    items.push(popValue(lua, depth + 1));
  }
  c.lua_settop(address, -2);
  return items;
}

/** A field of the table at the top of the stack, if it is text. */
export function readTextField(lua: LuaState, name: string): string | null {
  const { c, address } = lua;
  lua.pushString(name);
  c.lua_rawget(address, -2);
  const text = c.lua_type(address, -1) === LUA_TYPE.string ? lua.readString(-1) : null;
  c.lua_settop(address, -2);
  return text;
}

/** C's conversion from double to a 64-bit integer: truncated, and the lowest one where it doesn't fit. */
function toInteger(value: number): number {
  return Math.abs(value) < -INT64_MIN ? Math.trunc(value) + 0 : INT64_MIN;
}

/** The arguments of redis.call, or `null` if one is neither text nor a number. */
export function readArguments(lua: LuaState): string[] | null {
  const { c, address } = lua;
  const count = c.lua_gettop(address);
  const args: string[] = [];
  for (let index = 1; index <= count; index++) {
    const type = c.lua_type(address, index);
    if (type === LUA_TYPE.string) args.push(lua.readString(index));
    else if (type === LUA_TYPE.number) args.push(formatG17(c.lua_tonumber(address, index)));
    else return null;
  }
  return args;
}
