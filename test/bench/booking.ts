import type { Database } from "../../src/ledger/database.ts";
import { type BookRow, createLedger } from "../../src/ledger/ledger.ts";
import { END_MS } from "./many-entries.ts";

// What a drain costs: the function that books, as the Worker calls it.

const ENTRIES = 1_000;
const BATCH = 100;
const ROUNDS = 5;
/** Milliseconds for one entry, of the best round. A new organization each time: its rows are in the indexes of all. */
export async function bookingMs(database: Database): Promise<number> {
  const organization = `org_${Date.now()}`;
  const ledger = createLedger(database);
  let tag = "-";
  let n = 0;
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = performance.now();
    for (let batch = 0; batch < ENTRIES / BATCH; batch++) {
      const entries = Array.from({ length: BATCH }, () => entry((n += 1)));
      const head = { epoch: 1, tag, out: BATCH, length: BATCH };
      const { result } = await ledger.book(organization, head, entries, END_MS);
      if (result !== "ok") throw new Error(`the books are ${result}`);
      tag = entries.at(-1)?.tag ?? tag;
    }
    best = Math.min(best, (performance.now() - startedAt) / ENTRIES);
  }
  return best;
}

function entry(n: number): BookRow {
  const hold = `hold_b${n}`;
  const lines = ["bud_a", "bud_b"].map((id) => ({
    counter: id,
    id,
    period_start: 0,
    to: 1_000,
    delta: 1_000,
  }));
  const place = {
    key_id: `key_${n % 40}`,
    team_id: `team_${n % 8}`,
    user_id: `user_${n % 25}`,
    customer: `customer_${n % 200}`,
    tags: ["env_prod", `tag_${n % 12}`],
    provider: "openai",
    model: `model_${n % 10}`,
  };
  const facts = {
    ...place,
    request_id: `req_b${n}`,
    model_requested: place.model,
    endpoint: "chat",
    stream: false,
    outcome: "completed",
    hold: 2_000,
    usage: { input_total: 100, output_total: 50 },
    started_at: new Date(END_MS).toISOString(),
  };
  return {
    id: `${hold}.s`,
    tag: `1.${n}/x`,
    e: 1,
    n,
    hold,
    kind: "s",
    to: 1_000,
    delta: 1_000,
    at: END_MS + n,
    lines,
    facts,
  };
}
