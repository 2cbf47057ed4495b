-- KEYS: window. ARGV: call id, limit, span ms. Returns seconds to wait, calls left.
return { hit(KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])) }
