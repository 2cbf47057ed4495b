-- ARGV: ttl ms, memory ms, when the snapshot was taken (ms), whether the sentinel stood then, the global limit (0: the
-- default), the number of live runs, for each run, user, token; then the ended runs. slots.py says why it is safe.
-- Returns rebuilt, renewed, evicted, whether the sentinel stands.
local ttl, memory = tonumber(ARGV[1]), tonumber(ARGV[2])
local seen_at, was_ready, limit, count = tonumber(ARGV[3]), ARGV[4] == '1', tonumber(ARGV[5]), tonumber(ARGV[6])
local rebuilt, renewed, evicted = 0, 0, 0

-- Older than the memory of releases: what was live then may have ended since without a trace here.
if NOW - seen_at > memory then
  return { 0, 0, 0, is_ready() and 1 or 0 }
end

for i = 7, 6 + 3 * count, 3 do
  local run, user, token = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if redis.call('HGET', TOKENS, run) == token then
    hold(run, user, token, ttl)
    renewed = renewed + 1
  elseif not redis.call('ZSCORE', RELEASED, run .. ':' .. token) then
    forget(run)
    hold(run, user, token, ttl)
    rebuilt = rebuilt + 1
  end
end

for i = 7 + 3 * count, #ARGV do
  evicted = evicted + forget(ARGV[i])
end
-- Live runs have just been renewed: what is expired now is unknown to PostgreSQL.
for _, run in ipairs(redis.call('ZRANGEBYSCORE', SLOTS, '-inf', NOW)) do
  evicted = evicted + forget(run)
end

if limit > 0 then
  redis.call('SET', LIMIT, limit)
else
  redis.call('DEL', LIMIT)
end
if not is_ready() and not was_ready then
  redis.call('SET', READY, incarnation())
end
return { rebuilt, renewed, evicted, is_ready() and 1 or 0 }
