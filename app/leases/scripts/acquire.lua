-- ARGV: run, user, token, ttl ms, user limit, default global limit; and for a rate limit: call id, limit, span ms
-- (KEYS[7] is its window). Returns calls left and seconds until one more fits (-1 without a window), the outcome and its
-- numbers. Expired entries count: only the reaper evicts, since only it can tell a dead run from a late heartbeat.
local run, user, token = ARGV[1], ARGV[2], ARGV[3]
local counted, left, reset = 1, -1, -1

if not is_ready() then
  return { left, reset, 'unready' }
end
if KEYS[7] then
  counted, left, reset = hit(KEYS[7], ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9]))
  if counted == 0 then
    return { left, reset, 'rate_limited' }
  end
end

local held = redis.call('HGET', TOKENS, run)
if held and held ~= token then
  return { left, reset, 'foreign' }
end
if not held then
  local mine, all = redis.call('ZCARD', user_slots(user)), redis.call('ZCARD', SLOTS)
  local limit = global_limit(ARGV[6])
  if mine >= tonumber(ARGV[5]) then
    return { left, reset, 'user_full', mine, limit, all }
  end
  if all >= limit then
    return { left, reset, 'full', mine, limit, all }
  end
end
hold(run, user, token, tonumber(ARGV[4]))
redis.call('ZREM', RELEASED, run .. ':' .. token)
return { left, reset, 'granted' }
