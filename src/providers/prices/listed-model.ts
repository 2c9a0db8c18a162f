import type { ConditionalPrice, MatchLogic, ModelInfo, ModelPrice } from "@pydantic/genai-prices";
import { PRICE_LIST } from "./price-list.ts";

// Reads the list as https://github.com/pydantic/genai-prices reads it: which model a name means, and what that costs when.
// Tests hold each answer to the library's. The library itself would take a start longer than all else that is in it.

export type ListedModel = Pick<ModelInfo, "id" | "match" | "prices">;

const parsed = new Map<string, readonly ListedModel[]>();

/** All that the list has of one of its providers. */
export function modelsOf(providerId: string): readonly ListedModel[] {
  const kept = parsed.get(providerId);
  if (kept) return kept;
  const models = JSON.parse(PRICE_LIST[providerId]?.models ?? "[]") as ListedModel[]; // As they were written.
  parsed.set(providerId, models);
  return models;
}

/** The model that a name means, else the one that it means with its date written another way. */
export function listedModel(providerId: string, model: string): ListedModel | null {
  const name = model.toLowerCase().trim();
  const dashed = withDashedDates(name);
  return named(providerId, name) ?? (dashed === name ? null : named(providerId, dashed));
}

function named(providerId: string, name: string): ListedModel | null {
  for (const id of [providerId, ...(PRICE_LIST[providerId]?.fallbacks ?? [])]) {
    const found = modelsOf(id).find(({ match }) => matches(match, name));
    if (found) return found;
  }
  return null;
}

function matches(match: MatchLogic, name: string): boolean {
  if ("or" in match) return match.or.some((each) => matches(each, name));
  if ("and" in match) return match.and.every((each) => matches(each, name));
  if ("equals" in match) return name === match.equals;
  if ("starts_with" in match) return name.startsWith(match.starts_with);
  if ("ends_with" in match) return name.endsWith(match.ends_with);
  if ("contains" in match) return name.includes(match.contains);
  return new RegExp(match.regex).test(name);
}

/** `-20260131` as `-2026-01-31`, where it is a day of the calendar. */
function withDashedDates(name: string): string {
  return name.replace(
    /-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g,
    (date, year, month, day) => {
      const dashed = `${year}-${month}-${day}`;
      const at = new Date(`${dashed}T00:00:00Z`);
      return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(dashed) ? `-${dashed}` : date;
    },
  );
}

/** What a model costs at a moment: of the prices that hold then, the last. */
export function priceAt({ prices }: ListedModel, atMs: number): ModelPrice {
  if (!Array.isArray(prices)) return prices;
  const held = prices.findLast(({ constraint }) => holdsAt(constraint, atMs)) ?? prices[0];
  return held?.prices ?? {};
}

function holdsAt(constraint: ConditionalPrice["constraint"], atMs: number): boolean {
  if (constraint === undefined) return true;
  if (constraint.type === "start_date") return atMs >= Date.parse(constraint.start_date);
  // To the second, and in UTC as the list has them: `16:30:00Z`. A night's end is before its start.
  const now = new Date(atMs).toISOString().slice(11, 19);
  const start = constraint.start_time.slice(0, 8);
  const end = constraint.end_time.slice(0, 8);
  return end < start ? now >= start || now < end : now >= start && now < end;
}
