select pg_catalog.obj_description(pg_catalog.to_regnamespace('app'), 'pg_namespace');
