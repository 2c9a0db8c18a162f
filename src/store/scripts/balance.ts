import { TAKE_HEAD } from "./head.ts";
import { PRELUDE } from "./prelude.ts";

// Changes what a counter counts as spent, by an entry of the same amount (law 1): a reset takes all of the current
// period's spend back; an opening balance adds what the ledger had before the budget. What is held stays held.
//
// KEYS: 1 meta, 2 the change's own id, as a hold that has its outcome, 3 outbox, 4 the holds by lease end, 5 counter
// ARGV: 1 id, 2 now (ms), 3 lease (ms), 4 nonce, 5 facts (JSON), 6 entries that Postgres has of it (1|0, - where it
//       wasn't asked), 7 epoch in which it was asked, 8 meta's now when it was asked (ms), 9 drain too (1|0),
//       10 counter's name, 11 period start (ms), 12 amount to add, or "reset"
// Replies: cold | lost epoch | unknown epoch now | missing epoch |
//          ok state sequenceEpoch sequenceN [head], as settle's; a sequence of 0 0: it is in Postgres already
export const BALANCE = `${PRELUDE}${TAKE_HEAD}
local id, now, lease = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local values = redis.call('MGET', KEYS[1], KEYS[2], KEYS[5])
local m = readMeta(values[1])
if not m then return {'cold'} end
local stored = readHold(values[2])
if stored and stored.epoch == m.epoch then
  return {'ok', stored.state, int(stored.seqEpoch), int(stored.seqN), {}}
end
if not stored and redis.call('ZSCORE', KEYS[4], id) then return {'lost', int(m.epoch)} end
local asked = ARGV[6] ~= '-' and ARGV[7] == int(m.epoch) and m.now < tonumber(ARGV[8]) + lease
if not asked then return {'unknown', int(m.epoch), int(m.now)} end
if ARGV[6] == '1' then return {'ok', 's', '0', '0', {}} end
local c = readCounter(values[3])
if not c or c.epoch ~= m.epoch then return {'missing', int(m.epoch)} end
local period = tonumber(ARGV[11])
if period > c.period then c.period, c.spent, c.held = period, 0, 0 end
local delta = tonumber(ARGV[12]) or -c.spent
c.spent = c.spent + delta

m.n = m.n + 1
m.out = m.out + 1
local leaseEnd = math.max(now, m.now) + lease
local entryId = id .. '.z'
local tag = int(m.epoch) .. '.' .. int(m.n) .. '/' .. entryId .. '/' .. int(delta) .. '/' .. ARGV[4]
redis.call('ZADD', KEYS[4], int(leaseEnd), id)
redis.call('RPUSH', KEYS[3], table.concat({tag, entryId, 'z', '0', '0', ARGV[2],
  ARGV[10] .. ',' .. int(c.period) .. ',' .. int(delta) .. ',' .. int(delta), ARGV[5]}, ' '))
local head = {}
if ARGV[9] == '1' and m.drainUntil <= now then
  head = takeHead(m, KEYS[3], now)
end
redis.call('MSET', KEYS[1], writeMeta(m), KEYS[5], writeCounter(c), KEYS[2], writeHold({state = 's', epoch = m.epoch,
  births = m.births, leaseEnd = leaseEnd, seqEpoch = m.epoch, seqN = m.n, amount = 0, lines = '-', facts = '-'}))
return {'ok', 's', int(m.epoch), int(m.n), head}
`;
