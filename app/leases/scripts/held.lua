-- ARGV: default global limit. Returns Redis's time in ms, ready, the global limit, then run, user, run, user, ...
local reply = { NOW, is_ready() and 1 or 0, global_limit(ARGV[1]) }
for _, word in ipairs(redis.call('HGETALL', OWNERS)) do
  reply[#reply + 1] = word
end
return reply
