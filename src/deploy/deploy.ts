// `npm run deploy`: deploys once nothing that would make every call fail is left to do.

import { existsSync } from "node:fs";
import { reasonOf } from "../local/postgres/explain.ts";
import { fail, readArguments, say } from "./command.ts";
import { MAX_BUNDLE_BYTES, weighBundle } from "./bundle.ts";
import { readMigrations } from "./database.ts";
import { deployedSecrets, missingSecrets } from "./secrets.ts";
import { directUrl, readVars, VARS_FILE } from "./vars.ts";
import { type RunWrangler, runWrangler } from "./wrangler.ts";

const USAGE = `Checks secrets, migrations and the bundle's size, then uploads the Worker.

  npm run deploy
  npm run deploy -- --dry-run

  --dry-run       check only
  --vars FILE     secrets to upload, and where DATABASE_URL stands, if not in the environment (${VARS_FILE}); it needn't exist
                  where the Worker has its secrets already
`;
const OPTIONS = {
  help: { type: "boolean", short: "h" },
  "dry-run": { type: "boolean" },
  vars: { type: "string", default: VARS_FILE },
} as const;

process.exitCode = await main(runWrangler);

async function main(wrangler: RunWrangler): Promise<number> {
  const asked = readArguments(OPTIONS, USAGE);
  if (typeof asked === "string") return fail(asked);
  if (asked.help) return say(USAGE);

  for (const step of [
    () => checkMigrations(asked.vars),
    () => checkSecrets(wrangler, asked.vars),
    () => checkBundle(wrangler),
  ]) {
    const { problem, says } = await step();
    if (problem !== undefined) return fail(problem);
    console.log(says);
  }
  if (asked["dry-run"]) return 0;
  const secrets = existsSync(asked.vars) ? ["--secrets-file", asked.vars] : [];
  return (await wrangler(["deploy", ...secrets], { shown: true })).code;
}

type Checked = { says: string; problem?: undefined } | { problem: string; says?: undefined };

async function checkMigrations(file: string): Promise<Checked> {
  const url = readVars(file, process.env)["DATABASE_URL"];
  if (!url || !URL.canParse(url))
    return {
      problem: `Migrations can't be checked: DATABASE_URL is neither in the environment nor in ${file}`,
    };
  try {
    const { applied, pending } = await readMigrations(directUrl(url));
    if (pending.length === 0) return { says: `The database has all ${applied.length} migrations` };
    return { problem: `The database lacks ${pending.join(", ")}: npm run db:migrate` };
  } catch (error) {
    return { problem: `The database can't be asked for its migrations: ${reasonOf(error)}` };
  }
}

async function checkSecrets(wrangler: RunWrangler, file: string): Promise<Checked> {
  const deployed = await deployedSecrets(wrangler);
  if ("problem" in deployed) return { problem: `The Worker's secrets can't be listed: ${deployed.problem}` };
  const uploading = readVars(file, {});
  const missing = missingSecrets(deployed.names, uploading);
  if (missing.length > 0) return { problem: `Not set: ${missing.join(", ")}. Put them in ${file}` };
  return { says: `Secrets: ${deployed.names.length} deployed, ${Object.keys(uploading).length} to upload` };
}

async function checkBundle(wrangler: RunWrangler): Promise<Checked> {
  const weighed = await weighBundle(wrangler);
  if ("problem" in weighed) return { problem: `The Worker can't be built: ${weighed.problem}` };
  const says = `The bundle has ${Math.ceil(weighed.bytes / 1_024)} of ${MAX_BUNDLE_BYTES / 1_024} KB, gzipped`;
  return weighed.bytes <= MAX_BUNDLE_BYTES ? { says } : { problem: says };
}
