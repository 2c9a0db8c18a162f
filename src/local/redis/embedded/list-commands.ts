import type { Commands } from "./command.ts";
import { type Database, read, readOrCreate, removeIfEmpty } from "./database.ts";
import { parseInteger } from "./numbers.ts";
import { CommandError, OK, type Value } from "./value.ts";

export const listCommands: Commands = {
  rpush: {
    arity: -3,
    writes: true,
    run(db, [key = "", ...added]) {
      const list = readOrCreate(db, key, "list", () => []);
      for (const item of added) list.push(item);
      return list.length;
    },
  },
  lpush: {
    arity: -3,
    writes: true,
    run(db, [key = "", ...added]) {
      const list = readOrCreate(db, key, "list", () => []);
      for (const item of added) list.unshift(item);
      return list.length;
    },
  },
  lpop: { arity: -2, writes: true, run: (db, args) => pop(db, args, "lpop") },
  rpop: { arity: -2, writes: true, run: (db, args) => pop(db, args, "rpop") },
  llen: { arity: 2, run: (db, [key = ""]) => read(db, key, "list")?.length ?? 0 },
  lindex: { arity: 3, run: (db, [key = "", index = ""]) => itemAt(db, key, index) },
  lset: { arity: 4, writes: true, run: setItem },
  lrange: { arity: 4, run: range },
  ltrim: { arity: 4, writes: true, run: trim },
  lrem: { arity: 4, writes: true, run: removeItems },
};

/** Both inclusive, counted from the end if negative. */
export type Interval = { start: number; stop: number };

/** Read before the key is, as Redis does. */
export function parseInterval(start: string, stop: string): Interval {
  return { start: parseInteger(start), stop: parseInteger(stop) };
}

export function withinLength({ start, stop }: Interval, length: number): { start: number; end: number } {
  return {
    start: Math.max(0, start < 0 ? length + start : start),
    end: Math.min(length, (stop < 0 ? length + stop : stop) + 1),
  };
}

function pop(db: Database, [key = "", countText, ...rest]: string[], name: "lpop" | "rpop"): Value {
  if (rest.length > 0) throw new CommandError(`ERR wrong number of arguments for '${name}' command`);
  const count = countText === undefined ? 1 : parsePositive(countText);
  const list = read(db, key, "list");
  if (list === undefined) return null;
  const popped =
    name === "lpop" ? list.splice(0, count) : list.splice(Math.max(0, list.length - count)).reverse();
  removeIfEmpty(db, key, list.length);
  return countText === undefined ? (popped[0] ?? null) : popped;
}

function parsePositive(text: string): number {
  const refusal = new CommandError("ERR value is out of range, must be positive");
  if (!/^-?\d+$/.test(text)) throw refusal;
  const value = parseInteger(text);
  if (value < 0) throw refusal;
  return value;
}

function itemAt(db: Database, key: string, indexText: string): Value {
  const list = read(db, key, "list");
  return list?.at(parseInteger(indexText)) ?? null;
}

function setItem(db: Database, [key = "", indexText = "", item = ""]: string[]): Value {
  const list = read(db, key, "list");
  if (list === undefined) throw new CommandError("ERR no such key");
  const index = parseInteger(indexText);
  const at = index < 0 ? list.length + index : index;
  if (at < 0 || at >= list.length) throw new CommandError("ERR index out of range");
  list[at] = item;
  return OK;
}

function range(db: Database, [key = "", startText = "", stopText = ""]: string[]): Value {
  const interval = parseInterval(startText, stopText);
  const list = read(db, key, "list") ?? [];
  const { start, end } = withinLength(interval, list.length);
  return end > start ? list.slice(start, end) : [];
}

function trim(db: Database, [key = "", startText = "", stopText = ""]: string[]): Value {
  const interval = parseInterval(startText, stopText);
  const list = read(db, key, "list");
  if (list === undefined) return OK;
  const { start, end } = withinLength(interval, list.length);
  list.splice(Math.max(start, end));
  list.splice(0, Math.min(start, list.length));
  removeIfEmpty(db, key, list.length);
  return OK;
}

/** A positive count removes from the head, a negative one from the tail, 0 all. */
function removeItems(db: Database, [key = "", countText = "", item = ""]: string[]): Value {
  const count = parseInteger(countText);
  const list = read(db, key, "list");
  if (list === undefined) return 0;
  let left = count === 0 ? Infinity : Math.abs(count);
  const keeps = (candidate: string) => candidate !== item || left-- <= 0;
  const kept = count < 0 ? list.toReversed().filter(keeps).reverse() : list.filter(keeps);
  const removed = list.length - kept.length;
  list.splice(0, list.length);
  for (const candidate of kept) list.push(candidate);
  removeIfEmpty(db, key, list.length);
  return removed;
}
