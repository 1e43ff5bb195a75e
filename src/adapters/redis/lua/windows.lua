-- Sliding windows in sixty slices, and slots: how often, how much and how many at once. An amount counts from its slice's
-- start until a whole window after its slice's end, so that no stretch of one window ever sees more than the limit.

local SLICES = 60
-- Nobody knows when a call will end; half of them do within about a second.
local SLOT_RETRY_AFTER_MS = 1000

local function window_key(scope) return key('window:', scope) end
local function slot_key(scope) return key('slots:', scope) end

local function slice_ms(window_ms)
  return math.max(1, math.ceil(window_ms / SLICES))
end

local function slice_of(rate, at_ms)
  return math.floor(at_ms / slice_ms(rate.windowMs))
end

local function slice_field(slice)
  return string.format('%.0f', slice)
end

-- What counts now; what has left the window is forgotten.
local function window_sum(rate, now_ms)
  local where = window_key(rate.scope)
  local kept = call('HMGET', where, 'sum', 'oldest')
  if not kept[1] then
    return ZERO
  end
  local sum, known = int(kept[1]), tonumber(kept[2])
  local oldest = slice_of(rate, now_ms) - SLICES
  if oldest <= known then
    return sum
  end
  for slice = math.max(known, oldest - 2 * SLICES), oldest - 1 do
    local left = call('HGET', where, slice_field(slice))
    if left then
      sum = minus(sum, int(left))
      call('HDEL', where, slice_field(slice))
    end
  end
  call('HSET', where, 'sum', text_of(sum), 'oldest', slice_field(oldest))
  return sum
end

-- Negative amounts correct an earlier one: `at_ms` is when that was added, so that both leave together.
local function window_add(rate, change, at_ms, now_ms)
  if #change == 0 then
    return
  end
  local where = window_key(rate.scope)
  local sum = window_sum(rate, now_ms)
  local oldest = tonumber(call('HGET', where, 'oldest')) or (slice_of(rate, now_ms) - SLICES)
  local slice = slice_of(rate, at_ms)
  if slice < oldest then
    return
  end
  local field = slice_field(slice)
  call('HSET', where, field, text_of(plus(number_at(where, field), change)))
  call('HSET', where, 'sum', text_of(plus(sum, change)), 'oldest', slice_field(oldest))
  call('PEXPIRE', where, rate.windowMs * 2 + 60000)
end

-- Milliseconds until it would fit; nil if it never would.
local function window_wait_ms(rate, needed, now_ms)
  local limit = int(rate.limit)
  if less(limit, needed) then
    return nil
  end
  local over = minus(plus(window_sum(rate, now_ms), needed), limit)
  if not is_positive(over) then
    return 0
  end
  local where = window_key(rate.scope)
  local first = tonumber(call('HGET', where, 'oldest')) or 0
  for slice = first, slice_of(rate, now_ms) do
    local counted = call('HGET', where, slice_field(slice))
    if counted then
      over = minus(over, int(counted))
      if not is_positive(over) then
        return math.max(1, (slice + SLICES + 1) * slice_ms(rate.windowMs) - now_ms)
      end
    end
  end
  return 0
end

local function needed_by(request, meter)
  if meter == 'requests' then
    return int('1')
  end
  return int(meter == 'tokens' and request.tokens or request.amount)
end

-- Of several limits that refuse, the one with the longest wait, so that no caller comes back in vain.
local function refusal_by_limits(request, now_ms)
  local longest
  for _, rate in ipairs(request.rates) do
    local wait_ms = window_wait_ms(rate, needed_by(request, rate.meter), now_ms)
    if not wait_ms then
      return { kind = 'limited', source = rate.source }
    end
    if wait_ms > (longest and longest.retryAfterMs or 0) then
      longest = { kind = 'limited', source = rate.source, retryAfterMs = wait_ms }
    end
  end
  for _, slot in ipairs(request.slots) do
    if slot.limit < 1 then
      return { kind = 'limited', source = slot.source }
    end
    local taken = tonumber(call('GET', slot_key(slot.scope)) or '0')
    if taken >= slot.limit and SLOT_RETRY_AFTER_MS > (longest and longest.retryAfterMs or 0) then
      longest = { kind = 'limited', source = slot.source, retryAfterMs = SLOT_RETRY_AFTER_MS }
    end
  end
  return longest
end

local function take_slots(slots)
  for _, slot in ipairs(slots) do
    call('INCR', slot_key(slot.scope))
  end
end

local function free_slots(slots)
  for _, slot in ipairs(slots) do
    if call('DECR', slot_key(slot.scope)) <= 0 then
      call('DEL', slot_key(slot.scope))
    end
  end
end

-- `consumed`: of requests, tokens and money.
local function count_in_windows(rates, consumed, at_ms, now_ms)
  for _, rate in ipairs(rates) do
    window_add(rate, consumed[rate.meter], at_ms, now_ms)
  end
end

-- What was consumed takes the place of what was held. An excess is taken from the latest extension first, since that is
-- the one not used up; each part is corrected when it was counted, so that both leave together.
local function correct_windows(hold, consumed, now_ms)
  local rates = hold.request.rates
  local change = {
    requests = minus(consumed.requests, int('1')),
    tokens = minus(consumed.tokens, hold.tokens),
    money = minus(consumed.money, plus(hold.granted, hold.pooled)),
  }
  local extension = hold.extension
  if not extension then
    count_in_windows(rates, change, hold.held_at_ms, now_ms)
    return
  end
  local function late_part(whole, extended)
    local most = negative(int(extended))
    return less(whole, most) and most or whole
  end
  local late = {
    requests = ZERO,
    tokens = late_part(change.tokens, extension.tokens),
    money = late_part(change.money, extension.granted),
  }
  local early = {
    requests = change.requests,
    tokens = minus(change.tokens, late.tokens),
    money = minus(change.money, late.money),
  }
  count_in_windows(rates, late, extension.atMs, now_ms)
  count_in_windows(rates, early, hold.held_at_ms, now_ms)
end
