import { readFile } from "node:fs/promises";
import { calcPrice, findProvider } from "@pydantic/genai-prices";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { LIBRARY_IDS } from "../../../src/providers/prices/library-price.ts";
import { listedModel, modelsOf, priceAt } from "../../../src/providers/prices/listed-model.ts";
import { PRICE_LIST_FILE, priceListSource } from "../../support/write-price-list.ts";

const PROVIDER_IDS = [...new Set(Object.values(LIBRARY_IDS))];
const ALL = PROVIDER_IDS.flatMap((providerId) =>
  modelsOf(providerId).map((model) => ({ providerId, model })),
);
const NOON = Date.UTC(2026, 10, 22, 12);

test("the list is the installed library's; else run `npm run prices:list`", async () => {
  expect(await readFile(PRICE_LIST_FILE, "utf8")).toBe(priceListSource());
  for (const providerId of PROVIDER_IDS) {
    expect(modelsOf(providerId)).toHaveLength(findProvider({ providerId })?.models.length ?? 0);
  }
  expect(ALL.length).toBeGreaterThan(1_000);
});

test("each name that the list has means what the library says, in any case and with any date", () => {
  for (const { providerId, model } of ALL) {
    for (const name of [
      model.id,
      ` ${model.id.toUpperCase()} `,
      `${model.id}-20260131`,
      `${model.id}-20260231`,
      `${model.id}-2026-01-31`,
      `${model.id}-20251101-v1:0`,
      model.id.replace(/-(\d{4})-(\d\d)-(\d\d)/, "-$1$2$3"),
      model.id.slice(0, -1),
    ]) {
      expect(ours(providerId, name, NOON), `${providerId}/${name}`).toEqual(librarys(providerId, name, NOON));
    }
  }
});

test("any name means what the library says, also where another provider's list knows it", () => {
  const part = fc.constantFrom(
    ...ALL.map(({ model }) => model.id),
    "us.",
    "-20240806",
    "-latest",
    ":free",
    "/",
    "x",
  );
  const names = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(fc.constantFrom(...PROVIDER_IDS), names, (providerId, name) => {
      expect(ours(providerId, name, NOON)).toEqual(librarys(providerId, name, NOON));
    }),
    { numRuns: 2_000 },
  );
});

test("a price that changes by the day or the hour is the library's at each border, and a millisecond before", () => {
  let borders = 0;
  for (const { providerId, model } of ALL) {
    if (!Array.isArray(model.prices)) continue;
    for (const { constraint } of model.prices) {
      if (!constraint) continue;
      const times =
        constraint.type === "start_date"
          ? [constraint.start_date]
          : [constraint.start_time, constraint.end_time].map((time) => `2026-11-22T${time}`);
      for (const border of times.map((time) => Date.parse(time))) {
        for (const atMs of [border - 1, border, border + 1, border + 86_400_000]) {
          borders++;
          expect(ours(providerId, model.id, atMs)).toEqual(librarys(providerId, model.id, atMs));
        }
      }
    }
  }
  expect(borders).toBeGreaterThan(100);
});

function ours(providerId: string, name: string, atMs: number) {
  const model = listedModel(providerId, name);
  return model && { id: model.id, price: priceAt(model, atMs) };
}

/** It throws on a price that it can't make sense of: none that it lists is one. */
function librarys(providerId: string, name: string, atMs: number) {
  const found = calcPrice({}, name, { providerId, timestamp: new Date(atMs) });
  return found && { id: found.model.id, price: found.model_price };
}
