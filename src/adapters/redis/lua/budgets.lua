-- What each budget has spent and holds, one counter per scope and period; gone some days after its period.

local function budget_key(counter)
  return key('budget:', counter_name(counter))
end

local function keep_for(where, counter)
  if counter.keptMs then
    call('PEXPIRE', where, counter.keptMs)
  end
end

-- Negative when more was spent than its limit.
local function budget_room(budget)
  local kept = call('HMGET', budget_key(budget), 'spent', 'held')
  return minus(minus(int(budget.limit), int(kept[1] or '0')), int(kept[2] or '0'))
end

local function change_budgets(budgets, field, change)
  if #change == 0 then
    return
  end
  for _, budget in ipairs(budgets) do
    local where = budget_key(budget)
    call('HSET', where, field, text_of(plus(number_at(where, field), change)))
    keep_for(where, budget)
  end
end

-- Before the first write: no counter may leave what can be counted.
local function budgets_must_fit(budgets, field, change)
  for _, budget in ipairs(budgets) do
    amount(plus(number_at(budget_key(budget), field), change))
  end
end
