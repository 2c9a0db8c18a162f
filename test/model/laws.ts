import { counterIn, includesHold } from "./counters.ts";
import { epochOf, fail, type Place, type State } from "./state.ts";
import {
  backgroundOf,
  bookedAmount,
  bookedLines,
  budgetsOf,
  NO_BOOKS,
  periodAt,
  resetId,
  totalOf,
  type World,
} from "./world.ts";

// What must be true: in every state, and at rest.

/** Places of Workers that have nothing under way. */
export const ENDED: ReadonlySet<Place> = new Set(["new", "done", "refused", "dead", "idle"]);

/** Whether a drain would change anything. */
export function mustDrain({ rules }: World, state: State): boolean {
  const { meta, outbox, postgres } = state;
  if (!meta) return outbox.length > 0;
  if (outbox.some((entry) => !postgres.ledger[entry.id]?.[entry.kind])) return true;
  const { watermark, tag, fence } = postgres;
  const isKnown = meta.tag === tag || outbox.some((entry) => entry.tag === tag);
  if (rules.tag && (meta.epoch < epochOf(watermark) || (meta.epoch === epochOf(watermark) && !isKnown)))
    return true;
  if (rules.count && meta.out !== outbox.length) return true;
  return rules.fence && meta.epoch < fence;
}

export function isAtRest(world: World, state: State): boolean {
  for (const { stack } of state.workers) if (stack[0] === undefined || !ENDED.has(stack[0])) return false;
  for (const [id, hold] of state.holds.entries()) {
    if (hold?.state === "h" || (!hold && state.leases[id] !== null && state.meta)) return false;
  }
  return !mustDrain(world, state);
}

/** In every state. */
export function checkState(world: World, state: State): void {
  for (const budget of state.counters.keys()) {
    const counter = counterIn(state, budget);
    if (!counter) continue;
    if (counter.held < 0) fail(`law 4: held of budget ${budget} is ${counter.held}`);
    if (state.left.memory < world.scenario.losses) continue;
    // Redis lost nothing so far: one number, at every moment.
    let held = 0;
    for (const hold of state.holds) {
      if (hold?.state !== "h" || !includesHold(counter, hold)) continue;
      for (const line of hold.lines)
        if (line.budget === budget && line.period === counter.period) held += line.amount;
    }
    if (counter.held !== held)
      fail(`law 4: held of budget ${budget} is ${counter.held}, its holds' sum ${held}`);
    let spent = totalOf(state.postgres, budget, counter.period);
    for (const entry of state.outbox) {
      if (state.postgres.ledger[entry.id]?.[entry.kind]) continue;
      for (const line of entry.lines)
        if (line.budget === budget && line.period === counter.period) spent += line.delta;
    }
    if (counter.spent !== spent)
      fail(`law 1: budget ${budget} says ${counter.spent}, ledger and outbox ${spent}`);
  }
}

/** Once nothing is in flight and leases have ended. */
export function checkRest(world: World, state: State): void {
  for (let id = 0; id < world.scenario.calls; id++) checkCall(world, state, id);
  checkReset(world, state);
  for (const budget of state.counters.keys()) {
    const counter = counterIn(state, budget);
    if (!counter) continue;
    if (counter.held !== 0) fail(`law 4: at rest, held of budget ${budget} is ${counter.held}`);
    const total = totalOf(state.postgres, budget, counter.period);
    if (counter.spent !== total) {
      fail(`law 4: at rest, counter of budget ${budget} says ${counter.spent}, the ledger ${total}`);
    }
    // A read shows a period that began since as begun (law 7).
    const current = periodAt(world, state.time);
    const begun = totalOf(state.postgres, budget, current);
    if (current > counter.period && begun !== 0) {
      fail(`law 1: at rest, budget ${budget} shows 0 in period ${current}, the ledger has ${begun}`);
    }
  }
}

function checkCall(world: World, state: State, id: number): void {
  const worker = state.workers[id];
  const books = state.postgres.ledger[id] ?? NO_BOOKS;
  const sum = bookedAmount(books);
  const place = worker?.stack[0];
  const cost = worker?.cost ?? null;
  if (place === "done" && cost !== null) {
    if (sum !== cost) fail(`law 5: call ${id} cost ${cost}, the ledger has ${sum}`);
    checkLines(world, state, id, cost);
  }
  if (place === "refused" || place === "new") {
    // A fall-back may forget a release: then the lapse charges it, visibly.
    const visible = books.l !== null && state.older === "used";
    if (sum !== 0 && !visible) fail(`law 4: call ${id} was never dispatched, the ledger has ${sum}`);
  }
  if (place === "dead") checkDead(world, state, id, cost);
}

function checkLines(world: World, state: State, id: number, cost: number): void {
  const lines = bookedLines(state.postgres.ledger[id] ?? NO_BOOKS);
  for (const budget of budgetsOf(world, id)) {
    const due = world.scenario.fixed[budget] ?? cost;
    const sum = lines.reduce((total, line) => total + (line.budget === budget ? line.amount : 0), 0);
    if (sum !== due) fail(`law 5: call ${id} is due ${due} in budget ${budget}, the ledger has ${sum}`);
  }
}

function checkDead(world: World, state: State, id: number, cost: number | null): void {
  const { scenario } = world;
  const books = state.postgres.ledger[id] ?? NO_BOOKS;
  const sum = bookedAmount(books);
  const isBooked = books.l !== null || books.s !== null;
  const lapsed = books.v ? 0 : (books.l?.amount ?? 0);
  const isDouble = scenario.deaths > state.left.deaths && scenario.losses > state.left.memory;
  if (cost === null) {
    if (sum !== 0 && sum !== lapsed) fail(`law 5: call ${id} died before dispatch, the ledger has ${sum}`);
    return;
  }
  if (!isBooked && !isDouble)
    fail(`law 12: call ${id} cost ${cost}, its Worker died, and the ledger has nothing`);
  const due = books.s ? cost : lapsed;
  if (isBooked && sum !== due)
    fail(`law 5: call ${id} cost ${cost}, its Worker died, and the ledger has ${sum}`);
}

/** A reset that ended is in the ledger; how often is its id's matter. */
function checkReset(world: World, state: State): void {
  if (world.scenario.operator !== "reset") return;
  const worker = state.workers[backgroundOf(world) + 1];
  if (worker?.left === 0 && !state.postgres.ledger[resetId(world)]?.s)
    fail("the reset ended and isn't in the ledger");
}
