import { join } from "node:path";
import { type Backend, migrate } from "./postgres/backend.ts";
import { embedded } from "./postgres/embedded.ts";
import { placeOf, reasonOf } from "./postgres/explain.ts";
import { external } from "./postgres/external.ts";
import { type Fault, servePostgres } from "./postgres/serve.ts";
import type { PostgresChoice } from "./settings.ts";
import { StackError } from "./stack-error.ts";
import type { Teardown } from "./teardown.ts";

const MIGRATIONS = join(import.meta.dirname, "../../drizzle");

export type LocalPostgres = {
  about: string;
  /** What `neon()` takes, and where it is spoken, if not at the database's own host. */
  url: string;
  httpUrl: string | undefined;
  fault(mode: Fault | undefined): void;
};

type Place = { dir: string | undefined; from?: Blob | undefined };
type Options = Place & { choice: PostgresChoice; password: string; teardown: Teardown };

/** Opens, migrates and serves the database. One that was given is left as it is: `npm run db:migrate` is the operator's. */
export async function startPostgres({
  choice,
  dir,
  from,
  password,
  teardown,
}: Options): Promise<LocalPostgres> {
  if (choice.kind === "given") {
    return {
      about: "DATABASE_URL, as given",
      url: choice.url,
      httpUrl: choice.httpUrl,
      fault: () => undefined,
    };
  }
  const backend = choice.kind === "embedded" ? await openEmbedded({ dir, from }) : external(choice.url);
  teardown.add(() => backend.close());
  await migrateOrExplain(backend, choice);
  const bridge = await servePostgres({ backend, password });
  teardown.add(() => bridge.close());
  const about =
    choice.kind === "url" ? `a Postgres server at ${placeOf(choice.url)}` : `embedded in ${dir ?? "memory"}`;
  return { about, url: bridge.databaseUrl, httpUrl: bridge.url, fault: (mode) => bridge.fault(mode) };
}

async function openEmbedded({ dir, from }: Place): Promise<Backend> {
  try {
    return await embedded({ dir, from });
  } catch (error) {
    throw new StackError(`The embedded Postgres can't open ${dir ?? "its memory"}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

async function migrateOrExplain(backend: Backend, choice: PostgresChoice): Promise<void> {
  try {
    await migrate(backend, MIGRATIONS);
  } catch (error) {
    const place =
      choice.kind === "url" ? `LOCAL_POSTGRES at ${placeOf(choice.url)}` : "The embedded Postgres";
    throw new StackError(`${place} can't be migrated: ${reasonOf(error)}`, { cause: error });
  }
}
