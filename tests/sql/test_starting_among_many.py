"""A start costs the same however many courses there are."""

from uuid import uuid4

from app.dev import Database
from tests.sql.callers import acting_as, connect, course, instructor

COURSES_UNDER_WAY = """
insert into courses (title, slug, user_id, organization_id, generation_status)
select 'Course ' || n, 'under-way-' || n, $1, $2, 'initializing'
from generate_series(1, 5000) as n
"""
READ_IN_THIS_TRANSACTION = """
select sum(pg_stat_get_xact_tuples_returned(indexrelid)) from pg_index where indrelid = 'public.courses'::regclass
"""
FEW = 20


async def test_a_start_reads_no_course_under_way_but_its_own(own_database: Database) -> None:
    root, api = await connect(own_database.superuser), await connect(own_database.api)
    owner = await instructor(root)
    await root.execute("set session_replication_role = replica")  # no course gets there by one step
    await root.execute(COURSES_UNDER_WAY, owner.user_id, owner.organization_id)
    own = await course(root, owner)
    await root.execute("vacuum analyze courses")  # the planner knows now that all have one status
    async with acting_as(api, owner):
        claim = "select app.claim_run($1, $2, $3, null, null, 'request-1') ->> 'outcome'"
        assert await api.fetchval(claim, own, uuid4(), uuid4()) == "claimed"
        assert await api.fetchval(READ_IN_THIS_TRANSACTION) < FEW
    await root.close()
    await api.close()
