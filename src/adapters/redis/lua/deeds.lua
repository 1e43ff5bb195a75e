-- The deeds of the store, one at a time: `said` is what came with the call, as JSON; everything is looked at before the
-- first write.

local now_ms = tonumber(ARGV[2])
if not now_ms then
  local time = call('TIME')
  now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local deeds = {}

local function answered(answer)
  return cjson.encode(answer)
end

function deeds.load(said)
  for _, wallet in ipairs(said.wallets) do
    if call('EXISTS', wallet_key(wallet.walletId)) == 0 then
      call('HSET', wallet_key(wallet.walletId), 'balance', wallet.balance, 'held', '0', 'credit_seq', wallet.creditSeq)
    end
  end
  for _, counter in ipairs(said.counters) do
    if call('HSETNX', budget_key(counter), 'spent', counter.spent) == 1 then
      keep_for(budget_key(counter), counter)
    end
  end
  for _, counter in ipairs(said.units) do
    if call('EXISTS', units_key(counter)) == 0 then
      set_taken(counter, ranges_of(counter.taken))
    end
  end
end

function deeds.hold(request, text)
  local wallet = read_wallet(request.walletId)
  if not wallet then
    return answered({ kind = 'unknown-wallet' })
  end
  local id = request.requestId
  local before = call('HGET', hold_key(id), 'answer')
  if before then
    return before
  end
  local ended = read_ended(id)
  if ended then
    return answered({ kind = 'ended', state = ended.state })
  end
  if call('ZCARD', OUTBOX) >= request.outboxMax then
    return answered({ kind = 'outbox-full' })
  end
  local limited = refusal_by_limits(request, now_ms)
  if limited then
    return answered(limited)
  end
  local found = afford(wallet, request, request)
  if found.short then
    return answered(found.short)
  end
  local money = amount(plus(found.granted, found.pooled))
  local held = amount(plus(plus(wallet.held, found.granted), pools_increase(found.shares)))
  budgets_must_fit(request.budgets, 'held', money)
  change_pools(found.shares, 1)
  set_held(wallet, held)
  change_budgets(request.budgets, 'held', money)
  take_slots(request.slots)
  local consumed = { requests = int('1'), tokens = int(request.tokens), money = money }
  count_in_windows(request.rates, consumed, now_ms, now_ms)
  local answer = answered({
    kind = 'held',
    granted = text_of(found.granted),
    available = text_of(minus(wallet.balance, wallet.held)),
    step = found.step,
  })
  call('HSET', hold_key(id), 'request', text, 'answer', answer, 'held_at_ms', string.format('%.0f', now_ms),
    'granted', text_of(found.granted), 'own', '0', 'tokens', request.tokens,
    'shares', cjson.encode(found.shares), 'pooled', text_of(found.pooled))
  call('ZADD', LEASES, now_ms + request.leaseMs, id)
  return answer
end

function deeds.dispatch(said, _, blob)
  if call('EXISTS', hold_key(said.requestId)) == 0 then
    return 0
  end
  call('HSET', hold_key(said.requestId), 'call', blob)
  call('ZADD', LEASES, now_ms + said.leaseMs, said.requestId)
  return 1
end

function deeds.touch(said, _, blob)
  if call('EXISTS', hold_key(said.requestId)) == 0 then
    return 0
  end
  if blob ~= '' then
    call('HSET', hold_key(said.requestId), 'checkpoint', blob)
  end
  call('ZADD', LEASES, now_ms + said.leaseMs, said.requestId)
  return 1
end

function deeds.extend(more)
  local hold = read_hold(more.requestId)
  if not hold then
    return answered({ kind = 'gone' })
  end
  local wallet = must_be_loaded(hold.request.walletId)
  local found = afford(wallet, more, hold.request)
  if found.short then
    return answered({ kind = 'refused', source = found.short.source })
  end
  local money = amount(plus(found.granted, found.pooled))
  local held = amount(plus(plus(wallet.held, found.granted), pools_increase(found.shares)))
  local tokens = int(more.tokens)
  budgets_must_fit(hold.request.budgets, 'held', money)
  change_pools(found.shares, 1)
  set_held(wallet, held)
  change_budgets(hold.request.budgets, 'held', money)
  count_in_windows(hold.request.rates, { requests = ZERO, tokens = tokens, money = money }, now_ms, now_ms)
  for _, share in ipairs(found.shares) do
    hold.shares[#hold.shares + 1] = share
  end
  local extension = { atMs = now_ms, granted = text_of(money), tokens = more.tokens }
  call('HSET', hold_key(hold.id), 'granted', text_of(plus(hold.granted, found.granted)),
    'shares', cjson.encode(hold.shares), 'pooled', text_of(plus(hold.pooled, found.pooled)),
    'tokens', text_of(plus(hold.tokens, tokens)), 'extension', cjson.encode(extension))
  return answered({ kind = 'extended', granted = text_of(found.granted), step = found.step })
end

function deeds.give(said)
  local wallet = must_be_loaded(said.walletId)
  local given = give_units(said.requestId, said.wanted, given_before(said.requestId))
  local recounted = recount_pools(given)
  local hold = read_hold(said.requestId)
  if not hold then
    set_held(wallet, amount(plus(wallet.held, recounted)))
    return answered(given)
  end
  -- What the pools need less from now on stays set aside, as the call's own: it may be all that it is charged.
  local left = minus(negative(change_pools(hold.shares, -1)), recounted)
  call('HSET', hold_key(hold.id), 'shares', '[]')
  if left.neg then
    set_held(wallet, amount(minus(wallet.held, left)))
  else
    call('HSET', hold_key(hold.id), 'own', text_of(amount(plus(hold.own, left))))
  end
  return answered(given)
end

function deeds.settle(said, _, entry)
  local id = said.requestId
  local hold = read_hold(id)
  if hold then
    local wallet = must_be_loaded(hold.request.walletId)
    return answered(end_hold(wallet, hold, said, entry, 'settled', int(said.tokens), now_ms))
  end
  local ended = read_ended(id)
  if not ended or ended.state == 'voided' then
    return answered(post(must_be_loaded(said.walletId), said, entry, int(said.total), 'settled'))
  end
  if is_superseded(ended, said) then
    finish_units(must_be_loaded(said.walletId), id, ended.given, ended.given)
    return answered({ kind = 'repeated', balance = ended.outcome.balance, available = ended.outcome.available })
  end
  local charge = minus(int(said.total), int(ended.total))
  return answered(post(must_be_loaded(said.walletId), said, entry, charge, 'settled'))
end

function deeds.void(said)
  local id = said.requestId
  local hold = read_hold(id)
  if not hold then
    local ended = read_ended(id)
    return ended and ended.state == 'voided' and 1 or 0
  end
  if hold.call then
    return 0
  end
  local wallet = must_be_loaded(hold.request.walletId)
  release(wallet, hold, { requests = ZERO, tokens = ZERO, money = ZERO }, now_ms)
  finish_units(wallet, id, NO_UNITS, NO_UNITS)
  remember(id, { state = 'voided' })
  return 1
end

-- Each as its id, and the call and the checkpoint, empty where there is none.
function deeds.expired(said)
  local found = {}
  for _, id in ipairs(call('ZRANGEBYSCORE', LEASES, '-inf', string.format('%.0f', now_ms), 'LIMIT', 0, math.max(0, said.limit))) do
    local kept = call('HMGET', hold_key(id), 'call', 'checkpoint')
    found[#found + 1] = { id, kept[1] or '', kept[2] or '' }
  end
  return found
end

function deeds.reap(said, _, entry)
  local id = said.requestId
  local hold = read_hold(id)
  if not hold then
    local ended = read_ended(id)
    return ended and ended.state == 'reaped' and ended.eventId == said.eventId and 1 or 0
  end
  if not hold.call or tonumber(call('ZSCORE', LEASES, id)) > now_ms then
    return 0
  end
  end_hold(must_be_loaded(hold.request.walletId), hold, said, entry, 'reaped', hold.tokens, now_ms)
  return 1
end

local function is_replaced(adjusted)
  local ended = read_ended(adjusted.requestId)
  if not ended or ended.state == 'voided' or adjusted.final then
    return false
  end
  return ended.final or ended.revision > adjusted.revision
end

function deeds.credit(said)
  local wallet = read_wallet(said.walletId)
  if not wallet then
    return 'missing'
  end
  local next_number, number = plus(int(wallet.credit_seq), int('1')), int(said.creditSeq)
  if less(next_number, number) then
    return 'missing'
  end
  if less(number, next_number) then
    return 'repeated'
  end
  local balance, standing, moves = plus(wallet.balance, int(said.amount)), {}, {}
  for _, adjusted in ipairs(said.adjusted) do
    local change = minus(int(adjusted.after), int(adjusted.before))
    if is_replaced(adjusted) then
      balance = plus(balance, change)
    else
      standing[#standing + 1] = adjusted
      for _, counter in ipairs(adjusted.counters) do
        local where = budget_key(counter)
        if call('EXISTS', where) == 1 then
          moves[where] = plus(moves[where] or number_at(where, 'spent'), change)
          amount(moves[where])
        end
      end
    end
  end
  amount(balance)
  for where, spent in pairs(moves) do
    call('HSET', where, 'spent', text_of(spent))
  end
  for _, adjusted in ipairs(standing) do
    local ended = read_ended(adjusted.requestId)
    if ended and ended.state ~= 'voided' and not ended.final and ended.revision == adjusted.revision then
      ended.total = adjusted.after
      remember(adjusted.requestId, ended)
    end
  end
  call('HSET', wallet_key(wallet.id), 'balance', text_of(balance), 'credit_seq', said.creditSeq)
  return 'applied'
end

-- What each entry that waits will change once the ledger has booked all of them.
local function waiting_changes(registers, given)
  local known, last, changes, moves = {}, {}, {}, {}
  local function move_of(counter)
    local name = counter_name(counter)
    moves[name] = moves[name] or { back = {}, given = {} }
    return moves[name]
  end
  for _, event_id in ipairs(call('ZRANGE', OUTBOX, 0, -1)) do
    local said = cjson.decode(call('HGET', OUTBOX_HEADS, event_id))
    local before = known[said.requestId] or registers[said.requestId]
    if not is_superseded(before, said) then
      known[said.requestId] = said
      local charge = minus(int(said.total), int(before and before.total or '0'))
      changes[#changes + 1] = { walletId = said.walletId, counters = said.counters, charge = charge }
      for _, each in ipairs(last[said.requestId] or given[said.requestId] or {}) do
        local move, ranges = move_of(each), ranges_of(each.ranges)
        move.back = union(move.back, ranges)
        move.given = difference(move.given, ranges)
      end
      for _, each in ipairs(said.given) do
        local move, ranges = move_of(each), ranges_of(each.ranges)
        move.back = difference(move.back, ranges)
        move.given = union(move.given, ranges)
      end
      last[said.requestId] = said.given
    end
  end
  return changes, moves
end

local function is_among(counters, counter)
  for _, each in ipairs(counters) do
    if each.scope == counter.scope and each.period == counter.period then
      return true
    end
  end
  return false
end

function deeds.resync(truth)
  for _, wallet in ipairs(truth.wallets) do
    local known = read_wallet(wallet.walletId)
    if known and less(int(wallet.creditSeq), int(known.credit_seq)) then
      return 0
    end
  end
  local changes, moves = waiting_changes(truth.registers, truth.given)
  for _, wallet in ipairs(truth.wallets) do
    local balance = int(wallet.balance)
    for _, change in ipairs(changes) do
      if change.walletId == wallet.walletId then
        balance = minus(balance, change.charge)
      end
    end
    local where = wallet_key(wallet.walletId)
    call('HSETNX', where, 'held', '0')
    call('HSET', where, 'balance', text_of(amount(balance)), 'credit_seq', wallet.creditSeq)
  end
  for _, counter in ipairs(truth.counters) do
    local spent = int(counter.spent)
    for _, change in ipairs(changes) do
      if is_among(change.counters, counter) then
        spent = plus(spent, change.charge)
      end
    end
    call('HSET', budget_key(counter), 'spent', text_of(amount(spent)))
    keep_for(budget_key(counter), counter)
  end
  for _, counter in ipairs(truth.units) do
    local move, taken = moves[counter_name(counter)], ranges_of(counter.taken)
    reset_units(counter, move and union(difference(taken, move.back), move.given) or taken)
  end
  for _, name in ipairs(call('SMEMBERS', POOLS)) do
    local space = string.find(name, ' [^ ]*$')
    local pool = read_pool({ scope = string.sub(name, 1, space - 1), period = string.sub(name, space + 1) })
    local change = settle_pool(pool)
    -- Its scope begins with `wallet:` and the wallet's id.
    local wallet = read_wallet(string.match(pool.counter.scope, '^[^:]*:([^:]*)') or '')
    if wallet then
      set_held(wallet, amount(plus(wallet.held, change)))
    end
  end
  return 1
end

function deeds.wallet(said)
  local wallet = read_wallet(said.walletId)
  if not wallet then
    return false
  end
  return {
    text_of(wallet.balance),
    text_of(wallet.held),
    text_of(minus(wallet.balance, wallet.held)),
    wallet.credit_seq,
  }
end

function deeds.spent(counter)
  return call('HGET', budget_key(counter), 'spent') or '0'
end

function deeds.taken(counter)
  return call('GET', units_key(counter)) or '[]'
end

function deeds.outbox(said)
  local entries = {}
  for at, event_id in ipairs(said.limit < 1 and {} or call('ZRANGE', OUTBOX, 0, said.limit - 1)) do
    entries[at] = call('HGET', OUTBOX_ENTRIES, event_id)
  end
  return entries
end

function deeds.outboxSize()
  return call('ZCARD', OUTBOX)
end

function deeds.confirm(said)
  for _, event_id in ipairs(said.eventIds) do
    call('ZREM', OUTBOX, event_id)
    call('HDEL', OUTBOX_ENTRIES, event_id)
    call('HDEL', OUTBOX_HEADS, event_id)
  end
end

return deeds[ARGV[1]](cjson.decode(ARGV[3]), ARGV[3], ARGV[4])
