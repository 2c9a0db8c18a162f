import { TAKE_HEAD } from "./head.ts";
import { PRELUDE } from "./prelude.ts";

// Takes the drain, if it is free, and reads the outbox's head.
//
// KEYS: 1 meta, 2 outbox, 3 the hold whose entry the caller waits for
// ARGV: 1 now (ms), 2 even if another Worker drains (1|0), 3 and 4 the awaited entry's sequence: epoch and n,
//       or 0 0, 5 the state that its hold took with it
// Replies: cold | done (the awaited entry was drained and trimmed) | busy | head [epoch tag out length entry…]
export const DRAIN = `${PRELUDE}${TAKE_HEAD}
local values = redis.call('MGET', KEYS[1], KEYS[3])
local m = readMeta(values[1])
if not m then return {'cold'} end
local now, e, n = tonumber(ARGV[1]), tonumber(ARGV[3]), tonumber(ARGV[4])
local hold = readHold(values[2])
-- The same sequence may have been given out twice, before and after a loss of memory: the hold must bear it too, and
-- for the same outcome.
if n > 0 and m.epoch == e and m.trimEpoch == e and m.trimN >= n and hold and hold.seqEpoch == e and hold.seqN == n
  and hold.state == ARGV[5] then
  return {'done'}
end
if m.drainUntil > now and ARGV[2] ~= '1' then return {'busy'} end
local head = takeHead(m, KEYS[2], now)
redis.call('SET', KEYS[1], writeMeta(m))
return {'head', head}
`;

// Removes the entries that a drain booked: exactly those, from the head, as far as they stand there in this order.
//
// KEYS: 1 meta, 2 outbox
// ARGV: 1 until when the caller has the drain (ms): no other's is freed, or "-" to free whosever it is,
//       2 how many entries the ledger had with them, then the tags of the booked entries, in their order
// Replies: cold | ok removed left
export const TRIM = `${PRELUDE}
local m = readMeta(redis.call('GET', KEYS[1]))
if not m then return {'cold'} end
local booked = {}
for i = 3, #ARGV do booked[ARGV[i]] = true end
local popped = redis.call('LPOP', KEYS[2], #ARGV - 2) or {}
local removed, last = 0, nil
for i = 1, #popped do
  local tag = string.match(popped[i], '^%S+')
  if not booked[tag] then break end
  removed, last = i, tag
end
if removed < #popped then
  local back = {}
  for i = #popped, removed + 1, -1 do back[#back + 1] = popped[i] end
  redis.call('LPUSH', KEYS[2], unpack(back))
end
if last then
  local e, n = string.match(last, '^(%d+)%.(%d+)/')
  e, n = tonumber(e), tonumber(n)
  if e > m.trimEpoch or (e == m.trimEpoch and n > m.trimN) then m.trimEpoch, m.trimN, m.tag = e, n, last end
  m.trimCount = math.max(m.trimCount, tonumber(ARGV[2]))
end
m.out = math.max(0, m.out - removed)
if ARGV[1] == '-' or ARGV[1] == int(m.drainUntil) then m.drainUntil = 0 end
redis.call('SET', KEYS[1], writeMeta(m))
return {'ok', int(removed), int(m.out)}
`;
