import type { RuleSet } from "./rules.ts";
import {
  type BookedLine,
  type HoldBooks,
  type Postgres,
  type State,
  type Truth,
  type Worker,
} from "./state.ts";

/** What a hold sets aside in each budget, unless less is left and less will do. */
export const AMOUNT = 2;
const NEVER = 99;

export type MemoryFault = "everything" | "meta" | "outbox" | "counter" | "hold" | "fall back";

/** How large the world is that is searched, and what may go wrong in it. */
export interface Scenario {
  calls: number;
  budgets: number;
  /** Of every hard budget. */
  limit: number;
  /** What a call may cost; "r": the provider refuses it. */
  costs: readonly (number | "r")[];
  /** Less than AMOUNT: what a reserve takes if that is all that is left. */
  least: number;
  /** The budgets that each call is under; all of them where it isn't said. */
  uses: readonly (readonly number[])[] | null;
  /** Amounts of budgets that count something else than money, by budget: they settle at what was set aside. */
  fixed: readonly (number | null)[];
  /** What a lapse does in each budget: true charges. */
  charges: readonly boolean[];
  soft: readonly number[];
  /** Budgets whose counter nobody has made yet. */
  absent: readonly number[];
  /** Calls that are admitted already when the search begins, and an older state is then. */
  begun: number;
  /** Time passes by itself until then; a lease's end moves it further. */
  time: number;
  /** How long a lease is. */
  lease: number;
  /** When period 1 begins. */
  roll: number;
  /** Workers whose clock is behind by one unit of time. */
  behind: readonly number[];
  /** All requests came at time 0, however late they are sent. */
  slow: boolean;
  late: number;
  deaths: number;
  losses: number;
  memory: readonly MemoryFault[];
  /** Settles may be stranded. */
  strands: boolean;
  /** Nothing has been opened yet. */
  cold: boolean;
  /** Ended holds that have their outcome leave Redis, up to `time`. */
  sweep: boolean;
  /** A later Worker drains while others work; without it only at the end. */
  background: boolean;
  /** Entries that a drain reads. */
  batch: number;
  renewals: number;
  /** What an operator's Worker does, and how often. */
  operator: "void" | "reset" | "read" | "refresh" | "replay" | null;
  steps: number;
}

export const SMALLEST: Scenario = {
  calls: 1,
  budgets: 1,
  limit: 3,
  costs: [1],
  least: AMOUNT,
  uses: null,
  fixed: [],
  charges: [],
  soft: [],
  absent: [],
  begun: 0,
  time: 0,
  lease: 1,
  roll: NEVER,
  behind: [],
  slow: false,
  late: 0,
  deaths: 0,
  losses: 0,
  memory: [],
  strands: false,
  cold: false,
  sweep: false,
  background: false,
  batch: 9,
  renewals: 0,
  operator: null,
  steps: 1,
};

/** A scenario under a set of rules. */
export interface World {
  readonly scenario: Scenario;
  readonly rules: RuleSet;
}

export const periodAt = ({ scenario }: World, time: number): number => (time >= scenario.roll ? 1 : 0);

export function budgetsOf({ scenario }: World, id: number): readonly number[] {
  if (id >= scenario.calls) return [0]; // A reset is of one budget.
  return scenario.uses?.[id] ?? upTo(scenario.budgets);
}

export const amountIn = ({ scenario }: World, budget: number, granted: number): number =>
  scenario.fixed[budget] ?? granted;
export const lapseCharges = ({ scenario }: World, budget: number): boolean =>
  scenario.charges[budget] ?? true;
export const isHard = ({ scenario }: World, budget: number): boolean => !scenario.soft.includes(budget);

export const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** The Worker that lapses, sweeps and drains; after it the operator's. */
export const backgroundOf = ({ scenario }: World): number => scenario.calls;
/** The id of a reset: it is settled like a hold. */
export const resetId = ({ scenario }: World): number => scenario.calls;

export const NO_BOOKS: HoldBooks = { l: null, v: null, s: null };

const FRESH: Worker = {
  stack: ["idle"],
  id: -1,
  cost: null,
  mode: "settle",
  epoch: 0,
  periods: null,
  granted: 0,
  startedAt: -1,
  unanswered: false,
  seq: 0,
  asking: null,
  asked: null,
  head: null,
  count: 0,
  snapshot: null,
  opening: null,
  stranded: false,
  tries: 0,
  left: 0,
};

/** A Worker that has nothing more to do with what it did. */
export function rested(worker: Worker, stack: Worker["stack"]): Worker {
  return { ...FRESH, stack, id: worker.id, cost: worker.cost, left: worker.left };
}

export function initialState(world: World): State {
  const { scenario } = world;
  const { calls, budgets, cold, late, deaths, losses, absent } = scenario;
  const epoch = cold ? 0 : 1;
  const holds = calls + (scenario.operator === "reset" ? 1 : 0);
  const postgres: Postgres = {
    epoch,
    fence: 0,
    watermark: 0,
    tag: "-",
    count: 0,
    ledger: upTo(holds).map(() => NO_BOOKS),
  };
  const truth: Truth = { state: "-", amounts: [], periods: [], forgotten: false };
  const call = (id: number): Worker => ({
    ...FRESH,
    stack: ["new"],
    id,
    epoch,
    startedAt: scenario.slow ? 0 : -1,
    left: scenario.renewals,
  });
  return {
    time: 0,
    left: { late, deaths, memory: losses },
    unhealed: false,
    meta: cold ? null : { epoch, n: 0, now: 0, out: 0, trimmed: 0, tag: "-", births: 0, trimCount: 0 },
    begun: epoch,
    counters: upTo(budgets).map((budget) =>
      cold || absent.includes(budget) ? null : { epoch, born: 0, period: 0, spent: 0, held: 0 },
    ),
    holds: upTo(holds).map(() => null),
    leases: upTo(holds).map(() => null),
    outbox: [],
    postgres,
    workers: [
      ...upTo(calls).map(call),
      FRESH,
      ...(scenario.operator === null ? [] : [{ ...FRESH, left: scenario.steps }]),
    ],
    messages: [],
    older: null,
    truths: upTo(holds).map(() => truth),
  };
}

export function bookedAmount(books: HoldBooks): number {
  return (books.l?.amount ?? 0) + (books.v?.amount ?? 0) + (books.s?.amount ?? 0);
}

/** A hold's booked lines, those of one budget and period summed. */
export function bookedLines(books: HoldBooks): BookedLine[] {
  const lines: BookedLine[] = [];
  for (const entry of [books.l, books.v, books.s]) {
    for (const line of entry?.lines ?? []) {
      const at = lines.findIndex(({ budget, period }) => budget === line.budget && period === line.period);
      const known = lines[at];
      if (known) lines[at] = { ...known, amount: known.amount + line.amount };
      else lines.push(line);
    }
  }
  return lines;
}

export function totalOf({ ledger }: Postgres, budget: number, period: number): number {
  let sum = 0;
  for (const { l, v, s } of ledger) {
    sum += inEntry(l, budget, period) + inEntry(v, budget, period) + inEntry(s, budget, period);
  }
  return sum;
}

function inEntry(entry: HoldBooks["l"], budget: number, period: number): number {
  if (!entry) return 0;
  let sum = 0;
  for (const line of entry.lines) if (line.budget === budget && line.period === period) sum += line.amount;
  return sum;
}
