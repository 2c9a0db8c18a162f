// The lines of a hold by their counters' names. The caller's are in the same order, or else kept in a table until asked for.
export const LINE_OF = `
local take, rest = string.gmatch(lines, '([^,;]+),(%-?%d+),(%-?%d+),([^,;]+)'), nil
local function lineOf(name)
  if not rest then
    local first, period, amount, onLapse = take()
    if first == name then return period, amount, onLapse end
    rest = {}
    while first do
      rest[first] = {period, amount, onLapse}
      first, period, amount, onLapse = take()
    end
  end
  local line = rest[name]
  rest[name] = nil
  if line then return line[1], line[2], line[3] end
end
`;
