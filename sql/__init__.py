"""SQL as data: `migrations/` in the order of their names, `queries/` by name, `maintenance/` for whole databases."""
