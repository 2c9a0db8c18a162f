import { PRELUDE } from "./prelude.ts";

/** Between two looks for ended leases on the way of admitted calls, in milliseconds. */
export const SWEEP_INTERVAL_MS = 30_000;
/** The same after a look that found more than one reply names. */
export const SWEEP_AGAIN_MS = 1_000;
/** Ended leases that one reply names at most. */
export const ENDED_BATCH = 64;

// A document that isn't what the caller used, "" where there is none: a claim, or one of an earlier epoch, is none.
const ADD_STALE = `
local function addStale(stale, i, have, epoch)
  stale[#stale + 1] = tostring(i)
  stale[#stale + 1] = string.sub(have, 1, #epoch + 1) == epoch .. '.' and have or ''
end
`;

// Sets an amount aside in every budget of a call, all or none (laws 2, 3, 5, 7, 9, 10).
// Invariant: held of a counter is the sum of the live holds in its period that are younger than it.
//
// KEYS: 1 meta, 2 hold, then P policies, then B counters, last the holds by lease end
// ARGV: 1 epoch, 2 now (ms), 3 lease (ms), 4 hold id, 5 P, 6 B, 7 want, 8 tight, 9 least (nano-USD), 10 facts (JSON),
//       then P versions, then for each counter: name, period start (ms), limit, hard (1|0),
//       amount ("usd": what is granted; else a number), on lapse (c|r)
// A limit of 0 admits nothing, not even an amount of 0.
// Grants the first of want, tight and all that is left (if that is at least least) that every hard budget admits.
// Replies: cold | stale epoch [index, document]… | again state amount lines | late | missing epoch index… |
//          refused [index]… [period, spent, held]… ended | lost epoch | ok amount [period, spent, held]… ended
export const RESERVE = `${PRELUDE}${ADD_STALE}
local now, lease, P, B = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[5]), tonumber(ARGV[6])
local holds = KEYS[#KEYS]
local values = redis.call('MGET', unpack(KEYS, 1, #KEYS - 1))
local m = readMeta(values[1])
if not m then return {'cold'} end

local stale, epoch = {}, int(m.epoch)
for i = 1, P do
  local have, start = values[2 + i] or '', epoch .. '.' .. ARGV[10 + i] .. ' '
  if string.sub(have, 1, #start) ~= start then addStale(stale, i, have, epoch) end
end
if #stale > 0 or ARGV[1] ~= epoch then return {'stale', epoch, stale} end

local before = readHold(values[2])
if before then return {'again', before.state, int(before.amount), before.lines} end
if now + lease <= m.now then return {'late'} end

local missing, counters, room = {}, {}, nil
for i = 1, B do
  local a = 10 + P + 6 * (i - 1)
  local c = readCounter(values[2 + P + i])
  if not c or c.epoch ~= m.epoch then
    missing[#missing + 1] = tostring(i)
  else
    local start = tonumber(ARGV[a + 2])
    if start > c.period then c.period, c.spent, c.held = start, 0, 0 end
    c.name, c.limit, c.hard, c.amount, c.onLapse = ARGV[a + 1], tonumber(ARGV[a + 3]), ARGV[a + 4] == '1', tonumber(ARGV[a + 5]), ARGV[a + 6]
    if c.hard and not c.amount then
      local left = c.limit - c.spent - c.held
      if not room or left < room then room = left end
    end
    counters[i] = c
  end
end
if #missing > 0 then return {'missing', int(m.epoch), missing} end

local want, tight, least = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local grant = want
if room and want > room then
  if tight <= room then grant = tight elseif least <= room then grant = room else grant = nil end
end
local refused, state = {}, {}
for i = 1, B do
  local c = counters[i]
  state[i] = {int(c.period), int(c.spent), int(c.held)}
  if c.hard and (c.limit == 0 or c.spent + c.held + (c.amount or grant or least) > c.limit) then
    refused[#refused + 1] = tostring(i)
  end
end
if #refused > 0 then
  return {'refused', refused, state, redis.call('ZRANGEBYSCORE', holds, '-inf', ARGV[2], 'LIMIT', 0, ${ENDED_BATCH})}
end

if redis.call('ZADD', holds, 'NX', int(now + lease), ARGV[4]) == 0 then return {'lost', int(m.epoch)} end
local writes, lines = {}, {}
for i = 1, B do
  local c = counters[i]
  local amount = c.amount or grant
  c.held = c.held + amount
  writes[#writes + 1] = KEYS[2 + P + i]
  writes[#writes + 1] = writeCounter(c)
  lines[i] = c.name .. ',' .. int(c.period) .. ',' .. int(amount) .. ',' .. c.onLapse
  state[i] = {int(c.period), int(c.spent), int(c.held)}
end
local ended = {}
if now >= m.sweepAt then
  ended = redis.call('ZRANGEBYSCORE', holds, '-inf', ARGV[2], 'LIMIT', 0, ${ENDED_BATCH})
  m.sweepAt = now + (#ended < ${ENDED_BATCH} and ${SWEEP_INTERVAL_MS} or ${SWEEP_AGAIN_MS})
end
if now > m.now then m.now = now end
writes[#writes + 1] = KEYS[1]
writes[#writes + 1] = writeMeta(m)
writes[#writes + 1] = KEYS[2]
writes[#writes + 1] = writeHold({state = 'h', epoch = m.epoch, n = m.n, leaseEnd = now + lease, seqEpoch = 0, seqN = 0,
  amount = grant, lines = B > 0 and table.concat(lines, ';') or '-', facts = ARGV[10]})
redis.call('MSET', unpack(writes))
return {'ok', int(grant), state, ended}
`;

// Compares the versions of policies with what Redis holds, for calls that reserve nothing (law 10).
//
// KEYS: 1 meta, then P policies     ARGV: P versions
// Replies: cold | stale epoch [index, document]… | ok
export const CONFIRM = `${PRELUDE}${ADD_STALE}
local values = redis.call('MGET', unpack(KEYS))
local m = readMeta(values[1])
if not m then return {'cold'} end
local stale, epoch = {}, int(m.epoch)
for i = 1, #ARGV do
  local have, start = values[1 + i] or '', epoch .. '.' .. ARGV[i] .. ' '
  if string.sub(have, 1, #start) ~= start then addStale(stale, i, have, epoch) end
end
if #stale > 0 then return {'stale', epoch, stale} end
return {'ok'}
`;
