import type { Command, Commands } from "./command.ts";
import { type Database, expire, expireAll, lookUp } from "./database.ts";
import { globToRegExp } from "./glob.ts";
import { isInt64, parseInt64, parseInteger } from "./numbers.ts";
import { CommandError, OK, syntaxError, type Value } from "./value.ts";

const DEFAULT_SCAN_COUNT = 10;

const del: Command = { arity: -2, writes: true, run: (db, keys) => count(keys, (key) => remove(db, key)) };
const flush: Command = { arity: -1, writes: true, run: flushAll };

export const keyCommands: Commands = {
  del,
  unlink: del,
  exists: { arity: -2, run: (db, keys) => count(keys, (key) => lookUp(db, key) !== undefined) },
  type: { arity: 2, run: (db, [key = ""]) => ({ ok: lookUp(db, key)?.kind ?? "none" }) },
  expire: expireCommand("expire", (seconds, nowMs) => BigInt(nowMs) + seconds * 1000n),
  pexpire: expireCommand("pexpire", (ms, nowMs) => BigInt(nowMs) + ms),
  expireat: expireCommand("expireat", (seconds) => seconds * 1000n),
  pexpireat: expireCommand("pexpireat", (ms) => ms),
  persist: { arity: 2, writes: true, run: persist },
  ttl: { arity: 2, run: (db, [key = ""]) => timeToLive(db, key, (ms) => Math.floor((ms + 500) / 1000)) },
  pttl: { arity: 2, run: (db, [key = ""]) => timeToLive(db, key, (ms) => ms) },
  keys: { arity: 2, run: (db, [pattern = ""]) => matchingKeys(db, pattern) },
  scan: { arity: -2, run: scan },
  dbsize: {
    arity: 1,
    run: (db) => {
      expireAll(db);
      return db.entries.size;
    },
  },
  flushall: flush,
  flushdb: flush,
};

function count(keys: string[], holds: (key: string) => boolean): number {
  return keys.filter(holds).length;
}

function remove(db: Database, key: string): boolean {
  return lookUp(db, key) !== undefined && db.entries.delete(key);
}

function flushAll(db: Database, [mode]: string[]): Value {
  if (mode !== undefined && !/^(?:a?sync)$/i.test(mode)) throw syntaxError();
  db.entries.clear();
  return OK;
}

function expireCommand(name: string, expiryTime: (amount: bigint, nowMs: number) => bigint): Command {
  return {
    arity: -3,
    writes: true,
    run(db, [key = "", amount = "", ...options]) {
      const mayReplace = parseExpireOptions(options);
      const atMs = expiryTime(parseInt64(amount), Math.max(db.nowMs, 0));
      if (!isInt64(atMs)) throw new CommandError(`ERR invalid expire time in '${name}' command`);
      const entry = lookUp(db, key);
      if (entry === undefined || !mayReplace(entry.expiresAtMs, Number(atMs))) return 0;
      entry.expiresAtMs = Number(atMs);
      if (entry.expiresAtMs <= db.nowMs) expire(db, key);
      return 1;
    },
    writtenAs: ([key = "", amount = "", ...options], nowMs) => [
      "PEXPIREAT",
      key,
      String(expiryTime(parseInt64(amount), nowMs)),
      ...options,
    ],
  };
}

function parseExpireOptions(words: string[]): (oldAtMs: number | null, newAtMs: number) => boolean {
  const unsupported = words.find((word) => !/^(?:NX|XX|GT|LT)$/i.test(word));
  if (unsupported !== undefined) throw new CommandError(`ERR Unsupported option ${unsupported}`);
  const options = new Set(words.map((word) => word.toUpperCase()));
  if (options.has("NX") && options.size > 1) {
    throw new CommandError("ERR NX and XX, GT or LT options at the same time are not compatible");
  }
  if (options.has("GT") && options.has("LT")) {
    throw new CommandError("ERR GT and LT options at the same time are not compatible");
  }
  return (oldAtMs, newAtMs) => {
    if (options.has("NX") && oldAtMs !== null) return false;
    if (options.has("XX") && oldAtMs === null) return false;
    if (options.has("GT") && newAtMs <= (oldAtMs ?? Infinity)) return false;
    return !(options.has("LT") && newAtMs >= (oldAtMs ?? Infinity));
  };
}

function persist(db: Database, [key = ""]: string[]): Value {
  const entry = lookUp(db, key);
  if (entry === undefined || entry.expiresAtMs === null) return 0;
  entry.expiresAtMs = null;
  return 1;
}

function timeToLive(db: Database, key: string, toUnit: (ms: number) => number): number {
  const entry = lookUp(db, key);
  if (entry === undefined) return -2;
  return entry.expiresAtMs === null ? -1 : toUnit(entry.expiresAtMs - db.nowMs);
}

function matchingKeys(db: Database, pattern: string): string[] {
  expireAll(db);
  const matches = globToRegExp(pattern);
  return [...db.entries.keys()].filter((key) => matches.test(key));
}

/** The cursor is the serial of the next key, so a key that stays is met however the others change. */
function scan(db: Database, [cursor = "", ...words]: string[]): Value {
  if (!/^\d+$/.test(cursor)) throw new CommandError("ERR invalid cursor");
  const { pattern, limit, kind } = parseScanOptions(words);
  expireAll(db);
  const found: string[] = [];
  let visited = 0;
  for (const [key, entry] of db.entries) {
    if (entry.serial < Number(cursor)) continue;
    if (visited === limit) return [String(entry.serial), found];
    visited++;
    if ((pattern === null || pattern.test(key)) && (kind === null || kind === entry.kind)) found.push(key);
  }
  return ["0", found];
}

function parseScanOptions(words: string[]) {
  const options = { pattern: null as RegExp | null, limit: DEFAULT_SCAN_COUNT, kind: null as string | null };
  for (let index = 0; index < words.length; index += 2) {
    const value = words[index + 1];
    if (value === undefined) throw syntaxError();
    const option = (words[index] ?? "").toUpperCase();
    if (option === "MATCH") options.pattern = globToRegExp(value);
    else if (option === "COUNT") options.limit = parseInteger(value);
    else if (option === "TYPE") options.kind = value.toLowerCase();
    else throw syntaxError();
  }
  if (options.limit < 1) throw syntaxError();
  return options;
}
