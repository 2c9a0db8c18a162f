import { atFirstUse, whileRepairing } from "./fall-backs.ts";
import type { ScriptName } from "./redis-side.ts";
import type { MemoryFault, Misfortunes, Scenario } from "./scenario.ts";
import type { Breaks } from "./world.ts";

// Deliberate breaks of the gate and its books. A check that never fails proves nothing: for each of these some seed fails.

export interface Sabotage {
  name: string;
  /** The law that it breaks in spirit; the simulation may name another that breaks first. */
  law: string;
  breaks: Breaks;
  /** The scenarios in which it can show; as they are, where nothing is named. */
  among?: (scenario: Scenario) => Scenario;
  /** A seed from which on it is soon found. */
  from?: number;
}

const CALM: Misfortunes = { messages: 0, crashes: 0, leaps: 1, memory: null, outage: null };
const withMisfortunes = (misfortunes: Partial<Misfortunes>) => (scenario: Scenario) => ({
  ...scenario,
  misfortunes: { ...CALM, ...misfortunes },
});
const withFlush = (scenario: Scenario) => ({ ...scenario, flushMs: 4_000 });
/** Every call competes for little money. */
const inNeed = (scenario: Scenario) => ({
  ...withMisfortunes({ messages: 60 })(scenario),
  changes: [],
  budgets: scenario.budgets.map((budget) => ({
    ...budget,
    unit: "usd" as const,
    limit: 90_000,
    enforcement: "hard" as const,
  })),
});
const withNothingLeft = (scenario: Scenario) => ({
  ...scenario,
  calls: scenario.calls.map((call) => ({ ...call, model: "no-such-model" })),
  keys: scenario.keys.map((key) => ({ ...key, allowUnpriced: true })),
  budgets: scenario.budgets.map((budget) => ({ ...budget, limit: 0 })),
});
const losing = (memory: MemoryFault) => withMisfortunes({ memory });

/** Replaces a part of a script, which must be there. */
function patch(name: ScriptName, part: string, replacement: string): Breaks {
  return {
    scripts: {
      [name]: (text: string) => {
        if (!text.includes(part)) throw new Error(`${name} has no ${part}`);
        return text.replace(part, replacement);
      },
    },
  };
}

export const SABOTAGES: Sabotage[] = [
  {
    law: "1",
    name: "the rebuild counts what the outbox holds twice",
    among: losing("counter"),
    from: 65,
    breaks: patch("rebuild", "local beyond = e > we or (e == we and n > wn)", "local beyond = true"),
  },
  {
    law: "2",
    name: "the reserve checks nothing",
    breaks: patch("reserve", "if left and (limit == '0' or amount > left) then", "if false then"),
  },
  {
    law: "2",
    name: "a limit of 0 admits an amount of 0",
    among: withNothingLeft,
    breaks: patch("reserve", "limit == '0' or ", ""),
  },
  {
    law: "2",
    name: "a refusal rests on ended leases",
    among: withMisfortunes({ leaps: 4 }),
    breaks: patch("reserve", "call('ZRANGEBYSCORE', holds, '-inf', now, 'LIMIT', 0, 64)}", "{}}"),
  },
  {
    law: "3",
    name: "the reserve forgets what is held",
    breaks: patch("reserve", "held = held + 0", "held = 0"),
  },
  {
    law: "3",
    name: "the grant forgets what is held",
    breaks: patch(
      "reserve",
      "if left and (not room or left < room) then room = left end",
      "if left and (not room or left + held < room) then room = left + held end",
    ),
  },
  {
    law: "4",
    name: "the settle keeps the hold held",
    breaks: patch("settle", "then held = format(whole, held - aside) end", "then end"),
  },
  {
    law: "4",
    name: "a refused reserve that got no answer isn't released",
    among: inNeed,
    from: 320,
    breaks: {
      store: (store) => ({
        ...store,
        reserve: async (input) => ({ ...(await store.reserve(input)), unanswered: 0 }),
      }),
    },
  },
  {
    law: "4",
    name: "a counter born after a hold is relieved of it",
    among: losing("counter"),
    breaks: patch("settle", "ofLine and knows - born >= 0 then", "ofLine then"),
  },
  {
    law: "5",
    name: "a settle after a lapse doesn't take the lapse's charge back",
    breaks: patch("settle", "if state == 'l' and onLapse == 'c' then prior = aside end", ""),
  },
  {
    law: "5",
    name: "a settle that was settled settles again",
    breaks: patch("settle", "if state == 's' or state == 'r' then", "if false then"),
  },
  {
    law: "5",
    name: "the drain books what it is given, whatever is booked",
    breaks: {
      ledger: (ledger) => {
        let copies = 0;
        return {
          book: (org, head, rows, nowMs) =>
            ledger.book(
              org,
              head,
              rows.map((row) => ({ ...row, id: `${row.id}${" ".repeat((copies += 1))}` })),
              nowMs,
            ),
        };
      },
    },
  },
  {
    law: "6",
    name: "a settle counts in the period that it is now",
    breaks: patch("settle", "    period = ofLine\n", "    period = format(whole, now - now % 90000)\n"),
  },
  {
    law: "7",
    name: "a period that is over goes on",
    from: 120,
    breaks: patch("reserve", "if start ~= period and start - period > 0 then", "if false then"),
  },
  {
    law: "8",
    name: "a team key's spend reaches its user's own budgets",
    breaks: { publish: (json) => json.replaceAll('"includeTeamSpend":false', '"includeTeamSpend":true') },
  },
  {
    law: "8",
    name: "a budget for some models counts all",
    breaks: {
      publish: (json) =>
        json.replaceAll(/"models":\["[^"]*"\],"enforcement"/g, '"models":null,"enforcement"'),
    },
  },
  {
    law: "2",
    name: "the counter of an instance is forgotten while it holds something",
    among: withMisfortunes({ leaps: 4 }),
    breaks: patch("forget", "if c.held ~= 0 then", "if false then"),
  },
  {
    law: "9",
    name: "a counter's birth takes an entry's number",
    among: atFirstUse,
    breaks: patch("rebuild", "m.births = m.births + 1\n", "m.births, m.n = m.births + 1, m.n + 1\n"),
    from: 5_150,
  },
  {
    law: "9",
    name: "a rebuild takes a snapshot that a trim overtook",
    among: losing("counter"),
    breaks: patch("rebuild", "or trimmed then", "then"),
  },
  {
    law: "1",
    name: "a repair takes totals that its Redis forgot",
    among: whileRepairing,
    breaks: patch("refresh", " or not knows(m, entries, we, wn, ARGV[4])", ""),
  },
  {
    law: "9",
    name: "a counter is made anew as zero",
    among: losing("counter"),
    breaks: patch("rebuild", "spent = tonumber(ARGV[a + 3])", "spent = 0"),
  },
  {
    law: "9",
    name: "the rebuild leaves the outbox out",
    among: (scenario) => withFlush(losing("counter")(scenario)),
    breaks: patch("rebuild", "c.spent = c.spent + tonumber(delta)", "c.spent = c.spent"),
  },
  {
    law: "10",
    name: "policies aren't confirmed by the reserve",
    breaks: patch("reserve", "if stale or ARGV[1] ~= epoch then", "if ARGV[1] ~= epoch then"),
  },
  {
    law: "10",
    name: "a change is answered before it is published",
    breaks: { answersEarly: true },
  },
  {
    law: "11",
    name: "a model without a price passes under a usd budget",
    breaks: { publish: (json) => json.replaceAll('"allowUnpriced":false', '"allowUnpriced":true') },
  },
  {
    law: "12",
    name: "a lapse charges nothing",
    breaks: patch("lapse", "if line.last == 'c' then", "if false then"),
  },
  {
    law: "12",
    name: "stranded settles are dropped",
    among: withMisfortunes({ outage: "redis" }),
    breaks: { ledger: () => ({ strand: () => Promise.resolve() }) },
  },
  {
    law: "12",
    name: "the trim removes what was never booked",
    breaks: patch("trim", "if not booked[tag] then break end", ""),
  },
  {
    law: "12",
    name: "an entry that Redis lost is taken for booked",
    among: losing("outbox"),
    breaks: {
      store: (store) => ({
        ...store,
        drain: async (org, options) => {
          const reply = await store.drain(org, options);
          return reply.kind === "head" && reply.head.entries.length === 0 && options.awaited
            ? { kind: "done" }
            : reply;
        },
      }),
    },
  },
  {
    law: "12",
    name: "what was left to a drainer, and Redis lost, is taken for booked",
    among: losing("outbox"),
    breaks: { ledger: () => ({ bookedAmong: (_org, entryIds) => Promise.resolve(new Set(entryIds)) }) },
  },
  {
    law: "13",
    name: "a cost that is negative is booked",
    breaks: {
      store: (store) => ({
        ...store,
        settle: (input) => store.settle({ ...input, amountNanoUsd: -input.amountNanoUsd }),
      }),
    },
  },
  {
    law: "14",
    name: "a store that doesn't answer admits",
    among: withMisfortunes({ outage: "redis" }),
    breaks: {
      store: (store) => ({
        ...store,
        reserve: (input) =>
          store.reserve(input).catch(() => ({
            reply: { kind: "ok" as const, amountNanoUsd: input.want, counters: [], ended: [] },
            unanswered: 0,
          })),
      }),
    },
  },
];
