// What all scripts share: the packed values, read and written. One line of text each, fields parted by spaces.
//
//   meta     epoch n now out trimmedEpoch trimmedN drainUntil sweepAt births trimCount tag
//            n: entries of this epoch     births: counters made in it, numbered apart, so that no birth takes an entry's number
//            trimCount: entries that the ledger had once it had those that were trimmed last
//   counter  epoch born period spent held
//   hold     state epoch births leaseEnd sequenceEpoch sequenceN amount lines facts
//            state: h held, l lapsed, v lapsed and voided, s settled, r released
//            births: the meta value's when it was reserved
//            lines: counter,period,amount,onLapse(c|r);… or "-"     facts: JSON, or "-"
//   entry    tag entryId kind to delta at lines facts
//            tag: epoch.n/entryId/delta/nonce     lines: counter,period,to,delta;… or "-"
//
// Numbers are integers below 2^53, written with %.0f: Lua's own conversion keeps 14 digits only. Times are
// milliseconds. A value that doesn't parse raises an error before the first write: Lua has no rollback.

/** The first line of each script: it lets Upstash lock the declared keys in place of the whole database. */
export const FLAGS = "#!lua flags=allow-key-locking";

/** A number as a text. */
export const INT = `
local function int(n) return string.format('%.0f', n) end
`;

export const PRELUDE = `${FLAGS}${INT}
local function readMeta(s)
  if not s then return nil end
  local e, n, now, out, te, tn, du, sw, bi, tc, tag =
    string.match(s, '^(%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%S+)$')
  if not e then
    -- As the version before wrote it. Births go on from n: its counters and holds have numbers up to that, and know each
    -- other still. What it trimmed isn't counted, and shows by the sequence of the last one trimmed.
    e, n, now, out, te, tn, du, sw, tag = string.match(s, '^(%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%S+)$')
    bi, tc = n, '0'
  end
  if not e then error('meta is malformed') end
  return {epoch = tonumber(e), n = tonumber(n), now = tonumber(now), out = tonumber(out), trimEpoch = tonumber(te),
    trimN = tonumber(tn), drainUntil = tonumber(du), sweepAt = tonumber(sw), births = tonumber(bi),
    trimCount = tonumber(tc), tag = tag}
end
local function writeMeta(m)
  return string.format('%.0f %.0f %.0f %.0f %.0f %.0f %.0f %.0f %.0f %.0f %s', m.epoch, m.n, m.now, m.out, m.trimEpoch,
    m.trimN, m.drainUntil, m.sweepAt, m.births, m.trimCount, m.tag)
end

local function readCounter(s)
  if not s then return nil end
  local e, b, p, sp, h = string.match(s, '^(%d+) (%d+) (-?%d+) (-?%d+) (-?%d+)$')
  if not e then error('a counter is malformed') end
  return {epoch = tonumber(e), born = tonumber(b), period = tonumber(p), spent = tonumber(sp), held = tonumber(h)}
end
local function writeCounter(c)
  return string.format('%.0f %.0f %.0f %.0f %.0f', c.epoch, c.born, c.period, c.spent, c.held)
end

local function readLines(s)
  local lines = {}
  if s == '-' then return lines end
  for name, period, a, b in string.gmatch(s, '([^,;]+),(-?%d+),(-?%d+),([^,;]+)') do
    lines[#lines + 1] = {name = name, period = tonumber(period), amount = tonumber(a), last = b}
  end
  return lines
end

local function readHold(s)
  if not s then return nil end
  local st, e, bi, le, se, sn, a, lines, facts = string.match(s, '^(%a) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%S+) (.*)$')
  if not st then error('a hold is malformed') end
  return {state = st, epoch = tonumber(e), births = tonumber(bi), leaseEnd = tonumber(le), seqEpoch = tonumber(se),
    seqN = tonumber(sn), amount = tonumber(a), lines = lines, facts = facts}
end
local function writeHold(h)
  return string.format('%s %.0f %.0f %.0f %.0f %.0f %.0f %s %s', h.state, h.epoch, h.births, h.leaseEnd, h.seqEpoch,
    h.seqN, h.amount, h.lines, h.facts)
end

-- What a counter and a hold's line have to do with each other: true where this counter's held includes the hold.
local function knowsHold(c, hold) return c.epoch == hold.epoch and c.born <= hold.births end
`;

/** Entries that one drain reads at most; also the most that a rebuild looks through. */
export const OUTBOX_BATCH = 500;
