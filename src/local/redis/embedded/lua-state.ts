// The border to Lua 5.1 in WebAssembly. It speaks Lua's C interface directly: strings cross as bytes with
// a length, numbers as doubles, and `false` inside an array stays where it is.

import { LuaApi } from "wasmoon-lua5.1";

/** The module's memory; both views are replaced when it grows. */
type LuaMemory = {
  HEAPU8: Uint8Array<ArrayBuffer>;
  HEAPU32: Uint32Array;
};

/** The functions that are used of the module's many. An address or an index is a number. */
type LuaFunctions = {
  addFunction(run: (state: number) => number | undefined, signature: string): number;
  malloc(size: number): number;
  free(address: number): void;
  luaL_newstate(): number;
  luaL_openlibs(state: number): void;
  luaL_loadbuffer(state: number, code: number, size: number, name: number): number;
  luaL_ref(state: number, table: number): number;
  luaL_unref(state: number, table: number, reference: number): void;
  lua_checkstack(state: number, slots: number): number;
  lua_close(state: number): void;
  lua_createtable(state: number, items: number, fields: number): void;
  lua_error(state: number): number;
  lua_gettop(state: number): number;
  lua_pcall(state: number, args: number, results: number, handler: number): number;
  lua_pushboolean(state: number, value: number): void;
  lua_pushcclosure(state: number, run: number, upvalues: number): void;
  lua_pushlstring(state: number, text: number, size: number): void;
  lua_pushnil(state: number): void;
  lua_pushnumber(state: number, value: number): void;
  lua_pushvalue(state: number, index: number): void;
  lua_rawget(state: number, index: number): void;
  lua_rawgeti(state: number, index: number, item: number): void;
  lua_rawset(state: number, index: number): void;
  lua_rawseti(state: number, index: number, item: number): void;
  lua_setfenv(state: number, index: number): number;
  lua_sethook(state: number, hook: number, mask: number, count: number): void;
  lua_settop(state: number, top: number): void;
  lua_toboolean(state: number, index: number): number;
  lua_tolstring(state: number, index: number, size: number): number;
  lua_tonumber(state: number, index: number): number;
  lua_type(state: number, index: number): number;
};

export const LUA_TYPE = { nil: 0, boolean: 1, number: 3, string: 4, table: 5 } as const;
export const LUA_REGISTRY = -10_000;
export const LUA_MASK_COUNT = 8;

const POINTER_BYTES = 4;
const FIRST_SCRATCH_BYTES = 64 * 1024;

/** Redis calls every script `user_script`. */
type ChunkName = "user_script" | "prelude";

export type LuaState = {
  c: LuaFunctions;
  /** The address that every function of the C interface takes first. */
  address: number;
  /** Compiles and pushes a chunk; a string is its error. Messages use the chunk's name. */
  load(code: string, chunkName: ChunkName): string | null;
  pushString(text: string): void;
  readString(index: number): string;
};

export async function openLuaState(): Promise<LuaState> {
  // The package's types name a module type that it doesn't ship.
  const memory = (await LuaApi.initialize()).module as unknown as LuaMemory;
  const c = exportsByCName(memory);
  const address = c.luaL_newstate();
  c.luaL_openlibs(address);
  const sizeSlot = c.malloc(POINTER_BYTES);
  const scratch = createScratch(c, memory);
  const newCString = (text: string): number => {
    const place = c.malloc(text.length + 1);
    heap(memory).write(`${text}\0`, place, "latin1");
    return place;
  };
  const chunkNames = { user_script: newCString("@user_script"), prelude: newCString("@prelude") };

  const readString = (index: number): string => {
    const text = c.lua_tolstring(address, index, sizeSlot);
    return heap(memory).latin1Slice(text, text + (memory.HEAPU32[sizeSlot / POINTER_BYTES] ?? 0));
  };
  return {
    c,
    address,
    readString,
    pushString(text) {
      c.lua_pushlstring(address, scratch(text), text.length);
    },
    load(code, chunkName) {
      const status = c.luaL_loadbuffer(address, scratch(code), code.length, chunkNames[chunkName]);
      return status === 0 ? null : readString(-1);
    },
  };
}

/** Emscripten puts an underscore before the name of each function in C. */
function exportsByCName(module: LuaMemory): LuaFunctions {
  const named = Object.entries(module).map(([name, value]) => [name.replace(/^_/, ""), value]);
  // The list of functions above is what the package's module exports.
  return Object.fromEntries(named) as LuaFunctions;
}

type Heap = Buffer & { latin1Slice(start: number, end: number): string };
const heaps = new WeakMap<ArrayBuffer, Heap>();

function heap({ HEAPU8: { buffer } }: LuaMemory): Heap {
  const known = heaps.get(buffer);
  if (known !== undefined) return known;
  const created = Buffer.from(buffer) as Heap;
  heaps.set(buffer, created);
  return created;
}

/** Puts a byte string where Lua can copy it from; the place is good until the next one. */
function createScratch(c: LuaFunctions, memory: LuaMemory): (text: string) => number {
  let capacity = FIRST_SCRATCH_BYTES;
  let place = c.malloc(capacity);
  return (text) => {
    if (text.length > capacity) {
      c.free(place);
      capacity = text.length * 2;
      place = c.malloc(capacity);
      if (place === 0) throw new RangeError("Lua's memory is full");
    }
    heap(memory).write(text, place, "latin1");
    return place;
  };
}
