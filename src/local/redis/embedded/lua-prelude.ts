/**
 * The world of a script, as Redis makes it: an environment that can be read but not written, so nothing
 * leaks from one run to the next. Gets the host's functions, returns the error handler, the table that
 * KEYS and ARGV are put in, and the environment.
 *
 * Left out, since a script could leave the sandbox or escape the bound on instructions through them:
 * load, loadstring, getfenv, setfenv, coroutine, io, os, package, debug.
 */
export const LUA_PRELUDE = `
local call, pcall_command, sha1hex = ...
local getinfo = debug.getinfo
local sealed_tables = setmetatable({}, {__mode = 'k'})

local function refuse_write() error('Attempt to modify a readonly table', 2) end
local function seal(content)
  local sealed = setmetatable({}, {__index = content, __newindex = refuse_write, __metatable = false})
  sealed_tables[sealed] = true
  return sealed
end

local function single_field(name, message)
  if type(message) ~= 'string' then return {err = 'ERR wrong number or type of arguments'} end
  return {[name] = message}
end
local function error_reply(message)
  if type(message) ~= 'string' then return single_field('err', message) end
  local text = message:gsub('^-', '')
  if not text:find(' ', 1, true) then return {err = 'ERR ' .. text} end
  return {err = text}
end

-- A script that catches an error gets its text, as in Redis, and not the table that carries it.
local function text_of_error(ok, failure, ...)
  if not ok and type(failure) == 'table' and type(failure.err) == 'string' then return ok, failure.err end
  return ok, failure, ...
end

local globals = setmetatable({
  redis = seal({
    call = call, pcall = pcall_command, sha1hex = sha1hex,
    error_reply = error_reply,
    status_reply = function(message) return single_field('ok', message) end,
    log = function() end, LOG_DEBUG = 0, LOG_VERBOSE = 1, LOG_NOTICE = 2, LOG_WARNING = 3,
    replicate_commands = function() return true end,
  }),
  string = seal(string), math = seal(math), table = seal(table),
  assert = assert, error = error, getmetatable = getmetatable, ipairs = ipairs, next = next, pairs = pairs,
  pcall = function(...) return text_of_error(pcall(...)) end, rawequal = rawequal, rawget = rawget, select = select, setmetatable = setmetatable,
  tonumber = tonumber, tostring = tostring, type = type, unpack = unpack, xpcall = xpcall, _VERSION = _VERSION,
  rawset = function(target, key, value)
    if sealed_tables[target] then error('Attempt to modify a readonly table', 2) end
    return rawset(target, key, value)
  end,
}, {__index = function(_, name)
  error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 2)
end})
getmetatable('').__metatable = false

local environment = seal(globals)
globals._G = environment

local function handle_error(failure)
  local level, place = 2, getinfo(2, 'Sl')
  while place and place.source ~= '@user_script' do
    level = level + 1
    place = getinfo(level, 'Sl')
  end
  if type(failure) ~= 'table' then failure = {err = 'ERR ' .. tostring(failure)} end
  if place then
    failure.source = place.source
    failure.line = tostring(place.currentline)
  end
  return failure
end

return handle_error, globals, environment
`;
