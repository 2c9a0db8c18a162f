import { PRELUDE } from "./prelude.ts";

/** Instances that one script looks at. */
export const INSTANCE_BATCH = 128;
/** How long an unused counter is kept whose period has no end, in milliseconds. */
export const IDLE_MS = 30 * 86_400_000;
/** An instance that was in use is looked at again after this, in milliseconds: an unused one must be gone by then. */
export const IDLE_AGAIN_MS = IDLE_MS + 86_400_000;
/** The same of one that holds something. */
export const HELD_AGAIN_MS = 86_400_000;

// Forgets the counters of instances that nobody uses any more; what comes back is rebuilt exactly (law 9).
// Invariant: a counter that holds anything neither goes nor has an end. A rebuilt one holds nothing, so the live holds
// would be forgotten with it (law 2). Here held is looked at in the same step; and where a counter is given an end,
// whatever sets an amount aside in it later writes it with MSET, which takes its end away. So no clock matters, and no
// lease, however often it is renewed.
//
// KEYS: 1 meta, 2 instances by when they are due, then counters
// ARGV: 1 now (ms), then for each counter its member: its life (ms from its period's start, "-": idle) and its name
// Replies: cold | ok forgotten
export const FORGET = `${PRELUDE}
local now, get = tonumber(ARGV[1]), {KEYS[1]}
for i = 3, #KEYS do get[i - 1] = KEYS[i] end
local values = redis.call('MGET', unpack(get))
local m = readMeta(values[1])
if not m then return {'cold'} end
local gone, members, later, idle = {}, {}, {}, {}
for i = 3, #KEYS do
  local member, c, due = ARGV[i - 1], readCounter(values[i - 1]), nil
  local life = tonumber(string.match(member, '^(%d+) '))
  if c and c.epoch == m.epoch then
    if c.held ~= 0 then
      due = now + ${HELD_AGAIN_MS}
    elseif not life then
      due = now + ${IDLE_AGAIN_MS}
      idle[#idle + 1] = KEYS[i]
    elseif c.period + life > now then
      due = c.period + life
    end
  end
  if due then
    later[#later + 1] = int(due)
    later[#later + 1] = member
  else
    gone[#gone + 1] = KEYS[i]
    members[#members + 1] = member
  end
end
if #gone > 0 then
  redis.call('DEL', unpack(gone))
  redis.call('ZREM', KEYS[2], unpack(members))
end
if #later > 0 then redis.call('ZADD', KEYS[2], unpack(later)) end
for i = 1, #idle do redis.call('PEXPIRE', idle[i], ${IDLE_MS}) end
return {'ok', int(#gone)}
`;
