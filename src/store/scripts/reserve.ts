import { PRELUDE } from "./prelude.ts";
import { TEXTS } from "./texts.ts";

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
// ARGV: 1 epoch, 2 now (ms), 3 lease end (ms), 4 hold id, 5 P, 6 B, 7 want, 8 tight, 9 least (nano-USD), 10 facts (JSON),
//       11 the hold's lines as they are where all of want is granted, in the periods below,
//       then for each policy how its document must begin: epoch and version ("3.17 "),
//       then for each counter: period start (ms), limit ("-": not hard), amount ("-": what is granted)
// A limit of 0 admits nothing, not even an amount of 0.
// Grants the first of want, tight and all that is left (if that is at least least) that every hard budget admits.
// Replies: cold | stale epoch [index, document]… | again state amount lines | late | missing epoch index… |
//          refused [index]… [counter]… ended | lost epoch | ok amount [counter]… ended
//          counter: its packed value as it stands then
//
// The hold's lines are written here only where they aren't as the caller expects.
export const RESERVE = `${TEXTS}
local sub = string.sub
local now, leaseEnd, P, B = ARGV[2], ARGV[3], ARGV[5] + 0, ARGV[6] + 0
local holds = KEYS[#KEYS]
local values = call('MGET', unpack(KEYS, 1, #KEYS - 1))
if not values[1] then return {'cold'} end
local meta = '^(%d+) (%d+) (%d+)( %d+ %d+ %d+ %d+ )(%d+) (%d+)( %d+ %S+)$'
local epoch, n, latest, outbox, sweepAt, births, tail = match(values[1], meta)
if not epoch then epoch, n, latest, outbox, sweepAt, births, tail = match(renewMeta(values[1]), meta) end

local stale = false
for i = 1, P do
  local start = ARGV[11 + i]
  if sub(values[2 + i] or '', 1, #start) ~= start then stale = true end
end
if stale or ARGV[1] ~= epoch then
  ${ADD_STALE}
  local documents = {}
  for i = 1, P do
    -- The caller's epoch may be another; a version counts in this one.
    local have, start = values[2 + i] or '', epoch .. match(ARGV[11 + i], '%..*')
    if sub(have, 1, #start) ~= start then addStale(documents, i, have, epoch) end
  end
  return {'stale', epoch, documents}
end

if values[2] then
  local state, amount, lines = match(values[2], '^(%a) %d+ %d+ %d+ %d+ %d+ (%d+) (%S+) ')
  if not state then error('a hold is malformed') end
  return {'again', state, amount, lines}
end
if leaseEnd - latest <= 0 then return {'late'} end

-- A counter of another epoch doesn't fit, and is as good as missing.
local lead, counter = epoch .. ' ', '^' .. epoch .. ' (%d+) (%d+) (%d+) (%d+)$'
local writes, state = {KEYS[1], '', KEYS[2], ''}, {}
local granted, grant, room, missing, refused, periods = ARGV[7], ARGV[7] + 0
-- As if what is wanted were granted; once more where that is too much.
for pass = 1, 2 do
  for i = 1, B do
    local k, a = 2 + P + i, 9 + P + 3 * i
    local packed, start, limit, amount = values[k], ARGV[a], ARGV[a + 1], ARGV[a + 2]
    local born, period, spent, held = match(packed or '', counter)
    if packed and not born then born, period, spent, held = readRare(packed, epoch) end
    if not born then
      missing = missing or {}
      missing[#missing + 1] = tostring(i)
    else
      if start ~= period and start - period > 0 then
        period, spent, held = start, '0', '0'
        values[k] = lead .. born .. ' ' .. start .. ' 0 0'
      elseif start ~= period then
        periods = periods or {}
        periods[i] = period
      end
      held = held + 0
      local left = limit ~= '-' and limit - spent - held
      if amount == '-' then
        amount = grant
        if left and (not room or left < room) then room = left end
      else
        amount = amount + 0
      end
      if left and (limit == '0' or amount > left) then
        refused = refused or {}
        refused[#refused + 1] = tostring(i)
      end
      packed = lead .. born .. ' ' .. period .. ' ' .. spent .. ' ' .. format(whole, held + amount)
      writes[3 + 2 * i], writes[4 + 2 * i], state[i] = KEYS[k], packed, packed
    end
  end
  if missing then return {'missing', epoch, missing} end
  if pass == 2 or not room or grant <= room then break end
  if ARGV[8] - room <= 0 then
    granted, grant = ARGV[8], ARGV[8] + 0
  elseif ARGV[9] - room <= 0 then
    granted, grant = format(whole, room), room
  else
    granted, grant = ARGV[9], ARGV[9] + 0
  end
  refused = nil
end
if refused then
  state = {unpack(values, 3 + P, 2 + P + B)}
  return {'refused', refused, state, call('ZRANGEBYSCORE', holds, '-inf', now, 'LIMIT', 0, ${ENDED_BATCH})}
end

if call('ZADD', holds, 'NX', leaseEnd, ARGV[4]) == 0 then return {'lost', epoch} end
local ended = {}
if now - sweepAt >= 0 then
  ended = call('ZRANGEBYSCORE', holds, '-inf', now, 'LIMIT', 0, ${ENDED_BATCH})
  sweepAt = format(whole, now + (#ended < ${ENDED_BATCH} and ${SWEEP_INTERVAL_MS} or ${SWEEP_AGAIN_MS}))
end
if now - latest > 0 then latest = now end
local lines = ARGV[11]
if periods or granted ~= ARGV[7] then
  local i = 0
  lines = string.gsub(lines, '([^,;]+),([^,;]+),([^,;]+)(,%a)', function(name, period, amount, last)
    i = i + 1
    if ARGV[11 + P + 3 * i] == '-' then amount = granted end
    return name .. ',' .. (periods and periods[i] or period) .. ',' .. amount .. last
  end)
end
writes[2] = epoch .. ' ' .. n .. ' ' .. latest .. outbox .. sweepAt .. ' ' .. births .. tail
writes[4] = 'h ' .. epoch .. ' ' .. births .. ' ' .. leaseEnd .. ' 0 0 ' .. granted .. ' ' .. lines .. ' ' .. ARGV[10]
call('MSET', unpack(writes))
return {'ok', granted, state, ended}
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
