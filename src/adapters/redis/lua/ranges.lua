-- Which units of a counter are whose: ascending stretches { from, to }, `to` not included, neither touching nor empty.

local function ranges_of(json)
  local ranges = {}
  for at, range in ipairs(json) do
    ranges[at] = { int(range[1]), int(range[2]) }
  end
  return ranges
end

local function json_of(ranges)
  local json = {}
  for at, range in ipairs(ranges) do
    json[at] = { text_of(range[1]), text_of(range[2]) }
  end
  return json
end

local function size_of(ranges)
  local sum = ZERO
  for _, range in ipairs(ranges) do
    sum = plus(sum, minus(range[2], range[1]))
  end
  return sum
end

local function size_below(ranges, limit)
  local sum = ZERO
  for _, range in ipairs(ranges) do
    if not less(range[1], limit) then
      break
    end
    sum = plus(sum, minus(lesser(range[2], limit), range[1]))
  end
  return sum
end

local function union(left, right)
  local all, merged = {}, {}
  for _, range in ipairs(left) do
    all[#all + 1] = range
  end
  for _, range in ipairs(right) do
    all[#all + 1] = range
  end
  table.sort(all, function(one, other)
    return less(one[1], other[1])
  end)
  for _, range in ipairs(all) do
    local last = merged[#merged]
    if last and not less(last[2], range[1]) then
      if less(last[2], range[2]) then
        last[2] = range[2]
      end
    else
      merged[#merged + 1] = { range[1], range[2] }
    end
  end
  return merged
end

local function difference(ranges, taken)
  local left = ranges
  for _, gone in ipairs(taken) do
    local kept = {}
    for _, range in ipairs(left) do
      local before_end = lesser(range[2], gone[1])
      if less(range[1], before_end) then
        kept[#kept + 1] = { range[1], before_end }
      end
      local after_start = less(gone[2], range[1]) and range[1] or gone[2]
      if less(after_start, range[2]) then
        kept[#kept + 1] = { after_start, range[2] }
      end
    end
    left = kept
  end
  return left
end

-- What was given back is given out again before anything new.
local function lowest_free(taken, units)
  local found, missing, from = {}, units, ZERO
  for _, range in ipairs(taken) do
    if #missing == 0 then
      return found
    end
    local gap = minus(range[1], from)
    if is_positive(gap) then
      local used = lesser(gap, missing)
      found[#found + 1] = { from, plus(from, used) }
      missing = minus(missing, used)
    end
    from = range[2]
  end
  if #missing == 0 then
    return found
  end
  return union(found, { { from, plus(from, missing) } })
end

local function lowest_of(ranges, units)
  local found, missing = {}, units
  for _, range in ipairs(ranges) do
    if #missing == 0 then
      break
    end
    local used = lesser(minus(range[2], range[1]), missing)
    found[#found + 1] = { range[1], plus(range[1], used) }
    missing = minus(missing, used)
  end
  return found
end
