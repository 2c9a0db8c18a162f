// Upstash runs a script without locking the whole database if its first line is
// `#!lua flags=allow-key-locking`; in return the script may touch only the keys that its caller
// declared. Redis knows neither the flag nor the rule. Here the line is taken off and a guard, in Lua,
// put in its place, so the script runs on any Redis and still fails where Upstash would refuse it.

const FLAG = "allow-key-locking";
const SHEBANG = /^#!lua[ \t]+flags=([^\r\n]*)\r?\n/;

/** The script that Redis is to run, or the script itself if it doesn't ask for key locking. */
export function guardDeclaredKeys(script: string): string {
  const shebang = SHEBANG.exec(script);
  if (shebang === null) return script;
  const flags = (shebang[1] ?? "").split(",").map((flag) => flag.trim());
  if (!flags.includes(FLAG)) return script;
  const otherFlags = flags.filter((flag) => flag !== "" && flag !== FLAG);
  const body = script.slice(shebang[0].length);
  // Without a shebang of its own the guard takes the line's place, so line numbers in errors hold.
  if (otherFlags.length === 0) return `${GUARD}\n${body}`;
  return `#!lua flags=${otherFlags.join(",")}\n${GUARD} ${body}`;
}

// A local `redis` over the global one. Commands without keys pass; of commands with many keys each is
// checked; of all others the first argument is the key. Redis's own checks speak on malformed calls.
const GUARD = `
local redis = (function(redis)
  local declared, keyless, stride = {}, {}, {MGET=1, DEL=1, UNLINK=1, EXISTS=1, TOUCH=1, MSET=2, MSETNX=2}
  for _, key in ipairs(KEYS) do declared[key] = true end
  for _, name in ipairs({'TIME', 'PING', 'ECHO', 'DBSIZE', 'RANDOMKEY', 'INFO', 'KEYS', 'SCAN'}) do keyless[name] = true end
  local function refusal(command, ...)
    local name = string.upper(tostring(command))
    if keyless[name] then return nil end
    local keys = {...}
    local step = stride[name]
    for i = 1, step and #keys or math.min(#keys, 1), step or 1 do
      local key = tostring(keys[i])
      if not declared[key] then
        return {err = "ERR Dynamic keys are not allowed in Lua scripts when 'allow-key-locking' flag is set. Key was: " .. key}
      end
    end
  end
  local call, pcall = redis.call, redis.pcall
  return setmetatable({
    call = function(...) local refused = refusal(...) if refused then error(refused) end return call(...) end,
    pcall = function(...) return refusal(...) or pcall(...) end,
  }, {__index = redis})
end)(redis)`
  .trim()
  .replaceAll(/\n\s*/g, " ");
