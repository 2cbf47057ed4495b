"""PostgreSQL: the pool, sessions that carry the caller's identity, queries by name, notifications, migrations."""
