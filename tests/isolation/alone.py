"""The policies alone: a database where nothing else refuses, so that each clause of each policy shows what it does."""

from tests.isolation.callers import Connection
from tests.isolation.rows import ROWS

REFUSING = {
    "public.users": ("keep_a_superadmin", "keep_a_superadmin_present"),
    "public.courses": ("keep_course_while_it_runs",),
    "public.file_catalog": ("keep_files_in_use",),
}


async def leave_policies_alone(root: Connection) -> None:
    """Grant `authenticated` every right to the tables under policies; no foreign key, no trigger refuses anything."""
    await root.execute("grant usage on all sequences in schema public to authenticated")
    for table in ROWS:
        await root.execute(f"grant select, insert, update, delete on {table} to authenticated")
    keys = await root.fetch("select conrelid::regclass::text as name, conname from pg_constraint where contype = 'f'")
    for key in keys:
        await root.execute(f'alter table {key["name"]} drop constraint "{key["conname"]}"')
    for table, triggers in REFUSING.items():
        for trigger in triggers:
            await root.execute(f"alter table {table} disable trigger {trigger}")


async def open_enrollments(root: Connection, table: str) -> None:
    """Let everybody read the enrollments while another table is looked at: its policies must not rely on theirs."""
    await root.execute("drop policy if exists opened on public.enrollments")
    if table != "public.enrollments":
        await root.execute("create policy opened on public.enrollments for select to authenticated using (true)")
