import type { Commands } from "./command.ts";
import { type Database, read, readOrCreate, removeIfEmpty } from "./database.ts";
import { parseInterval, withinLength } from "./list-commands.ts";
import { formatScore, parseFloatOr, parseInteger } from "./numbers.ts";
import { createSortedSet, type Member, type SortedSet } from "./sorted-set.ts";
import { CommandError, syntaxError, type Value } from "./value.ts";

export const sortedSetCommands: Commands = {
  zadd: { arity: -4, writes: true, run: add },
  zrem: {
    arity: -3,
    writes: true,
    run: (db, [key = "", ...members]) => removeMembers(db, key, members),
  },
  zscore: { arity: 3, run: (db, [key = "", member = ""]) => scoreOf(read(db, key, "zset"), member) },
  zmscore: {
    arity: -3,
    run: (db, [key = "", ...members]) => {
      const set = read(db, key, "zset");
      return members.map((member) => scoreOf(set, member));
    },
  },
  zcard: { arity: 2, run: (db, [key = ""]) => read(db, key, "zset")?.size() ?? 0 },
  zcount: {
    arity: 4,
    run: (db, [key = "", min = "", max = ""]) => {
      const bounds = parseBounds(min, max);
      const { start, end } = ranksBetween(read(db, key, "zset") ?? createSortedSet(), bounds);
      return Math.max(0, end - start);
    },
  },
  zrange: { arity: -4, run: (db, [key = "", ...rest]) => range(db, key, parseRange(rest)) },
  zrangebyscore: {
    arity: -4,
    run: (db, [key = "", ...rest]) => range(db, key, parseRange(rest, true)),
  },
  zremrangebyscore: {
    arity: 4,
    writes: true,
    run: (db, [key = "", min = "", max = ""]) => {
      const bounds = parseBounds(min, max);
      const set = read(db, key, "zset") ?? createSortedSet();
      const { start, end } = ranksBetween(set, bounds);
      return removeMembers(
        db,
        key,
        set.slice(start, end).map((found) => found.member),
      );
    },
  },
};

function scoreOf(set: SortedSet | undefined, member: string): string | null {
  const score = set?.score(member);
  return score === undefined ? null : formatScore(score);
}

function add(db: Database, [key = "", ...words]: string[]): Value {
  const options = new Set<string>();
  let index = 0;
  for (; /^(?:NX|XX|GT|LT|CH)$/i.test(words[index] ?? ""); index++)
    options.add((words[index] ?? "").toUpperCase());
  const pairs = words.slice(index);
  if (pairs.length === 0 || pairs.length % 2 !== 0) throw syntaxError();
  refuseContradiction(options);
  const added: Member[] = [];
  for (let at = 0; at < pairs.length; at += 2) {
    const score = parseFloatOr(pairs[at] ?? "", "ERR value is not a valid float");
    added.push({ score, member: pairs[at + 1] ?? "" });
  }
  if (read(db, key, "zset") === undefined && options.has("XX")) return 0;
  const set = readOrCreate(db, key, "zset", createSortedSet);
  return addMembers(set, added, options);
}

function refuseContradiction(options: Set<string>): void {
  if (options.has("NX") && options.has("XX")) {
    throw new CommandError("ERR XX and NX options at the same time are not compatible");
  }
  if ([options.has("GT"), options.has("LT"), options.has("NX")].filter(Boolean).length > 1) {
    throw new CommandError("ERR GT, LT, and/or NX options at the same time are not compatible");
  }
}

/** How many members are new; with CH, how many are new or have another score. */
function addMembers(set: SortedSet, added: Member[], options: Set<string>): number {
  let created = 0;
  let changed = 0;
  for (const { member, score } of added) {
    const previous = set.score(member);
    if (previous === undefined) {
      if (options.has("XX")) continue;
      created++;
    } else {
      if (options.has("NX") || score === previous) continue;
      if ((options.has("GT") && score < previous) || (options.has("LT") && score > previous)) continue;
      changed++;
    }
    set.put(member, score);
  }
  return options.has("CH") ? created + changed : created;
}

function removeMembers(db: Database, key: string, members: string[]): number {
  const set = read(db, key, "zset");
  if (set === undefined) return 0;
  const removed = members.filter((member) => set.delete(member)).length;
  removeIfEmpty(db, key, set.size());
  return removed;
}

type Bound = { score: number; exclusive: boolean };
type Bounds = { min: Bound; max: Bound };

function parseBounds(min: string, max: string): Bounds {
  return { min: parseBound(min), max: parseBound(max) };
}

function parseBound(text: string): Bound {
  const exclusive = text.startsWith("(");
  const score = exclusive ? text.slice(1) : text;
  // C's strtod reads nothing as 0, and Redis doesn't check for it here.
  return { score: score === "" ? 0 : parseFloatOr(score, "ERR min or max is not a float"), exclusive };
}

function ranksBetween(set: SortedSet, { min, max }: Bounds): { start: number; end: number } {
  return {
    start: set.countWhile(({ score }) => score < min.score || (min.exclusive && score === min.score)),
    end: set.countWhile(({ score }) => score < max.score || (!max.exclusive && score === max.score)),
  };
}

type Range = {
  from: string;
  to: string;
  byScore: boolean;
  reverse: boolean;
  withScores: boolean;
  limit: { offset: number; count: number } | null;
};

/** ZRANGEBYSCORE is `isByScoreOnly`: its name says what others state as options. */
function parseRange([from = "", to = "", ...words]: string[], isByScoreOnly = false): Range {
  const range: Range = { from, to, byScore: isByScoreOnly, reverse: false, withScores: false, limit: null };
  for (let index = 0; index < words.length; index++) {
    const option = (words[index] ?? "").toUpperCase();
    if (option === "BYSCORE" && !range.byScore) range.byScore = true;
    else if (option === "REV" && !range.reverse && !isByScoreOnly) range.reverse = true;
    else if (option === "WITHSCORES") range.withScores = true;
    else if (option === "LIMIT" && index + 2 < words.length) {
      range.limit = {
        offset: parseInteger(words[index + 1] ?? ""),
        count: parseInteger(words[index + 2] ?? ""),
      };
      index += 2;
    } else throw syntaxError();
  }
  return range;
}

function range(db: Database, key: string, options: Range): Value {
  // A count of -1 is "no limit", which Redis lets pass.
  if ((options.limit?.count ?? -1) !== -1 && !options.byScore) {
    throw new CommandError(
      "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
    );
  }
  const members = options.byScore ? rangeByScore(db, key, options) : rangeByRank(db, key, options);
  if (!options.withScores) return members.map(({ member }) => member);
  return members.flatMap(({ member, score }) => [member, formatScore(score)]);
}

function rangeByRank(db: Database, key: string, { from, to, reverse }: Range): Member[] {
  const interval = parseInterval(from, to);
  const set = read(db, key, "zset");
  if (set === undefined) return [];
  const size = set.size();
  const { start, end } = withinLength(interval, size);
  if (end <= start) return [];
  return reverse ? set.slice(size - end, size - start).reverse() : set.slice(start, end);
}

function rangeByScore(db: Database, key: string, { from, to, reverse, limit }: Range): Member[] {
  // Reversed, the bounds come highest first.
  const bounds = reverse ? parseBounds(to, from) : parseBounds(from, to);
  const set = read(db, key, "zset");
  if (set === undefined || (limit !== null && limit.offset < 0)) return [];
  const { start, end } = ranksBetween(set, bounds);
  const offset = limit?.offset ?? 0;
  const count = limit === null || limit.count < 0 ? Infinity : limit.count;
  if (reverse) return set.slice(Math.max(start, end - offset - count), end - offset).reverse();
  return set.slice(start + offset, Math.min(end, start + offset + count));
}
