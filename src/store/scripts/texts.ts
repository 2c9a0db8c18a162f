import { FLAGS } from "./prelude.ts";

// What reserve and settle share, which run for every call: they take packed values apart as texts and copy what stays.
// Lua's numbers are slow to read and slower to write, a table of fields costs more than its line of text, and Redis
// hashes every text that Lua makes, letter by letter: so the fewer and the shorter, the better. Arithmetic reads a text
// as it is. Takes the place of the prelude, which has the formats.
export const TEXTS = `${FLAGS}
local call, match, format = redis.call, string.match, string.format
-- %d is faster than %.0f, but not every engine takes more than 32 bits there.
local whole = format('%d', 9007199254740991) == '9007199254740991' and '%d' or '%.0f'

-- The meta value that the version before wrote, as this one would have written it: see the prelude.
local function renewMeta(packed)
  local epoch, n, numbers, tag = match(packed, '^(%d+) (%d+) (%d+ %d+ %d+ %d+ %d+ %d+) (%S+)$')
  if not epoch then error('meta is malformed') end
  return epoch .. ' ' .. n .. ' ' .. numbers .. ' ' .. n .. ' 0 ' .. tag
end

-- Born, period, spent and held of a counter which the pattern for one of this epoch doesn't fit: a sign is rare, and a
-- pattern that looks for it slower. Nothing where it is of another epoch.
local function readRare(packed, epoch)
  local ofEpoch, born, period, spent, held = match(packed, '^(%d+) (%d+) (%-?%d+) (%-?%d+) (%-?%d+)$')
  if not ofEpoch then error('a counter is malformed') end
  if ofEpoch == epoch then return born, period, spent, held end
end
`;
