import { PRELUDE } from "./prelude.ts";

// Moves the lease end of a hold whose call still runs. One that ended, lapsed or was forgotten stays as it is: its
// settle corrects it.
//
// KEYS: 1 meta, 2 hold, 3 the holds by lease end     ARGV: 1 hold id, 2 now (ms), 3 lease (ms)
// Replies: cold | renewed | ended
export const RENEW = `${PRELUDE}
local values = redis.call('MGET', KEYS[1], KEYS[2])
local m, hold = readMeta(values[1]), readHold(values[2])
if not m then return {'cold'} end
local leaseEnd = tonumber(ARGV[2]) + tonumber(ARGV[3])
if not hold or hold.epoch ~= m.epoch or hold.state ~= 'h' then return {'ended'} end
if leaseEnd > hold.leaseEnd then
  hold.leaseEnd = leaseEnd
  redis.call('ZADD', KEYS[3], 'XX', int(leaseEnd), ARGV[1])
  redis.call('SET', KEYS[2], writeHold(hold))
end
return {'renewed'}
`;
