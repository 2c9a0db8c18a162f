import { OUTBOX_BATCH } from "./prelude.ts";

/** How long a drain may take before another Worker may begin one, in milliseconds. */
export const DRAIN_LEASE_MS = 5_000;

// Takes the drain, and reads the outbox's head with the meta value as it is then. Goes after the prelude. The caller
// writes the meta value.
export const TAKE_HEAD = `
local function takeHead(m, outbox, now)
  m.drainUntil = now + ${DRAIN_LEASE_MS}
  local entries = redis.call('LRANGE', outbox, 0, ${OUTBOX_BATCH - 1})
  local length = #entries
  if length == ${OUTBOX_BATCH} then length = redis.call('LLEN', outbox) end
  return {int(m.epoch), m.tag, int(m.out), int(length), entries}
end
`;
