-- Money set aside for calls that count on free units: once for all calls of a counter together, not for each.
-- A pool has a class for each limit and price, with the units that open calls may still take of it.

local function pool_key(name)
  return key('pool:', name)
end

local function read_pool(counter)
  local name = counter_name(counter)
  local pool = { name = name, counter = counter, classes = {}, held = ZERO }
  local fields = call('HGETALL', pool_key(name))
  for at = 1, #fields, 2 do
    local field, value = fields[at], fields[at + 1]
    if field == 'held' then
      pool.held = int(value)
    elseif field == 'counter' then
      pool.counter = cjson.decode(value)
    else
      pool.classes[field] = int(value)
    end
  end
  return pool
end

local function class_name(free)
  return free.limit .. ' ' .. free.price
end

-- The most that all of them together can be charged, in whatever order they end: the free units go to the cheapest.
local function held_for(pool)
  local classes, least = {}, nil
  for name, units in pairs(pool.classes) do
    local space = string.find(name, ' ', 1, true)
    local limit = int(string.sub(name, 1, space - 1))
    classes[#classes + 1] = { units = units, price = int(string.sub(name, space + 1)) }
    least = least and lesser(least, limit) or limit
  end
  if not least then
    return ZERO
  end
  table.sort(classes, function(one, other)
    return less(one.price, other.price)
  end)
  local free, held = free_below(pool.counter, least), ZERO
  for _, class in ipairs(classes) do
    if less(free, class.units) then
      held = plus(held, times(minus(class.units, free), class.price))
      free = ZERO
    else
      free = minus(free, class.units)
    end
  end
  return amount(held)
end

local function join(pool, share, sign)
  local name = class_name(share)
  local units = plus(pool.classes[name] or ZERO, sign > 0 and int(share.units) or negative(int(share.units)))
  pool.classes[name] = is_positive(units) and units or nil
end

local function pools_with(shares, sign)
  local pools, in_order = {}, {}
  for _, share in ipairs(shares) do
    local name = counter_name(share)
    if not pools[name] then
      pools[name] = read_pool({ scope = share.scope, period = share.period })
      in_order[#in_order + 1] = pools[name]
    end
    join(pools[name], share, sign)
  end
  return in_order
end

-- How much more must be set aside, in all, for these to come in; nothing changes.
local function pools_increase(shares)
  local increase = ZERO
  for _, pool in ipairs(pools_with(shares, 1)) do
    increase = plus(increase, minus(held_for(pool), pool.held))
  end
  return increase
end

local function write_pool(pool)
  local where = pool_key(pool.name)
  call('DEL', where)
  if next(pool.classes) == nil then
    call('SREM', POOLS, pool.name)
    return
  end
  call('HSET', where, 'held', text_of(pool.held), 'counter', cjson.encode(pool.counter))
  for name, units in pairs(pool.classes) do
    call('HSET', where, name, text_of(units))
  end
  call('SADD', POOLS, pool.name)
end

-- What the pool holds more than before.
local function settle_pool(pool)
  local held = held_for(pool)
  local change = minus(held, pool.held)
  pool.held = held
  write_pool(pool)
  return change
end

-- What the pools hold more than before, when these come in (1) or leave (-1).
local function change_pools(shares, sign)
  local change = ZERO
  for _, pool in ipairs(pools_with(shares, sign)) do
    change = plus(change, settle_pool(pool))
  end
  return change
end

-- Numbers were taken or given back: what the counters' pools hold more than before.
local function recount_pools(counters)
  local change, seen = ZERO, {}
  for _, counter in ipairs(counters) do
    local name = counter_name(counter)
    if not seen[name] then
      seen[name] = true
      if call('EXISTS', pool_key(name)) == 1 then
        change = plus(change, settle_pool(read_pool(counter)))
      end
    end
  end
  return change
end
