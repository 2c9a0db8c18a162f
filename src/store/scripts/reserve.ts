import { FLAGS, PRELUDE } from "./prelude.ts";

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
//       then P versions, each with the space that follows it in its document,
//       then for each counter: period start (ms), limit ("-": not hard), amount and on lapse (c|r) as they stand in the
//       hold's line ("1,c"), or on lapse alone where the amount is what is granted
// A limit of 0 admits nothing, not even an amount of 0.
// Grants the first of want, tight and all that is left (if that is at least least) that every hard budget admits.
// Replies: cold | stale epoch [index, document]… | again state amount lines | late | missing epoch index… |
//          refused [index]… [counter]… ended | lost epoch | ok amount [counter]… ended
//          counter: its packed value as it stands then
//
// It runs before every call, so it makes as few texts of its own as it can: what stays is copied as it stands, numbers
// are read by the arithmetic itself, and only what is held is written anew.
export const RESERVE = `${FLAGS}${ADD_STALE}
local call, match, sub, format = redis.call, string.match, string.sub, string.format
local now, leaseEnd, P, B = ARGV[2], ARGV[3], ARGV[5] + 0, ARGV[6] + 0
local holds = KEYS[#KEYS]
local values = call('MGET', unpack(KEYS, 1, #KEYS - 1))
if not values[1] then return {'cold'} end
local epoch, n, latest, outbox, sweepAt, births, tail =
  match(values[1], '^(%d+) (%d+) (%d+)( %d+ %d+ %d+ %d+ )(%d+) (%d+)( %d+ %S+)$')
if not epoch then
  -- As the version before wrote it: see the prelude.
  epoch, n, latest, outbox, sweepAt, tail = match(values[1], '^(%d+) (%d+) (%d+)( %d+ %d+ %d+ %d+ )(%d+)( %S+)$')
  if not epoch then error('meta is malformed') end
  births, tail = n, ' 0' .. tail
end

local stale
local dot = epoch .. '.'
for i = 1, P do
  local have, start = values[2 + i], dot .. ARGV[10 + i]
  if not have or sub(have, 1, #start) ~= start then
    stale = stale or {}
    addStale(stale, i, have or '', epoch)
  end
end
if stale or ARGV[1] ~= epoch then return {'stale', epoch, stale or {}} end

if values[2] then
  local state, amount, lines = match(values[2], '^(%a) %d+ %d+ %d+ %d+ %d+ (%d+) (%S+) ')
  if not state then error('a hold is malformed') end
  return {'again', state, amount, lines}
end
if leaseEnd - latest <= 0 then return {'late'} end

-- A counter of another epoch doesn't fit, and is as good as missing.
local counter = '^(' .. epoch .. ' %d+ (%-?%d+) (%-?%d+) )(%-?%d+)$'
local nameAt = #KEYS[1] - #'meta' + #'budget:' + 1
local writes, state, hold = {KEYS[1], '', KEYS[2], ''}, {}, {}
local granted, grant, room, missing, refused = ARGV[7], ARGV[7] + 0
-- As if what is wanted were granted; once more where that is too much.
for pass = 1, 2 do
  for i = 1, B do
    local k, a = 2 + P + i, 8 + P + 3 * i
    local packed, start, limit, rest = values[k], ARGV[a], ARGV[a + 1], ARGV[a + 2]
    local head, period, spent, held = match(packed or '', counter)
    if not head then
      if packed and not match(packed, '^%d+ %d+ %-?%d+ %-?%d+ %-?%d+$') then error('a counter is malformed') end
      missing = missing or {}
      missing[#missing + 1] = tostring(i)
    else
      if start ~= period and start - period > 0 then
        values[k] = match(packed, '^%d+ %d+ ') .. start .. ' 0 0'
        head, period, spent, held = match(values[k], counter)
      end
      local left, amount = limit ~= '-' and limit - spent - held, grant
      if rest == 'c' or rest == 'r' then
        rest = granted .. ',' .. rest
        if left and (not room or left < room) then room = left end
      else
        amount = match(rest, '^%d+') + 0
      end
      if left and (limit == '0' or amount > left) then
        refused = refused or {}
        refused[#refused + 1] = tostring(i)
      end
      packed = format('%s%.0f', head, held + amount)
      writes[3 + 2 * i], writes[4 + 2 * i], state[i] = KEYS[k], packed, packed
      hold[1 + i] = (i > 1 and ';' or '') .. sub(KEYS[k], nameAt) .. ',' .. period .. ',' .. rest
    end
  end
  if missing then return {'missing', epoch, missing} end
  if pass == 2 or not room or grant <= room then break end
  if ARGV[8] - room <= 0 then
    granted, grant = ARGV[8], ARGV[8] + 0
  elseif ARGV[9] - room <= 0 then
    granted, grant = format('%.0f', room), room
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
  sweepAt = format('%.0f', now + (#ended < ${ENDED_BATCH} and ${SWEEP_INTERVAL_MS} or ${SWEEP_AGAIN_MS}))
end
if now - latest > 0 then latest = now end
writes[2] = epoch .. ' ' .. n .. ' ' .. latest .. outbox .. sweepAt .. ' ' .. births .. tail
hold[1] = 'h ' .. epoch .. ' ' .. births .. ' ' .. leaseEnd .. ' 0 0 ' .. granted .. (B > 0 and ' ' or ' -')
hold[2 + B] = ' ' .. ARGV[10]
writes[4] = table.concat(hold)
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
