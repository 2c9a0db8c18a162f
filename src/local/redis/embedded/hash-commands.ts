import type { Commands } from "./command.ts";
import { type Database, read, readOrCreate, removeIfEmpty } from "./database.ts";
import { isInt64, parseInt64 } from "./numbers.ts";
import { CommandError, type Value } from "./value.ts";

export const hashCommands: Commands = {
  hset: { arity: -4, writes: true, run: setFields },
  hget: { arity: 3, run: (db, [key = "", field = ""]) => read(db, key, "hash")?.get(field) ?? null },
  hmget: {
    arity: -3,
    run: (db, [key = "", ...fields]) => {
      const hash = read(db, key, "hash");
      return fields.map((field) => hash?.get(field) ?? null);
    },
  },
  hgetall: { arity: 2, run: (db, [key = ""]) => [...(read(db, key, "hash") ?? [])].flat() },
  hlen: { arity: 2, run: (db, [key = ""]) => read(db, key, "hash")?.size ?? 0 },
  hexists: {
    arity: 3,
    run: (db, [key = "", field = ""]) => Number(read(db, key, "hash")?.has(field) ?? false),
  },
  hdel: { arity: -3, writes: true, run: deleteFields },
  hincrby: { arity: 4, writes: true, run: incrementField },
};

function setFields(db: Database, [key = "", ...pairs]: string[]): Value {
  if (pairs.length % 2 !== 0) throw new CommandError("ERR wrong number of arguments for 'hset' command");
  const hash = readOrCreate(db, key, "hash", () => new Map<string, string>());
  const sizeBefore = hash.size;
  for (let index = 0; index < pairs.length; index += 2) hash.set(pairs[index] ?? "", pairs[index + 1] ?? "");
  return hash.size - sizeBefore;
}

function deleteFields(db: Database, [key = "", ...fields]: string[]): Value {
  const hash = read(db, key, "hash");
  if (hash === undefined) return 0;
  const deleted = fields.filter((field) => hash.delete(field)).length;
  removeIfEmpty(db, key, hash.size);
  return deleted;
}

function incrementField(db: Database, [key = "", field = "", by = ""]: string[]): Value {
  const increment = parseInt64(by);
  const sum = parseField(read(db, key, "hash")?.get(field) ?? "0") + increment;
  if (!isInt64(sum)) throw new CommandError("ERR increment or decrement would overflow");
  readOrCreate(db, key, "hash", () => new Map<string, string>()).set(field, String(sum));
  return Number(sum);
}

function parseField(text: string): bigint {
  try {
    return parseInt64(text);
  } catch {
    // The one thing it throws; Redis words it differently here.
    throw new CommandError("ERR hash value is not an integer");
  }
}
