import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { ALL_OPERATIONS, createWorld, type World } from "./fuzz/world.ts";
import { type Harness, startHarness } from "./harness.ts";
import { type List, listsOf } from "./paging/lists.ts";

// Lists while others make and take away: what stood before the first page, and stays, is seen exactly once.

const ITEMS = 250;
const LIMIT = 23;
const MAX_PAGES = 60;

let harness: Harness;
let world: World;
beforeAll(async () => {
  harness = await startHarness();
  world = await createWorld(harness);
});
afterAll(() => harness.close());

const page = z.looseObject({
  data: z.array(z.record(z.string(), z.unknown())),
  has_more: z.boolean(),
  next_cursor: z.string().nullable(),
});

/** The lists by name; they are made again for each test, as there is no database before. */
const named = (lists: List[]) => lists.map(({ path, query = "" }) => `${path} ${query}`);
const NAMES = named(listsOf({ database: {}, redis: {} } as Harness));
const paged = ALL_OPERATIONS.filter(({ method, query }) => method === "GET" && "cursor" in query.shape);

test("every list is tried here", () => {
  const tried = new Set(NAMES.map((name) => name.split(" ")[0]));
  expect(paged.map(({ path }) => path).filter((path) => !tried.has(path))).toEqual([]);
});

test.each(NAMES)("%s shows each item once while others come and go", async (name) => {
  const list = listsOf(harness).find((each) => named([each])[0] === name);
  const operation = paged.find(({ path }) => path === list?.path);
  if (!list || !operation) throw new Error("no such list");
  const before = await list.add(ITEMS);
  const path = await world.pathOf(operation);
  const seen: string[] = [];
  const removed = new Set<string>();
  let cursor: string | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const query: string = [`limit=${LIMIT}`, list.query, cursor && `cursor=${cursor}`]
      .filter(Boolean)
      .join("&");
    const answer = page.parse((await harness.call("GET", `${path}?${query}`)).body);
    const names = answer.data.map(list.name);
    expect(names.filter((each) => removed.has(each))).toEqual([]);
    seen.push(...names);
    expect(answer.has_more).toBe(answer.next_cursor !== null);
    if (!answer.has_more) break;
    expect(names).toHaveLength(LIMIT);
    cursor = answer.next_cursor;
    await list.add(3);
    if (!list.remove) continue;
    // The page's last, whose place the cursor is, and one that is still to come.
    const gone = [names.at(-1), before.find((each) => !seen.includes(each) && !removed.has(each))].filter(
      (each) => each !== undefined,
    );
    await list.remove(gone);
    for (const each of gone) removed.add(each);
  }
  expect(new Set(seen).size).toBe(seen.length);
  expect(before.filter((each) => !removed.has(each) && !seen.includes(each))).toEqual([]);
});
