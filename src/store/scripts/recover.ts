import { OUTBOX_BATCH, PRELUDE } from "./prelude.ts";

// Whether Redis knows the entry that was booked last: it is in the outbox, or was trimmed last, or before that one. If
// not, Redis fell back.
const KNOWS = `
local function knows(m, entries, e, n, tag)
  if m.epoch ~= e then return m.epoch > e end
  if m.tag == tag or m.trimEpoch > e or (m.trimEpoch == e and m.trimN > n) then return true end
  for i = 1, #entries do
    if string.match(entries[i], '^%S+') == tag then return true end
  end
  return false
end
`;

// Begins an epoch: where there is no meta value, or the epoch that stands is the one that the caller condemns. Never
// because it is merely older: a Worker that was late would throw away the counters of a sound epoch.
// Each epoch begins once: a copy that comes late, after the meta value was lost, would bring its counters back to life
// beside sequences that start anew, and what is held in them would never be given back (law 4).
//
// KEYS: 1 meta, 2 outbox, 3 the holds by lease end, 4 the last epoch begun, then the lost holds
// ARGV: 1 new epoch, 2 condemned epoch or 0, 3 to 5 the watermark that Redis was suspected not to know: epoch, n, tag
//       ("-" "-" "-": no suspicion but proof), then the lost holds' ids
// Replies: ok epoch (the one in force; 0 where there is none and this one had its time)
export const OPEN = `${PRELUDE}${KNOWS}
local m = readMeta(redis.call('GET', KEYS[1]))
for i = 5, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 0 then redis.call('ZREM', KEYS[3], ARGV[1 + i]) end
end
local begun = tonumber(redis.call('GET', KEYS[4]) or '0')
if tonumber(ARGV[1]) <= begun then return {'ok', m and int(m.epoch) or '0'} end
if m and ARGV[3] ~= '-' then
  local entries = redis.call('LRANGE', KEYS[2], 0, ${OUTBOX_BATCH - 1})
  if knows(m, entries, tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]) then return {'ok', int(m.epoch)} end
end
if m and int(m.epoch) ~= ARGV[2] then return {'ok', int(m.epoch)} end
redis.call('SET', KEYS[4], ARGV[1])
redis.call('SET', KEYS[1], writeMeta({epoch = tonumber(ARGV[1]), n = 0, now = 0, out = redis.call('LLEN', KEYS[2]),
  trimEpoch = 0, trimN = 0, drainUntil = 0, sweepAt = 0, births = 0, trimCount = 0, tag = '-'}))
return {'ok', ARGV[1]}
`;

// Adds what the outbox has beyond a watermark to counters by name. False where the snapshot that they came from doesn't
// go with this outbox: entries of an earlier epoch, or of a later period than the counter's.
const ADD_OUTBOX = `
local function addOutbox(m, entries, we, wn, byName)
  for i = 1, #entries do
    local e, n, lines = string.match(entries[i], '^(%d+)%.(%d+)/%S+ %S+ %a %S+ %S+ %S+ (%S+) ')
    e, n = tonumber(e), tonumber(n)
    if e < m.epoch then return false end
    local beyond = e > we or (e == we and n > wn)
    for name, period, delta in string.gmatch(lines, '([^,;]+),(-?%d+),%-?%d+,(-?%d+)') do
      local c = byName[name]
      if c and tonumber(period) > c.period then return false end
      if c and beyond and tonumber(period) == c.period then c.spent = c.spent + tonumber(delta) end
    end
  end
  return true
end
`;

// Reads the counters and the outbox together. A snapshot is to be taken again if an epoch overtook it; if a trim did, by
// the ledger's count, which no other history of this epoch gives out twice (by the sequence too: trims of the version
// before aren't counted); or if its last entry is one that this Redis forgot, and will have settled again.
const READ_WITH_OUTBOX = `${KNOWS}
local get = {KEYS[1]}
for i = 3, #KEYS do get[i - 1] = KEYS[i] end
local values = redis.call('MGET', unpack(get))
local m = readMeta(values[1])
if not m then return {'cold'} end
local we, wn = tonumber(ARGV[2]), tonumber(ARGV[3])
local trimmed = m.trimCount > tonumber(ARGV[5]) or m.trimEpoch > we or (m.trimEpoch == we and m.trimN > wn)
if ARGV[1] ~= int(m.epoch) or trimmed then return {'again', int(m.epoch)} end
local entries = redis.call('LRANGE', KEYS[2], 0, ${OUTBOX_BATCH})
if #entries > ${OUTBOX_BATCH} or not knows(m, entries, we, wn, ARGV[4]) then return {'again', int(m.epoch)} end
`;

// Makes counters that are missing, exactly, from Postgres's totals and what the outbox has beyond them (law 9).
//
// KEYS: 1 meta, 2 outbox, then counters
// ARGV: 1 epoch, 2 to 4 the totals' watermark: epoch, n, tag, 5 how many entries the ledger had, then for each counter:
//       name, period start (ms), total
// Replies: cold | again epoch (drain, take a new snapshot) | ok epoch
export const REBUILD = `${PRELUDE}${ADD_OUTBOX}${READ_WITH_OUTBOX}
local made, byName, order = {}, {}, {}
for i = 3, #KEYS do
  local c = readCounter(values[i - 1])
  if not c or c.epoch ~= m.epoch then
    local a = 5 + 3 * (i - 3)
    m.births = m.births + 1
    local counter = {epoch = m.epoch, born = m.births, period = tonumber(ARGV[a + 2]), spent = tonumber(ARGV[a + 3]), held = 0}
    byName[ARGV[a + 1]] = counter
    made[#made + 1] = KEYS[i]
    order[#order + 1] = counter
  end
end
if not addOutbox(m, entries, we, wn, byName) then return {'again', int(m.epoch)} end
if #made > 0 then
  local writes = {}
  for i = 1, #made do
    writes[#writes + 1] = made[i]
    writes[#writes + 1] = writeCounter(order[i])
  end
  writes[#writes + 1] = KEYS[1]
  writes[#writes + 1] = writeMeta(m)
  redis.call('MSET', unpack(writes))
end
return {'ok', int(m.epoch)}
`;

// Compares counters with Postgres's totals and what the outbox has beyond them; 0 is the promise. With repair a counter
// that differs takes that spend; what it holds stays. One that is missing has nothing to differ: it is rebuilt when used.
//
// KEYS and ARGV: as for the rebuild, then last: repair (1|0)
// Replies: cold | again epoch (drain, take a new snapshot) | ok epoch [index, period, spent, due]…
export const REFRESH = `${PRELUDE}${ADD_OUTBOX}${READ_WITH_OUTBOX}local due, byName = {}, {}
for i = 3, #KEYS do
  local a = 5 + 3 * (i - 3)
  due[i] = {period = tonumber(ARGV[a + 2]), spent = tonumber(ARGV[a + 3])}
  byName[ARGV[a + 1]] = due[i]
end
if not addOutbox(m, entries, we, wn, byName) then return {'again', int(m.epoch)} end
local drift, writes = {}, {}
for i = 3, #KEYS do
  local c = readCounter(values[i - 1])
  if c and c.epoch == m.epoch then
    -- It began a period since the snapshot was taken.
    if c.period > due[i].period then return {'again', int(m.epoch)} end
    if c.spent ~= due[i].spent or c.period ~= due[i].period then
      local before = c.spent
      if c.period < due[i].period then before, c.held = 0, 0 end
      c.period, c.spent = due[i].period, due[i].spent
      if before ~= c.spent then drift[#drift + 1] = {int(i - 2), int(c.period), int(before), int(c.spent)} end
      writes[#writes + 1] = KEYS[i]
      writes[#writes + 1] = writeCounter(c)
    end
  end
end
if ARGV[#ARGV] == '1' and #writes > 0 then redis.call('MSET', unpack(writes)) end
return {'ok', int(m.epoch), drift}
`;
