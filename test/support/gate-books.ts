import { expect } from "vitest";
import type { NewKey, SettledRequest } from "./e2e-rest.ts";
import { sumOf } from "./e2e-money.ts";
import { until } from "./e2e-until.ts";
import type { Gate } from "./gate.ts";

/** Laws 1, 4 and 5: nothing is held; what the key's budget has spent, what its ledger sums to and `cost` are one number. */
export async function expectExactBooks({ rest }: Gate, key: NewKey, cost: bigint): Promise<void> {
  const {
    budgets: [budget],
  } = await rest.idleKey(key.id);
  const entries = await rest.ledger(key.id);
  const counted = entries.flatMap(({ budgets }) => budgets.filter(({ id }) => id === budget?.id));
  expect({
    spent: budget?.spent,
    ledger: sumOf(entries.map(({ amount }) => amount)),
    counted: sumOf(counted.map(({ amount }) => amount)),
  }).toEqual({ spent: cost, ledger: cost, counted: cost });
}

/** The one request of a key whose client never saw an answer, once it is in the ledger. */
export async function onlyRequest({ rest }: Gate, key: NewKey): Promise<SettledRequest> {
  const id = await until(`an entry of ${key.id}`, async () => (await rest.ledger(key.id))[0]?.request_id);
  return rest.settledRequest(id);
}
