// `npm run db:migrate`: brings the deployment's database to this checkout.

import { external } from "../local/postgres/external.ts";
import { placeOf, reasonOf } from "../local/postgres/explain.ts";
import { fail, readArguments, say } from "./command.ts";
import { readMigrations } from "./database.ts";
import { MIGRATIONS_FOLDER } from "./migrations.ts";
import { directUrl, readVars, VARS_FILE } from "./vars.ts";

const USAGE = `Applies the migrations of drizzle/ that the database doesn't have yet, all or none.

  npm run db:migrate
  npm run db:migrate -- --dry-run

  --dry-run       say which are pending, and change nothing
  --vars FILE     where DATABASE_URL stands, if not in the environment (${VARS_FILE})

The Worker before them runs on with them, so migrate first, then deploy.
`;

const OPTIONS = {
  help: { type: "boolean", short: "h" },
  "dry-run": { type: "boolean" },
  vars: { type: "string", default: VARS_FILE },
} as const;

process.exitCode = await main();

async function main(): Promise<number> {
  const asked = readArguments(OPTIONS, USAGE);
  if (typeof asked === "string") return fail(asked);
  if (asked.help) return say(USAGE);
  const url = readVars(asked.vars, process.env)["DATABASE_URL"];
  if (!url || !URL.canParse(url)) return fail(`DATABASE_URL is ${url ? "no URL" : "not set"}\n\n${USAGE}`);
  const database = directUrl(url);
  try {
    const { applied, pending } = await readMigrations(database);
    say(`${placeOf(database)} has ${applied.length} of ${applied.length + pending.length} migrations`);
    if (pending.length === 0) return 0;
    if (asked["dry-run"]) return say(`pending: ${pending.join(", ")}`);
    await apply(database);
    return say(`applied: ${pending.join(", ")}`);
  } catch (error) {
    return fail(`${placeOf(database)} can't be migrated: ${reasonOf(error)}`);
  }
}

async function apply(url: string): Promise<void> {
  const backend = external(url);
  try {
    await backend.migrate(MIGRATIONS_FOLDER);
  } finally {
    await backend.close();
  }
}
