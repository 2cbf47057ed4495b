-- What the slot scripts share: the keys, and the two moves of an entry. A run holds a slot while its id is in the
-- sorted set of all and in its user's, with its token and its owner beside them; all four change together.
-- The users' keys are made from the data; the hash tag that all keys share keeps them on one node of a cluster.

local SLOTS, TOKENS, OWNERS, LIMIT, READY, RELEASED = unpack(KEYS, 1, 6)
local NOW = now_ms()

local function user_slots(user)
  return SLOTS .. ':user:' .. user
end

-- Which server process this is. A restart from an old snapshot and a fail-over to a replica lose writes without
-- leaving Redis empty, and both change the id. Some hosted servers do not tell it; there only emptiness is noticed.
local function incarnation()
  local info = redis.pcall('INFO', 'server')
  return type(info) == 'string' and string.match(info, 'run_id:(%w+)') or 'unknown'
end

-- The sentinel counts only for the process that it was written in.
local function is_ready()
  return redis.call('GET', READY) == incarnation()
end

local function hold(run, user, token, ttl)
  redis.call('ZADD', SLOTS, NOW + ttl, run)
  redis.call('ZADD', user_slots(user), NOW + ttl, run)
  redis.call('HSET', TOKENS, run, token)
  redis.call('HSET', OWNERS, run, user)
end

-- Returns 1 if the run held a slot, else 0.
local function forget(run)
  local user = redis.call('HGET', OWNERS, run)
  if user then
    redis.call('ZREM', user_slots(user), run)
  end
  redis.call('HDEL', TOKENS, run)
  redis.call('HDEL', OWNERS, run)
  return redis.call('ZREM', SLOTS, run)
end

local function global_limit(default)
  return tonumber(redis.call('GET', LIMIT) or default)
end
