import type { Books } from "../../src/domain/books-model/books.ts";
import { emptyBooks } from "../../src/domain/books-model/books.ts";
import { parseCounter, parseDocument, parseEntry, parseHold, parseMeta } from "../../src/store/packed.ts";
import type { RunCommand } from "../../src/store/redis.ts";

// Everything that Redis has of one organization, parsed; a key of no known kind is an error.

/** The books without when policies end: that is Redis's own clock. */
export type Contents = Omit<Books, "policies"> & {
  policies: Record<string, { epoch: number; version: number; json: string } | { claim: string }>;
};

export async function readBooks(run: RunCommand, org: string): Promise<Contents> {
  const base = `tg:{${org}}:`;
  const keys = ((await run(["KEYS", `${base}*`])) as string[]).sort();
  const packed = keys.filter((key) => !/:(outbox|holds|instances)$/.test(key));
  const values = packed.length > 0 ? ((await run(["MGET", ...packed])) as string[]) : [];
  const contents: Contents = { ...emptyBooks(), policies: {} };
  packed.forEach((key, index) => {
    place(contents, key.slice(base.length), values[index] ?? "");
  });
  if (keys.includes(`${base}outbox`)) {
    contents.outbox = ((await run(["LRANGE", `${base}outbox`, 0, -1])) as string[]).map(parseEntry);
  }
  if (keys.includes(`${base}holds`)) contents.leases = await scoresOf(run, `${base}holds`);
  if (keys.includes(`${base}instances`)) contents.instances = await scoresOf(run, `${base}instances`);
  return contents;
}

async function scoresOf(run: RunCommand, key: string): Promise<Record<string, number>> {
  const scored = (await run(["ZRANGE", key, 0, -1, "WITHSCORES"])) as string[];
  const scores: Record<string, number> = {};
  for (let i = 0; i < scored.length; i += 2) scores[scored[i] ?? ""] = Number(scored[i + 1]);
  return scores;
}

function place(contents: Contents, name: string, value: string): void {
  const colon = name.indexOf(":");
  const kind = colon === -1 ? name : name.slice(0, colon);
  const id = name.slice(colon + 1);
  switch (kind) {
    case "meta":
      contents.meta = parseMeta(value);
      return;
    case "epoch":
      contents.begunEpoch = Number(value);
      return;
    case "claims":
      contents.claims = Number(value);
      return;
    case "budget":
      contents.counters[id] = parseCounter(value);
      return;
    case "hold":
      contents.holds[id] = parseHold(value);
      return;
    case "key":
    case "scope":
      contents.policies[name] = value.startsWith("?") ? { claim: value } : parseDocument(value);
      return;
    default:
      throw new Error(`Redis has a key that nobody described: ${name}`);
  }
}

/** The model's books as Redis shows them. */
export function shown(books: Books): Contents {
  const policies: Contents["policies"] = {};
  for (const [name, standing] of Object.entries(books.policies)) {
    if ("claim" in standing) policies[name] = standing;
    else policies[name] = { epoch: standing.epoch, version: standing.version, json: standing.json };
  }
  return { ...books, policies };
}
