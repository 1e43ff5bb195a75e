-- Counters of units: which numbers are taken, and what each open call was given of them.

local NO_UNITS = {}

local function units_key(counter)
  return key('units:', counter_name(counter))
end

local function open_key(request_id)
  return key('units-of:', request_id)
end

local function taken_of(counter)
  return ranges_of(decoded(call('GET', units_key(counter))) or {})
end

local function set_taken(counter, ranges)
  call('SET', units_key(counter), #ranges == 0 and '[]' or cjson.encode(json_of(ranges)))
  keep_for(units_key(counter), counter)
end

-- How many of the numbers below the limit nobody has.
local function free_below(counter, limit)
  return minus(limit, size_below(taken_of(counter), limit))
end

local function ranges_in(given, counter)
  for _, each in ipairs(given) do
    if each.scope == counter.scope and each.period == counter.period then
      return ranges_of(each.ranges)
    end
  end
  return NO_UNITS
end

local function keep_open(request_id, given)
  call('SET', open_key(request_id), #given == 0 and '[]' or cjson.encode(given))
  call('SADD', UNITS_OPEN, request_id)
end

local function counter_with(counter, ranges)
  return { scope = counter.scope, period = counter.period, keptMs = counter.keptMs, ranges = json_of(ranges) }
end

-- Asked again for as many, a call gets the same; for fewer, the lowest of them; for more, others on top.
local function give_units(request_id, wanted, earlier)
  local apart = decoded(call('GET', open_key(request_id))) or earlier
  local given, kept = {}, {}
  for at, counter in ipairs(wanted) do
    local own, units = ranges_in(apart, counter), int(counter.units)
    local missing = minus(units, size_of(own))
    if is_positive(missing) then
      local more = lowest_free(taken_of(counter), missing)
      set_taken(counter, union(taken_of(counter), more))
      own = union(own, more)
      given[at] = counter_with(counter, own)
    else
      given[at] = counter_with(counter, lowest_of(own, units))
    end
    kept[at] = counter_with(counter, union(own, ranges_in(apart, counter)))
  end
  for _, each in ipairs(apart) do
    local known = false
    for _, now in ipairs(given) do
      known = known or (now.scope == each.scope and now.period == each.period)
    end
    if not known then
      kept[#kept + 1] = each
    end
  end
  keep_open(request_id, kept)
  return given
end

-- A call has ended with these; what was set apart for it beyond them is given out again. The counters that it had.
local function end_units(request_id, used, earlier)
  local apart = decoded(call('GET', open_key(request_id))) or earlier
  if #apart == 0 and #used == 0 then
    return NO_UNITS
  end
  call('DEL', open_key(request_id))
  call('SREM', UNITS_OPEN, request_id)
  local moved = {}
  for _, each in ipairs(apart) do
    set_taken(each, difference(taken_of(each), difference(ranges_of(each.ranges), ranges_in(used, each))))
    moved[#moved + 1] = each
  end
  for _, each in ipairs(used) do
    set_taken(each, union(taken_of(each), ranges_of(each.ranges)))
    moved[#moved + 1] = each
  end
  return moved
end

-- To what the ledger says, with what the open calls were given on top.
local function reset_units(counter, taken)
  local ranges = taken
  for _, request_id in ipairs(call('SMEMBERS', UNITS_OPEN)) do
    local given = decoded(call('GET', open_key(request_id))) or NO_UNITS
    ranges = union(ranges, ranges_in(given, counter))
  end
  set_taken(counter, ranges)
end
