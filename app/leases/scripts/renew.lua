-- ARGV: run, token, ttl ms. Returns 1 if the run holds its slot with this token; an entry that is gone stays gone.
local run, token = ARGV[1], ARGV[2]
if redis.call('HGET', TOKENS, run) ~= token then
  return { 0 }
end
hold(run, redis.call('HGET', OWNERS, run), token, tonumber(ARGV[3]))
return { 1 }
