-- How much of what a call wants its wallet and its budgets can give: the amount wanted, or what the tightest scope can
-- give, never less than the minimum.

local function short(source, available, needed)
  return { short = { kind = 'short', source = source, available = text_of(amount(available)), needed = text_of(needed) } }
end

local function afford_in_money(available, wanted, limits)
  local minimum = int(wanted.minimum)
  local room = minus(available, int(limits.minBalance))
  if available.neg or (less(room, minimum) and is_positive(minimum)) then
    return short('wallet', room, minimum)
  end
  local granted = lesser(room, int(wanted.amount))
  for _, budget in ipairs(limits.budgets) do
    local left = budget_room(budget)
    if less(left, minimum) and is_positive(minimum) then
      return short(budget.source, left, minimum)
    end
    granted = lesser(granted, left)
  end
  -- A call that needs nothing is let through a scope that is overdrawn, and is granted nothing.
  return { granted = granted.neg and ZERO or granted, shares = {}, pooled = ZERO }
end

-- Rounded up, so that every step has at least what it needs.
local function between(least, all, step, steps)
  return plus(least, divided_up(times(minus(all, least), int(string.format('%d', step))), steps))
end

local function at_step(wanted, step, steps)
  local shares, pooled = {}, ZERO
  for at, free in ipairs(wanted.free) do
    local units = between(int(free.minimumUnits), int(free.units), step, steps)
    shares[at] = {
      scope = free.scope,
      period = free.period,
      limit = free.limit,
      price = free.price,
      units = text_of(units),
    }
    pooled = plus(pooled, times(int(free.price), units))
  end
  local granted = between(int(wanted.minimum), int(wanted.amount), step, steps)
  return { granted = granted, shares = shares, pooled = amount(pooled), step = step }
end

-- What free units need grows with every one that is asked for, so the last step that fits is found by halving. A budget
-- does not own them: others may get them all, so it must reckon with paying for each.
local function afford_with_free_units(available, wanted, limits)
  local steps = math.max(1, wanted.steps or 1)
  local room = minus(available, int(limits.minBalance))
  local rooms = {}
  for at, budget in ipairs(limits.budgets) do
    rooms[at] = budget_room(budget)
  end
  local function short_at(step)
    local found = at_step(wanted, step, steps)
    local needed = amount(plus(found.granted, pools_increase(found.shares)))
    if available.neg or (less(room, needed) and is_positive(needed)) then
      return short('wallet', room, needed)
    end
    local most = amount(plus(found.granted, found.pooled))
    for at, budget in ipairs(limits.budgets) do
      if less(rooms[at], most) and is_positive(most) then
        return short(budget.source, rooms[at], most)
      end
    end
    return nil
  end
  local refused = short_at(0)
  if refused then
    return refused
  end
  local fits, too_many = 0, steps + 1
  while too_many - fits > 1 do
    local middle = too_many == steps + 1 and steps or math.floor((fits + too_many) / 2)
    if short_at(middle) then
      too_many = middle
    else
      fits = middle
    end
  end
  return at_step(wanted, fits, steps)
end

local function afford(wallet, wanted, limits)
  local available = minus(wallet.balance, wallet.held)
  if #wanted.free == 0 then
    return afford_in_money(available, wanted, limits)
  end
  return afford_with_free_units(available, wanted, limits)
end
