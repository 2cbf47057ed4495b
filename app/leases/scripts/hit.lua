-- KEYS: window. ARGV: call id, limit, span ms. Returns 1 (0: refused), calls left, seconds until one more fits.
return { hit(KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])) }
