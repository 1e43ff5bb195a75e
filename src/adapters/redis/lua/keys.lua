-- Where everything of one shard is kept: all its keys carry the shard's hash tag, so that they share a slot.

local call = redis.call
local shard = KEYS[1]

local function key(kind, name)
  return shard .. kind .. name
end

local LEASES, OUTBOX, OUTBOX_ENTRIES, OUTBOX_HEADS = key('leases', ''), key('outbox', ''), key('outbox:entries', ''), key('outbox:heads', '')
local OUTBOX_NUMBER, POOLS, UNITS_OPEN = key('outbox:number', ''), key('pools', ''), key('units-open', '')

local function wallet_key(id) return key('wallet:', id) end
local function hold_key(id) return key('hold:', id) end
local function ended_key(id) return key('ended:', id) end
local function counter_name(counter) return counter.scope .. ' ' .. counter.period end

local function number_at(where, field)
  return int(call('HGET', where, field) or '0')
end

-- cjson writes an empty list as an object; whoever reads it takes either.
local function decoded(text)
  return text and cjson.decode(text) or nil
end
