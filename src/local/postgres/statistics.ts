// PGlite has no autovacuum, so nobody gathers statistics. Plans that a function's statements got while the tables were empty
// would then stay for the session, and read a whole organization's ledger for each entry that is booked.

const FIRST_AFTER = 32;

/** Call what it returns after each statement: it gathers statistics after the 32nd, the 64th, and so on. */
export function gatherStatistics(analyze: () => Promise<unknown>): () => Promise<void> {
  let statements = 0;
  let next = FIRST_AFTER;
  return async () => {
    statements += 1;
    if (statements < next) return;
    next *= 2;
    await analyze();
  };
}
