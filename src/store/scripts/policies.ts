import { PRELUDE } from "./prelude.ts";

// Policy documents on their way from Postgres to Redis (law 10). At a document's key stands
//
//   the document     epoch.version JSON      one of an earlier epoch counts as missing
//   a claim          ?epoch.number.nonce     somebody reads it in Postgres; for a reserve it is missing
//
// Invariant: where a document of the epoch in force stands, no later version of it was answered. Redis may lose the
// document at any moment, and what was read before a change may come any time after it. So who reads claims first, and
// puts only while that claim stands, or a document that is no newer: neither a document nor another's claim was in its
// place since, hence no change either. No claim ever stands twice, because Redis itself numbers them: a copy of a claim
// that comes late makes another one. Readers share the claim that stands, so none keeps the others back, nor does one
// that died; it ends by itself.

/** How long a claim stands at most, in milliseconds: longer than the reads and the sends of one round. */
export const CLAIM_TTL_MS = 30_000;

// Says what stands, and claims the document where there is none. To be run before Postgres is read.
//
// KEYS: 1 meta, 2 document, 3 number of the last claim     ARGV: 1 nonce
// Replies: cold | stands epoch document | claimed epoch claim
export const CLAIM_POLICY = `${PRELUDE}
local values = redis.call('MGET', KEYS[1], KEYS[2])
local m, have = readMeta(values[1]), values[2] or ''
if not m then return {'cold'} end
local epoch = int(m.epoch)
if string.sub(have, 1, #epoch + 1) == epoch .. '.' then return {'stands', epoch, have} end
if string.sub(have, 1, #epoch + 2) == '?' .. epoch .. '.' then return {'claimed', epoch, have} end
local claim = '?' .. epoch .. '.' .. int(redis.call('INCR', KEYS[3])) .. '.' .. ARGV[1]
redis.call('SET', KEYS[2], claim, 'PX', ${CLAIM_TTL_MS})
return {'claimed', epoch, claim}
`;

// Puts a document that was read after the claim, unless a newer one stands. It ends at a moment counted from when it
// was read.
//
// KEYS: 1 meta, 2 document
// ARGV: 1 epoch of the claim, 2 version, 3 JSON, 4 when it ends (ms), 5 the claim, or "-" where a document stood
// Replies: again (claim, and read it anew) | stands document
export const PUT_POLICY = `${PRELUDE}
local values = redis.call('MGET', KEYS[1], KEYS[2])
local m, have = readMeta(values[1]), values[2] or ''
if not m or ARGV[1] ~= int(m.epoch) then return {'again'} end
local epoch, version = string.match(have, '^(%d+)%.(%d+) ')
if epoch == ARGV[1] then
  if tonumber(version) > tonumber(ARGV[2]) then return {'stands', have} end
elseif have ~= ARGV[5] then
  return {'again'}
end
local document = ARGV[1] .. '.' .. ARGV[2] .. ' ' .. ARGV[3]
redis.call('SET', KEYS[2], document, 'PXAT', ARGV[4])
return {'stands', document}
`;
