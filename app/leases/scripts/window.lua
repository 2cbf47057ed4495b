-- A sliding window: a sorted set of call ids by time. Needs Redis 5 or later (scripts replicate their effects).

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Counts the call `id` if fewer than `limit` calls are in the last `span` ms. Returns 1 (0: refused), how many more calls
-- fit, and the seconds until the oldest of them leaves. The same id counts once, so a repeated command is harmless.
local function hit(key, id, limit, span)
  local now = now_ms()
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - span)
  local count = redis.call('ZCARD', key)
  local oldest = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  local reset = math.max(1, math.ceil((tonumber(oldest[2] or now) + span - now) / 1000))
  if redis.call('ZSCORE', key, id) then
    return 1, limit - count, reset
  end
  if count >= limit then
    return 0, 0, reset
  end
  redis.call('ZADD', key, now, id)
  redis.call('PEXPIRE', key, span)
  return 1, limit - count - 1, reset
end
