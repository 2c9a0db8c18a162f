import { encodeCursor } from "../../src/control/frame/pages.ts";
import { DAYS, END_MS } from "./many-entries.ts";

// What the benchmark asks of /usage and /ledger.

export interface Query {
  name: string;
  path: string;
}

const DAY_MS = 86_400_000;
const day = (before: number) => new Date(END_MS - before * DAY_MS).toISOString().slice(0, 10);
const all = `from=${day(DAYS)}&to=${day(0)}`;

const GROUPS = [
  "",
  "day",
  "model",
  "provider",
  "key",
  "team",
  "user",
  "customer",
  "tag",
  "day,key",
  "day,model,team",
];

/** Each group over 30 days; then filters, longer ranges and such as end within a day. */
export const USAGE_QUERIES: Query[] = [
  ...GROUPS.map((groups) => ({
    name: `30 days by ${groups || "nothing"}`,
    path: usage(groups, `from=${day(30)}&to=${day(0)}`),
  })),
  { name: "90 days by day", path: usage("day", all) },
  { name: "90 days by customer, dearest first", path: usage("customer", `${all}&order=cost`) },
  { name: "90 days by day of one key", path: usage("day", `${all}&key=key_7`) },
  { name: "90 days by model of one team", path: usage("model", `${all}&team=team_3`) },
  { name: "90 days by day of one customer", path: usage("day", `${all}&customer=customer_1500`) },
  { name: "30 days by day of one tag", path: usage("day", `from=${day(30)}&to=${day(0)}&tag=tag_5`) },
  {
    name: "29 days and two parts of days by key",
    path: usage("key", `from=${day(30)}T07:30:00Z&to=${day(0)}T16:45:00Z`),
  },
];

function usage(groups: string, query: string): string {
  return `/api/v1/usage?${groups && `group_by=${groups}&`}${query}`;
}

/** What matches often, seldom and never: the last makes a scan by time read everything. */
const FILTERS = [
  "",
  "key=key_0",
  "key=key_39",
  "key=none",
  "team=team_3",
  "team=none",
  "user=user_7",
  "user=none",
  "customer=customer_1",
  "customer=customer_1990",
  "customer=none",
  "tag=env_prod",
  "tag=tag_5",
  "tag=none",
  "model=model_0",
  "model=model_9",
  "model=none",
  "provider=google",
  "provider=none",
  "kind=settled",
  "kind=lapsed",
  "kind=reset",
  "kind=correction",
  `from=${day(60)}T00:00:00Z&to=${day(59)}T00:00:00Z`,
  `key=key_39&from=${day(60)}T00:00:00Z&to=${day(30)}T00:00:00Z`,
  `customer=customer_1990&model=model_9`,
];

/** A page from the middle of the time on. */
const DEEP = encodeCursor([END_MS - (DAYS / 2) * DAY_MS, "hold_"]);

export const LEDGER_QUERIES: Query[] = FILTERS.flatMap((filter) =>
  [filter, `${filter && `${filter}&`}cursor=${DEEP}`].map((query, i) => ({
    name: `${filter || "all"}${i === 1 ? ", deep" : ""}`,
    path: `/api/v1/ledger?${query}`,
  })),
);
