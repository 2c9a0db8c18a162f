// What can be said of a database and its errors without telling a password. Pure.

/** Host and database. */
export function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** drizzle wraps what Postgres says, and Node wraps refused connections with an empty message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return `${error.message} (${reasonOf(error.cause)})`;
  return error.message === "" && "code" in error ? String(error.code) : error.message;
}
