-- Held by the session that migrates. The number is the first eight letters of the project's name, as bytes.
select pg_catalog.pg_advisory_lock(7165074666592495461);
