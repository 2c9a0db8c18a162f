import { overriddenPrice, overrideFor, type PriceOverride } from "../../domain/price-override.ts";
import { overrideView, priceView } from "../../domain/price-views.ts";
import { listedModels } from "../../providers/prices/listed-models.ts";
import { listPrice } from "../../providers/prices/prices.ts";

// Which prices there are for an organization, and what each of its models costs it. Pure, but for the library's list.

interface Model {
  provider: string;
  model: string;
}

interface Search {
  overrides: PriceOverride[];
  q: string | undefined;
  /** The last one of the page before. */
  after: readonly [provider: string, model: string] | undefined;
  limit: number;
  atMs: number;
}

export type PriceView = Model & { source: "list" | "override" } & Record<string, unknown>;

/** By provider and model; `q` is a part of "provider/model", or a whole one that no list names. */
export function searchPrices({ overrides, q, after, limit, atMs }: Search): PriceView[] {
  const found: PriceView[] = [];
  for (const named of namesOf(overrides, q?.toLowerCase())) {
    if (found.length === limit) break;
    if (after && compare(named, { provider: after[0], model: after[1] }) <= 0) continue;
    const price = effectivePrice({ overrides, ...named, atMs });
    if (price) found.push(price);
  }
  return found;
}

/** What a model costs now; null where nobody says. An override by a glob is shown as it was PUT. */
export function effectivePrice({
  overrides,
  provider,
  model,
  atMs,
}: Model & { overrides: PriceOverride[]; atMs: number }): PriceView | null {
  const list = listPrice({ provider, model, atMs });
  const override = overrideFor(overrides, { provider, model });
  const own = overrides.find((each) => each.provider === provider && each.model === model);
  const price = override ? overriddenPrice(override, list) : list;
  if (!price && !own) return null;
  return {
    provider,
    model,
    source: override ? "override" : "list",
    ...(own && overrideView(own)),
    ...(price && priceView(price)),
    ...(own && { override: overrideView(own), updated_at: new Date(own.updatedAtMs).toISOString() }),
  };
}

function namesOf(overrides: PriceOverride[], q: string | undefined): Model[] {
  const slash = q?.indexOf("/") ?? -1;
  const asked =
    q !== undefined && slash > 0 ? [{ provider: q.slice(0, slash), model: q.slice(slash + 1) }] : [];
  const named = new Map<string, Model>();
  for (const { provider, model } of [...listedModels(), ...overrides, ...asked]) {
    const name = `${provider}/${model}`;
    if (q === undefined || name.toLowerCase().includes(q)) named.set(name, { provider, model });
  }
  return [...named.values()].toSorted(compare);
}

function compare(one: Model, other: Model): number {
  if (one.provider !== other.provider) return one.provider < other.provider ? -1 : 1;
  if (one.model === other.model) return 0;
  return one.model < other.model ? -1 : 1;
}
