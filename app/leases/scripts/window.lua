-- A sliding window: a sorted set of call ids by time. Needs Redis 5 or later (scripts replicate their effects).

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Counts the call `id` if fewer than `limit` calls are in the last `span` ms. Returns the seconds to wait (0: counted)
-- and how many more calls fit. The same id counts once, so a repeated command is harmless.
local function hit(key, id, limit, span)
  local now = now_ms()
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - span)
  local count = redis.call('ZCARD', key)
  if redis.call('ZSCORE', key, id) then
    return 0, limit - count
  end
  if count >= limit then
    local oldest = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
    return math.max(1, math.ceil((tonumber(oldest[2] or now) + span - now) / 1000)), 0
  end
  redis.call('ZADD', key, now, id)
  redis.call('PEXPIRE', key, span)
  return 0, limit - count - 1
end
