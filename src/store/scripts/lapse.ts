import { PRELUDE } from "./prelude.ts";

// Ends the leases of holds whose time is over: a held one lapses (is charged or given back, as its budgets say), one
// that has its outcome is swept away. A lapsed hold stays one lease longer, for the settle that may still come.
//
// KEYS: 1 meta, 2 outbox, 3 the holds by lease end, then H holds, then B counters
// ARGV: 1 now (ms), 2 lease (ms), 3 nonce, 4 epoch in which Postgres was asked, or 0, 5 H, 6 B, then H hold ids,
//       then for each hold whether Postgres has entries of it (1|0, - where it wasn't asked), then B counter names
// A held one of an earlier epoch may have its outcome in Postgres: it is named in unknown, and sent again once asked.
// Replies: cold | ok epoch now lapsed swept [unknown id]… [lost id]…
export const LAPSE = `${PRELUDE}
local now, lease, H, B = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[5]), tonumber(ARGV[6])
local outbox, holds = KEYS[2], KEYS[3]
local get = {KEYS[1]}
for i = 1, H + B do get[1 + i] = KEYS[3 + i] end
local values = redis.call('MGET', unpack(get))
local m = readMeta(values[1])
if not m then return {'cold'} end
local counters, index = {}, {}
for i = 1, B do
  counters[i] = readCounter(values[1 + H + i])
  index[ARGV[6 + 2 * H + i]] = i
end
local parsed = {}
for i = 1, H do parsed[i] = readHold(values[1 + i]) end

local unknown, lost, gone, goneIds, later, entries, writes, touched = {}, {}, {}, {}, {}, {}, {}, {}
local lapsed, swept = 0, 0
for i = 1, H do
  local id, hold, asked = ARGV[6 + i], parsed[i], ARGV[6 + H + i]
  if not hold then
    local score = redis.call('ZSCORE', holds, id)
    if score and tonumber(score) <= now then lost[#lost + 1] = id end
  elseif hold.leaseEnd <= now then
    if hold.state ~= 'h' or (hold.epoch ~= m.epoch and asked == '1' and ARGV[4] == int(m.epoch)) then
      gone[#gone + 1] = KEYS[3 + i]
      goneIds[#goneIds + 1] = id
      swept = swept + 1
      if hold.leaseEnd > m.now then m.now = hold.leaseEnd end
    elseif hold.epoch ~= m.epoch and not (asked == '0' and ARGV[4] == int(m.epoch)) then
      unknown[#unknown + 1] = id
    else
      local lines, parts, kept = readLines(hold.lines), {}, {}
      local charged = #lines == 0 and hold.amount or 0
      for j = 1, #lines do
        local line = lines[j]
        -- Its counter unread, the line would stay held for ever.
        if not index[line.name] then error('the lapse lacks a counter of a hold') end
        local c = counters[index[line.name]]
        local to = 0
        if line.last == 'c' then
          to = line.amount
          charged = hold.amount
        end
        if c and c.epoch == m.epoch then
          -- A counter rebuilt by a clock behind may be in an older period: rolled later, it would forget this charge.
          if line.period > c.period then c.period, c.spent, c.held = line.period, 0, 0 end
          if line.period == c.period then
            c.spent = c.spent + to
            if knowsHold(c, hold) then c.held = c.held - line.amount end
            touched[index[line.name]] = true
          end
        end
        parts[j] = line.name .. ',' .. int(line.period) .. ',' .. int(to) .. ',' .. int(to)
      end
      m.n = m.n + 1
      m.out = m.out + 1
      local entryId = id .. '.l'
      local tag = int(m.epoch) .. '.' .. int(m.n) .. '/' .. entryId .. '/' .. int(charged) .. '/' .. ARGV[3]
      entries[#entries + 1] = table.concat({tag, entryId, 'l', int(charged), int(charged), ARGV[1],
        #parts > 0 and table.concat(parts, ';') or '-', hold.facts}, ' ')
      hold.state, hold.epoch, hold.seqEpoch, hold.seqN = 'l', m.epoch, m.epoch, m.n
      hold.leaseEnd = now + lease
      later[#later + 1] = int(hold.leaseEnd)
      later[#later + 1] = id
      writes[#writes + 1] = KEYS[3 + i]
      writes[#writes + 1] = writeHold(hold)
      lapsed = lapsed + 1
      if now > m.now then m.now = now end
    end
  end
end

if #later > 0 then redis.call('ZADD', holds, unpack(later)) end
if #gone > 0 then
  redis.call('DEL', unpack(gone))
  redis.call('ZREM', holds, unpack(goneIds))
end
if #entries > 0 then redis.call('RPUSH', outbox, unpack(entries)) end
if lapsed + swept > 0 then
  for i = 1, B do
    if touched[i] then
      writes[#writes + 1] = KEYS[3 + H + i]
      writes[#writes + 1] = writeCounter(counters[i])
    end
  end
  writes[#writes + 1] = KEYS[1]
  writes[#writes + 1] = writeMeta(m)
  redis.call('MSET', unpack(writes))
end
return {'ok', int(m.epoch), int(m.now), int(lapsed), int(swept), unknown, lost}
`;
