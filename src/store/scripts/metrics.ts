import { FLAGS } from "./prelude.ts";

// Adds to counts of calls, for those who run the gate. Nothing rests on them, and no money is in them.
//
// KEYS: 1 the hash of all counts     ARGV: series, what to add, …
export const ADD_METRICS = `${FLAGS}
local series = {}
for i = 1, #ARGV, 2 do series[#series + 1] = ARGV[i] end
local values = redis.call('HMGET', KEYS[1], unpack(series))
local pairs = {}
for i, name in ipairs(series) do
  pairs[#pairs + 1] = name
  pairs[#pairs + 1] = string.format('%.0f', (tonumber(values[i] or '0') or 0) + tonumber(ARGV[2 * i]))
end
redis.call('HSET', KEYS[1], unpack(pairs))
return {'ok'}
`;
