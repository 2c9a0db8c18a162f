import { TAKE_HEAD } from "./head.ts";
import { PRELUDE } from "./prelude.ts";

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
export const SETTLE = `${PRELUDE}${TAKE_HEAD}
local mode, id, now, lease, B = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[12])
local outbox, holds = KEYS[3], KEYS[4]
local get = {KEYS[1], KEYS[2]}
for i = 1, B do get[2 + i] = KEYS[4 + i] end
local values = redis.call('MGET', unpack(get))
local m = readMeta(values[1])
if not m then return {'cold'} end
local stored = readHold(values[2])
local hold = stored
if hold and hold.epoch ~= m.epoch then hold = nil end

if hold and (hold.state == 's' or hold.state == 'r') then
  if mode == 'void' then return {'not_lapsed', hold.state} end
  return {'ok', hold.state, int(hold.seqEpoch), int(hold.seqN), {}}
end
-- Voided already: its entry may still be on its way to Postgres, so the caller needs its sequence.
if mode == 'void' and hold and hold.state == 'v' then return {'ok', 'v', int(hold.seqEpoch), int(hold.seqN), {}} end
if not stored and redis.call('ZSCORE', holds, id) then return {'lost', int(m.epoch)} end
local booked = ARGV[8] ~= '-' and ARGV[9] == int(m.epoch) and m.now < tonumber(ARGV[10]) + lease and tonumber(ARGV[8]) or nil
if not hold and not booked then return {'unknown', int(m.epoch), int(m.now)} end
if mode == 'void' and hold and hold.state ~= 'l' then return {'not_lapsed', hold.state} end

local lines = hold and readLines(hold.lines) or {}
local known = {}
for i = 1, #lines do known[lines[i].name] = lines[i] end
local writes, parts = {}, {}
local charged = booked or 0
if hold then charged = 0 end
if hold and hold.state == 'l' then
  charged = #lines == 0 and hold.amount or 0
  for i = 1, #lines do if lines[i].last == 'c' then charged = hold.amount end end
end
local amount = mode == 'settle' and tonumber(ARGV[6]) or 0
-- Given back with no entry: nothing of this hold was ever booked, in no unit.
local silent = mode == 'release' and (hold and hold.state == 'h' or (not hold and charged == 0))
if silent and not hold then
  for i = 1, B do silent = silent and tonumber(ARGV[16 + 4 * (i - 1)]) == 0 end
end

for i = 1, B do
  local a = 12 + 4 * (i - 1)
  local name, period, actual, prior = ARGV[a + 1], tonumber(ARGV[a + 2]), tonumber(ARGV[a + 3]), tonumber(ARGV[a + 4])
  if mode ~= 'settle' then actual = 0 end
  local line = known[name]
  if hold then
    prior = 0
    if line then
      period = line.period
      if hold.state == 'l' and line.last == 'c' then prior = line.amount end
    end
  end
  local delta = actual - prior
  local c = readCounter(values[2 + i])
  if c and c.epoch == m.epoch then
    if period > c.period then c.period, c.spent, c.held = period, 0, 0 end
    if period == c.period then
      c.spent = c.spent + delta
      if line and hold.state == 'h' and knowsHold(c, hold) then c.held = c.held - line.amount end
      writes[#writes + 1] = KEYS[4 + i]
      writes[#writes + 1] = writeCounter(c)
    end
  end
  known[name] = nil
  parts[i] = name .. ',' .. int(period) .. ',' .. int(actual) .. ',' .. int(delta)
end

-- A line that the caller left out would stay held for ever.
if next(known) then error('the settle lacks a line of its hold') end

local leaseEnd = hold and hold.leaseEnd or math.max(now, m.now) + lease
if not hold then redis.call('ZADD', holds, int(leaseEnd), id) end
local after = {state = silent and 'r' or mode == 'void' and 'v' or 's', epoch = m.epoch, births = m.births, leaseEnd = leaseEnd,
  seqEpoch = 0, seqN = 0, amount = hold and hold.amount or 0, lines = '-', facts = '-'}
local head = {}
if not silent then
  m.n = m.n + 1
  m.out = m.out + 1
  after.seqEpoch, after.seqN = m.epoch, m.n
  if mode == 'void' then after.lines, after.facts = hold and hold.lines or '-', hold and hold.facts or '-' end
  local entryId = id .. (mode == 'void' and '.v' or '.s')
  local delta = amount - charged
  local tag = int(m.epoch) .. '.' .. int(m.n) .. '/' .. entryId .. '/' .. int(delta) .. '/' .. ARGV[5]
  redis.call('RPUSH', outbox, table.concat({tag, entryId, mode == 'void' and 'v' or 's', int(amount), int(delta), ARGV[3],
    B > 0 and table.concat(parts, ';') or '-', ARGV[7]}, ' '))
  if ARGV[11] == '1' and m.drainUntil <= now then
    head = takeHead(m, outbox, now)
  end
end
writes[#writes + 1] = KEYS[1]
writes[#writes + 1] = writeMeta(m)
writes[#writes + 1] = KEYS[2]
writes[#writes + 1] = writeHold(after)
redis.call('MSET', unpack(writes))
return {'ok', after.state, int(after.seqEpoch), int(after.seqN), head}
`;
