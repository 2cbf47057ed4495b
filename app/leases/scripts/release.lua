-- ARGV: run, token, memory ms. Returns 1 if this call gave the slot back. The release is remembered, held or not, so
-- that a rebuild that read PostgreSQL before the run ended does not grant the slot again.
local run, token, memory = ARGV[1], ARGV[2], tonumber(ARGV[3])
local given = 0
if redis.call('HGET', TOKENS, run) == token then
  given = forget(run)
end
redis.call('ZREMRANGEBYSCORE', RELEASED, '-inf', NOW - memory)
-- A server out of memory takes this write too, as the script has begun with one that frees memory.
redis.call('ZADD', RELEASED, NOW, run .. ':' .. token)
redis.call('PEXPIRE', RELEASED, memory)
return { given }
