import * as z from "zod";
import type { Database } from "../../ledger/database.ts";
import type { HoldView, Services } from "../../services.ts";
import { type UnitOf, unitsOf } from "../budgets/units.ts";
import { type Page, decodeCursor, encodeCursor } from "../frame/pages.ts";
import {
  type EntryCursor,
  cursorOf,
  entryCursor,
  newestEntries,
  openLapses,
  unitsOfEntries,
} from "./entries.ts";
import { bookedHoldView, holdView } from "./entry-views.ts";

// The list of holds: first those in flight, by lease end, which only Redis has; then the lapsed ones, the newest
// first, which the ledger keeps for good.

/** Redis also lists holds that have their outcome; so many of its pages are read to fill one of ours. */
const MAX_REDIS_PAGES = 5;

/** Redis's own cursor. A client could have made it up, so it is checked here. */
const redisCursor = z.string().regex(/^\d{1,15}\.[0-9a-z_]{1,64}$/);

const holdCursor = z.union([
  z.tuple([z.literal("held"), redisCursor]),
  z.tuple([z.literal("lapsed")]),
  z.tuple([z.literal("lapsed"), ...entryCursor.def.items]),
]);
type HoldCursor = z.infer<typeof holdCursor>;

type View = ReturnType<typeof holdView> | ReturnType<typeof bookedHoldView>;

interface HoldQuery {
  organizationId: string;
  limit: number;
  cursor?: string | undefined;
  state?: "held" | "lapsed" | undefined;
}

export async function holdPage(services: Services, query: HoldQuery): Promise<Page<View>> {
  const start = decodeCursor(query.cursor, holdCursor);
  if (!start) await services.bringLedgerUpToDate(query.organizationId);
  const from = start ?? (query.state === "lapsed" ? (["lapsed"] as const) : undefined);
  if (from?.[0] === "lapsed") return pageFrom(await lapsedPart(services, query, from, query.limit));

  const inFlight = await heldPart(services, query, from?.[1]);
  const room = query.limit - inFlight.views.length;
  if (query.state === "held" || inFlight.next) return pageFrom(inFlight);
  if (room === 0) return pageFrom({ ...inFlight, next: ["lapsed"] });
  const lapsed = await lapsedPart(services, query, ["lapsed"], room);
  return pageFrom({ views: [...inFlight.views, ...lapsed.views], next: lapsed.next });
}

interface Part {
  views: View[];
  next: HoldCursor | null;
}

async function heldPart(services: Services, query: HoldQuery, start: string | undefined): Promise<Part> {
  const held: HoldView[] = [];
  let after = start;
  for (let page = 0; page < MAX_REDIS_PAGES; page++) {
    const { holds, next } = await services.listHolds(query.organizationId, {
      limit: query.limit - held.length,
      ...(after === undefined ? {} : { after }),
    });
    held.push(...holds.filter(({ state }) => state === "held"));
    after = next ?? undefined;
    if (after === undefined || held.length >= query.limit) break;
  }
  const unitOf = await unitsOfHolds(services.database, held);
  const views = held.map((hold) => holdView(hold, unitOf));
  return { views, next: after === undefined ? null : ["held", after] };
}

/** What the amounts of these holds in their budgets are counted in. */
export function unitsOfHolds(database: Database, holds: HoldView[]): Promise<UnitOf> {
  return unitsOf(
    database,
    holds.flatMap(({ budgets }) => budgets.map(({ id }) => id)),
  );
}

async function lapsedPart(
  services: Services,
  query: HoldQuery,
  start: readonly ["lapsed"] | readonly ["lapsed", ...EntryCursor],
  limit: number,
): Promise<Part> {
  const [, at, id] = start;
  const rows = await newestEntries(services.database, {
    where: openLapses(services.database, query.organizationId),
    after: at === undefined || id === undefined ? undefined : [at, id],
    limit,
  });
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next: HoldCursor | null = rows.length > limit && last ? ["lapsed", ...cursorOf(last)] : null;
  const unitOf = await unitsOfEntries(services.database, shown);
  return { views: shown.map((row) => bookedHoldView([row], unitOf)), next };
}

function pageFrom({ views, next }: Part): Page<View> {
  return { data: views, has_more: next !== null, next_cursor: next && encodeCursor(next) };
}
