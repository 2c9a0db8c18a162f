import type { Commands } from "./command.ts";
import { type Database, lookUp, read, writeString } from "./database.ts";
import { isInt64, parseInt64, parseInteger } from "./numbers.ts";
import { CommandError, OK, syntaxError, type Value } from "./value.ts";

export const stringCommands: Commands = {
  get: { arity: 2, run: (db, [key = ""]) => read(db, key, "string") ?? null },
  set: { arity: -3, writes: true, run: set, writtenAs: setWithoutClock },
  mget: {
    arity: -2,
    run: (db, keys) =>
      keys.map((key) => {
        const entry = lookUp(db, key);
        return entry?.kind === "string" ? entry.content : null;
      }),
  },
  mset: { arity: -3, writes: true, run: setMany },
  incr: { arity: 2, writes: true, run: (db, [key = ""]) => increment(db, key, 1n) },
  decr: { arity: 2, writes: true, run: (db, [key = ""]) => increment(db, key, -1n) },
  decrby: { arity: 3, writes: true, run: (db, [key = "", by = ""]) => decrementBy(db, key, parseInt64(by)) },
  incrby: { arity: 3, writes: true, run: (db, [key = "", by = ""]) => increment(db, key, parseInt64(by)) },
};

type SetOptions = {
  condition: "NX" | "XX" | null;
  get: boolean;
  expiry: "keep" | { unit: string; amount: string } | null;
};

function set(db: Database, [key = "", text = "", ...rest]: string[]): Value {
  const { condition, get, expiry } = parseSetOptions(rest);
  const expiresAtMs = expiry === "keep" ? null : expiryTime(expiry, db.nowMs);
  const previous = get ? (read(db, key, "string") ?? null) : null;
  const entry = lookUp(db, key);
  if ((condition === "NX" && entry !== undefined) || (condition === "XX" && entry === undefined)) {
    return previous;
  }
  writeString(db, key, text, expiry === "keep" ? (entry?.expiresAtMs ?? null) : expiresAtMs);
  return get ? previous : OK;
}

function parseSetOptions(words: string[]): SetOptions {
  const options: SetOptions = { condition: null, get: false, expiry: null };
  for (let index = 0; index < words.length; index++) {
    const option = (words[index] ?? "").toUpperCase();
    const next = words[index + 1];
    if ((option === "NX" || option === "XX") && (options.condition ?? option) === option) {
      options.condition = option;
    } else if (option === "GET") {
      options.get = true;
    } else if (option === "KEEPTTL" && (options.expiry ?? "keep") === "keep") {
      options.expiry = "keep";
    } else if (isExpiryUnit(option, options.expiry) && next !== undefined) {
      options.expiry = { unit: option, amount: next };
      index++;
    } else {
      throw syntaxError();
    }
  }
  return options;
}

/** The same unit twice is fine for Redis: the last one counts. */
function isExpiryUnit(option: string, given: SetOptions["expiry"]): boolean {
  if (!/^(?:EX|PX|EXAT|PXAT)$/.test(option)) return false;
  return given === null || (given !== "keep" && given.unit === option);
}

function expiryTime(expiry: { unit: string; amount: string } | null, nowMs: number): number | null {
  if (expiry === null) return null;
  const amount = parseInteger(expiry.amount);
  const ms = expiry.unit.startsWith("EX") ? amount * 1000 : amount;
  const atMs = expiry.unit.endsWith("AT") ? ms : nowMs + ms;
  if (amount <= 0 || !isExpiry(ms) || !isExpiry(atMs)) {
    throw new CommandError("ERR invalid expire time in 'set' command");
  }
  return atMs;
}

/** Redis keeps expiry in 64 bits. Replays run at no time, which is minus infinity. */
function isExpiry(ms: number): boolean {
  return !Number.isFinite(ms) || isInt64(BigInt(ms));
}

function setWithoutClock([key = "", text = "", ...rest]: string[], nowMs: number): string[] {
  const { condition, expiry } = parseSetOptions(rest);
  const written = ["SET", key, text, ...(condition === null ? [] : [condition])];
  if (expiry === "keep") return [...written, "KEEPTTL"];
  const atMs = expiryTime(expiry, nowMs);
  return atMs === null ? written : [...written, "PXAT", String(atMs)];
}

function setMany(db: Database, pairs: string[]): Value {
  if (pairs.length % 2 !== 0) throw new CommandError("ERR wrong number of arguments for 'mset' command");
  for (let index = 0; index < pairs.length; index += 2) {
    writeString(db, pairs[index] ?? "", pairs[index + 1] ?? "", null);
  }
  return OK;
}

function decrementBy(db: Database, key: string, by: bigint): Value {
  // The lowest integer has no counterpart.
  if (!isInt64(-by)) throw new CommandError("ERR decrement would overflow");
  return increment(db, key, -by);
}

function increment(db: Database, key: string, by: bigint): Value {
  const sum = parseInt64(read(db, key, "string") ?? "0") + by;
  if (!isInt64(sum)) throw new CommandError("ERR increment or decrement would overflow");
  writeString(db, key, String(sum), lookUp(db, key)?.expiresAtMs ?? null);
  return Number(sum);
}
