-- The attempts of calls that are under way, with keys whose providers limit them.

-- Its windows then count what was consumed, at the time at which it began.
local function end_attempt(attempt, consumed, now_ms)
  if not attempt then
    return
  end
  free_slots(attempt.slots)
  count_in_windows(attempt.rates, {
    requests = minus(consumed.requests, int('1')),
    tokens = minus(consumed.tokens, int(attempt.tokens)),
    money = ZERO,
  }, attempt.atMs, now_ms)
end

-- With the first of the keys that has room; else when the first one will.
local function begin_attempt(hold, keys, now_ms)
  local tokens, soonest = text_of(hold.tokens), nil
  for _, offered in ipairs(keys) do
    local wanted = { rates = offered.rates, slots = offered.slots, tokens = tokens, amount = '0' }
    local refused = refusal_by_limits(wanted, now_ms)
    if not refused then
      take_slots(offered.slots)
      local consumed = { requests = int('1'), tokens = hold.tokens, money = ZERO }
      count_in_windows(offered.rates, consumed, now_ms, now_ms)
      local attempt = { rates = offered.rates, slots = offered.slots, atMs = now_ms, tokens = tokens }
      call('HSET', hold_key(hold.id), 'attempt', cjson.encode(attempt))
      return { kind = 'admitted', providerKeyId = offered.providerKeyId }
    end
    if refused.retryAfterMs then
      soonest = math.min(soonest or refused.retryAfterMs, refused.retryAfterMs)
    end
  end
  return { kind = 'limited', retryAfterMs = soonest }
end
