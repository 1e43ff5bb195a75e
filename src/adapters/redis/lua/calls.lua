-- Wallets, the calls in flight that hold their money, and those that have ended.

local function read_wallet(id)
  local kept = call('HMGET', wallet_key(id), 'balance', 'held', 'credit_seq')
  if not kept[1] then
    return nil
  end
  return { id = id, balance = int(kept[1]), held = int(kept[2]), credit_seq = kept[3] }
end

local function must_be_loaded(id)
  return read_wallet(id) or error({ err = 'UNLOADED ' .. id })
end

local function set_held(wallet, held)
  wallet.held = held
  call('HSET', wallet_key(wallet.id), 'held', text_of(held))
end

local function read_hold(id)
  local fields = call('HGETALL', hold_key(id))
  if #fields == 0 then
    return nil
  end
  local kept = {}
  for at = 1, #fields, 2 do
    kept[fields[at]] = fields[at + 1]
  end
  return {
    id = id,
    request = cjson.decode(kept.request),
    answer = kept.answer,
    held_at_ms = tonumber(kept.held_at_ms),
    granted = int(kept.granted),
    own = int(kept.own),
    tokens = int(kept.tokens),
    shares = cjson.decode(kept.shares),
    pooled = int(kept.pooled),
    extension = decoded(kept.extension),
    call = kept.call,
  }
end

local function read_ended(id)
  return decoded(call('GET', ended_key(id)))
end

-- A settlement whose answer was lost is sent again within minutes. A void or an estimate may wait longer for a better
-- word: a gateway comes back with its journal.
local function remember(id, ended)
  local last_word = ended.state ~= 'voided' and ended.final
  call('SET', ended_key(id), cjson.encode(ended), 'PX', last_word and 3600000 or 86400000)
end

local function given_before(id)
  local ended = read_ended(id)
  return ended and ended.given or NO_UNITS
end

-- What it did not settle with is given out again, and pools count anew.
local function finish_units(wallet, id, used, earlier)
  local moved = end_units(id, used, earlier)
  if #moved > 0 then
    set_held(wallet, amount(plus(wallet.held, recount_pools(moved))))
  end
end

-- Gives back money, slots, and what the windows counted too much.
local function release(wallet, hold, consumed, now_ms)
  call('DEL', hold_key(hold.id))
  call('ZREM', LEASES, hold.id)
  local left = change_pools(hold.shares, -1)
  set_held(wallet, plus(minus(minus(wallet.held, hold.granted), hold.own), left))
  change_budgets(hold.request.budgets, 'held', negative(plus(hold.granted, hold.pooled)))
  free_slots(hold.request.slots)
  correct_windows(hold, consumed, now_ms)
end

-- Looked at before the first write, so that what cannot be counted exactly changes nothing at all.
local function charge_must_fit(wallet, said, charge)
  amount(minus(wallet.balance, charge))
  budgets_must_fit(said.counters, 'spent', charge)
end

local function append_to_outbox(said, entry)
  if call('HEXISTS', OUTBOX_ENTRIES, said.eventId) == 0 then
    call('ZADD', OUTBOX, call('INCR', OUTBOX_NUMBER), said.eventId)
  end
  call('HSET', OUTBOX_ENTRIES, said.eventId, entry)
  call('HSET', OUTBOX_HEADS, said.eventId, cjson.encode(said))
end

-- Books a charge and tells the ledger.
local function post(wallet, said, entry, charge, state)
  charge_must_fit(wallet, said, charge)
  finish_units(wallet, said.requestId, said.given, given_before(said.requestId))
  wallet.balance = minus(wallet.balance, charge)
  call('HSET', wallet_key(wallet.id), 'balance', text_of(wallet.balance))
  change_budgets(said.counters, 'spent', charge)
  append_to_outbox(said, entry)
  local outcome = { balance = text_of(wallet.balance), available = text_of(minus(wallet.balance, wallet.held)) }
  remember(said.requestId, {
    state = state,
    eventId = said.eventId,
    outcome = outcome,
    total = said.total,
    final = said.final,
    revision = said.revision,
    given = said.given,
  })
  return { kind = 'settled', balance = outcome.balance, available = outcome.available }
end

local function end_hold(wallet, hold, said, entry, state, tokens, now_ms)
  local total = int(said.total)
  charge_must_fit(wallet, said, total)
  -- A call that adjusts others may be charged less than nothing; no window has more room for it.
  local money = total.neg and ZERO or total
  release(wallet, hold, { requests = int('1'), tokens = tokens, money = money }, now_ms)
  return post(wallet, said, entry, total, state)
end

-- Final beats estimate, a later estimate an earlier one.
local function is_superseded(before, said)
  return before and (before.final or (not said.final and said.revision <= before.revision))
end
