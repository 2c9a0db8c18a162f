import { TAKE_HEAD } from "./head.ts";
import { LINE_OF } from "./line-of.ts";
import { INT } from "./prelude.ts";
import { TEXTS } from "./texts.ts";

// Replaces a hold by what the call really cost, or gives it back (laws 4, 5, 6, 12).
// Invariant: a hold has one outcome, and the sum of its entries is what it cost.
//
// KEYS: 1 meta, 2 hold, 3 outbox, 4 the holds by lease end, then B counters
// ARGV: 1 mode (settle | release | void), 2 hold id, 3 now (ms), 4 lease (ms), 5 nonce, 6 amount (nano-USD),
//       7 facts (JSON), 8 booked amount (nano-USD) or "-" where Postgres wasn't asked, 9 epoch in which it was asked,
//       10 meta's now when it was asked (ms), 11 drain too (1|0), 12 B,
//       then for each counter: name, period start (ms), actual, booked
// Amount and actuals count in settle only: release and void are zero in every respect.
// release gives back what is held; what lapsed or was booked is taken back by an entry. void takes a lapse's charge
// back, and leaves the hold open to a settle that may still come.
// Replies: cold | lost epoch | unknown epoch now | not_lapsed state |
//          ok state sequenceEpoch sequenceN [head], head = epoch tag out length entry…; a sequence of 0 0 means no entry
export const SETTLE = `${TEXTS}
local mode, id, now, B = ARGV[1], ARGV[2], ARGV[3], ARGV[12] + 0
local outbox, holds = KEYS[3], KEYS[4]
local values = call('MGET', KEYS[1], KEYS[2], unpack(KEYS, 5, 4 + B))
if not values[1] then return {'cold'} end
local meta = '^(%d+) (%d+) (%d+) (%d+)( %d+ %d+ )(%d+)( %d+ )(%d+)( %d+ )(%S+)$'
local epoch, n, latest, out, trimmed, drainUntil, sweepAt, births, trimCount, tag = match(values[1], meta)
if not epoch then
  epoch, n, latest, out, trimmed, drainUntil, sweepAt, births, trimCount, tag = match(renewMeta(values[1]), meta)
end
local state, granted, lines, leaseEnd, knows, seqEpoch, seqN
if values[2] then
  local ofEpoch
  state, ofEpoch, knows, leaseEnd, seqEpoch, seqN, granted, lines =
    match(values[2], '^(%a) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%S+) ')
  if not state then error('a hold is malformed') end
  -- One of an earlier epoch is as good as none.
  if ofEpoch ~= epoch then state = nil end
end

if state == 's' or state == 'r' then
  if mode == 'void' then return {'not_lapsed', state} end
  return {'ok', state, seqEpoch, seqN, {}}
end
-- Voided already: its entry may still be on its way to Postgres, so the caller needs its sequence.
if mode == 'void' and state == 'v' then return {'ok', 'v', seqEpoch, seqN, {}} end
if not values[2] and call('ZSCORE', holds, id) then return {'lost', epoch} end
local booked = ARGV[8] ~= '-' and ARGV[9] == epoch and latest + 0 < ARGV[10] + ARGV[4] and ARGV[8]
if not state and not booked then return {'unknown', epoch, latest} end
if mode == 'void' and state and state ~= 'l' then return {'not_lapsed', state} end

if not state then granted, lines = '0', '-' end
local charged = not state and booked or '0'
if state == 'l' and (lines == '-' or string.find(lines .. ';', ',c;', 1, true)) then charged = granted end
local amount = mode == 'settle' and ARGV[6] or '0'
-- Given back with no entry: nothing of this hold was ever booked, in no unit.
local silent = mode == 'release' and (state == 'h' or (not state and charged == '0'))
if silent and not state then
  for i = 1, B do silent = silent and ARGV[12 + 4 * i] == '0' end
end

-- A counter of another epoch doesn't fit, and is as good as missing.
local lead, counter = epoch .. ' ', '^' .. epoch .. ' (%d+) (%d+) (%d+) (%d+)$'
local writes, entry = {}, {''}
${LINE_OF}
for i = 1, B do
  local a = 9 + 4 * i
  local name, period, actual, prior, packed = ARGV[a], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], values[2 + i]
  if mode ~= 'settle' then actual = '0' end
  local ofLine, aside, onLapse = lineOf(name)
  if state then prior = '0' end
  if ofLine then
    period = ofLine
    if state == 'l' and onLapse == 'c' then prior = aside end
  end
  local delta = prior == '0' and actual or format(whole, actual - prior)
  local born, since, spent, held = match(packed or '', counter)
  if packed and not born then born, since, spent, held = readRare(packed, epoch) end
  if born then
    if period ~= since and period - since > 0 then since, spent, held = period, '0', '0' end
    if period == since then
      if delta ~= '0' then spent = format(whole, spent + delta) end
      -- Made after the hold was, or made anew, the counter holds nothing of it.
      if state == 'h' and ofLine and knows - born >= 0 then held = format(whole, held - aside) end
      writes[#writes + 1] = KEYS[4 + i]
      writes[#writes + 1] = lead .. born .. ' ' .. since .. ' ' .. spent .. ' ' .. held
    end
  end
  entry[1 + i] = (i > 1 and ';' or '') .. name .. ',' .. period .. ',' .. actual .. ',' .. delta
end

-- A line that the caller left out would stay held for ever.
if rest and next(rest) or not rest and take() then error('the settle lacks a line of its hold') end

if not state then
  leaseEnd = format(whole, (now - latest > 0 and now or latest) + ARGV[4])
  call('ZADD', holds, leaseEnd, id)
end
local after, kept, head = mode == 'void' and 'v' or 's', '- -', {}
seqEpoch, seqN = '0', '0'
if silent then
  after = 'r'
else
  n, out = format(whole, n + 1), format(whole, out + 1)
  seqEpoch, seqN = epoch, n
  if mode == 'void' and state then kept = match(values[2], '^%a %d+ %d+ %d+ %d+ %d+ %d+ (.*)$') end
  local entryId = id .. '.' .. after
  local delta = charged == '0' and amount or format(whole, amount - charged)
  entry[1] = epoch .. '.' .. n .. '/' .. entryId .. '/' .. delta .. '/' .. ARGV[5] .. ' ' .. entryId .. ' ' .. after .. ' ' ..
    amount .. ' ' .. delta .. ' ' .. now .. (B > 0 and ' ' or ' -')
  entry[2 + B] = ' '
  entry[3 + B] = ARGV[7]
  call('RPUSH', outbox, table.concat(entry))
  if ARGV[11] == '1' and drainUntil - now <= 0 then
    ${INT}${TAKE_HEAD}
    local m = {epoch = epoch + 0, tag = tag, out = out + 0}
    head = takeHead(m, outbox, now + 0)
    drainUntil = format(whole, m.drainUntil)
  end
end
writes[#writes + 1] = KEYS[1]
writes[#writes + 1] = epoch .. ' ' .. n .. ' ' .. latest .. ' ' .. out .. trimmed .. drainUntil .. sweepAt .. births ..
  trimCount .. tag
writes[#writes + 1] = KEYS[2]
writes[#writes + 1] = after .. ' ' .. epoch .. ' ' .. births .. ' ' .. leaseEnd .. ' ' .. seqEpoch .. ' ' .. seqN .. ' ' ..
  granted .. ' ' .. kept
call('MSET', unpack(writes))
return {'ok', after, seqEpoch, seqN, head}
`;
