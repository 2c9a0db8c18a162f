import type { KeyRow } from "../../ledger/rows.ts";
import type { Services } from "../../services.ts";
import { budgetsOfKey } from "../budgets/budgets-under.ts";
import { keyView } from "./key-views.ts";
import { lastUsedOf } from "./last-used.ts";

/** A key as a single GET shows it: with its budgets, live, and when it was last used. */
export async function fullKeyView(services: Services, row: KeyRow) {
  const [lastUsed, budgets] = await Promise.all([
    lastUsedOf(services.database, [row.id]),
    budgetsOfKey(services, row),
  ]);
  return { ...keyView(row, services.now(), lastUsed.get(row.id)), budgets };
}
