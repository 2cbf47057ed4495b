"""Migrations are applied once, whole, by whoever comes first; and a kill in between leaves nothing to repair."""

import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import TupleRow

from app.db.migrate import migrate, pending
from app.db.migrations import NotMigrated, mark_of, migration_in, newest_migration, require_migrated
from app.dev import Addresses, Database, Databases

PROGRAM = """
import sys
from pathlib import Path
from app.db.migrate import migrate
print(*migrate(sys.argv[1], Path(sys.argv[2])))
"""
FIRST = """
create schema app;
-- a comment with 'quotes; and $$ in it
create function app.answer() returns text language plpgsql as $$
begin
    perform set_config('request.jwt.claims', '', true);
    return format('%s%%', 42); -- not the end;
end;
$$;
select set_config('coursegen.printed', 'no', true);
create type app.mood as enum ('glad', 'sad');
"""
SECOND = "create table app.things (mood app.mood not null); insert into app.things values ('glad');"


@pytest.fixture
def empty(servers: Addresses) -> Iterator[Database]:
    databases = Databases(servers.postgres_dsn)
    name = f"empty_{uuid.uuid4().hex}"
    yield databases.create(name)
    databases.drop(name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "[migrations]"
    folder.mkdir()
    (folder / "20260101000000_first.sql").write_text(FIRST)
    (folder / "20260101000001_second.sql").write_text(SECOND)
    return folder


def rows(database: Database, query: str) -> list[TupleRow]:
    with psycopg.connect(database.superuser) as connection:
        return connection.execute(query.encode()).fetchall()


def test_pending_migrations_are_applied_in_order_and_only_once(
    empty: Database, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    names = ["20260101000000_first", "20260101000001_second"]
    assert pending(empty.superuser, folder) == names
    assert migrate(empty.superuser, folder) == names
    assert migrate(empty.superuser, folder) == []
    assert pending(empty.superuser, folder) == []
    assert rows(empty, "select app.answer(), mood from app.things") == [("42%", "glad")]
    assert capfd.readouterr().out == ""


def test_five_processes_at_once_apply_each_migration_once(empty: Database, folder: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", PROGRAM, empty.superuser, str(folder)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(5)]
    answers = sorted(process.communicate(timeout=60)[0].split() for process in processes)
    assert [process.returncode for process in processes] == [0] * 5
    assert answers == [[], [], [], [], ["20260101000000_first", "20260101000001_second"]]


def test_a_migration_that_fails_leaves_nothing_of_itself_and_can_be_mended(empty: Database, folder: Path) -> None:
    second = folder / "20260101000001_second.sql"
    second.write_text("create table app.half (n int); select 1/0;")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(empty.superuser, folder)
    assert rows(empty, "select to_regclass('app.half')") == [(None,)]
    second.write_text(SECOND)
    assert migrate(empty.superuser, folder) == ["20260101000001_second"]


def test_a_kill_in_the_middle_of_a_migration_leaves_nothing_to_repair(empty: Database, folder: Path) -> None:
    second = folder / "20260101000001_second.sql"
    second.write_text("create table app.half (n int); select pg_sleep(60);")
    with subprocess.Popen([sys.executable, "-c", PROGRAM, empty.superuser, str(folder)]) as process:
        sleeping = "select pid from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"
        deadline = time.monotonic() + 20
        while not (pids := rows(empty, sleeping)) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.kill()
    rows(empty, f"select pg_terminate_backend({pids[0][0]})")  # it notices a lost client only after its sleep
    second.write_text(SECOND)
    assert migrate(empty.superuser, folder) == ["20260101000001_second"]
    assert rows(empty, "select to_regclass('app.half')") == [(None,)]


def test_a_lock_row_that_yoyo_left_behind_stops_nobody(empty: Database, folder: Path) -> None:
    with psycopg.connect(empty.superuser) as connection:
        connection.execute(
            "create table yoyo_lock (locked int primary key default 1, ctime timestamp, pid int not null)"
        )
        connection.execute("insert into yoyo_lock (ctime, pid) values (now(), 1)")
    assert len(migrate(empty.superuser, folder)) == 2


def test_a_migration_that_comes_late_with_an_older_name_is_applied_too(empty: Database, folder: Path) -> None:
    migrate(empty.superuser, folder)
    (folder / "20260101000000_g_late.sql").write_text("create table app.late (n int)")
    assert migrate(empty.superuser, folder) == ["20260101000000_g_late"]
    assert pending(empty.superuser, folder) == []


def test_the_logs_tables_are_closed_to_everyone_but_their_owner(database: Database) -> None:
    tables = rows(database, "select relname, relrowsecurity from pg_class where relname ~ 'yoyo' and relkind = 'r'")
    assert len(tables) == 4
    assert all(closed for _, closed in tables)


def test_the_project_s_own_migrations_leave_their_newest_name_as_the_mark(database: Database) -> None:
    with psycopg.connect(database.api) as connection:  # the API's login needs no grant to read it
        mark = connection.execute("select obj_description(to_regnamespace('app'), 'pg_namespace')").fetchone()
    assert mark is not None
    assert migration_in(mark[0]) == newest_migration()
    require_migrated(mark[0])
    assert pending(database.superuser) == []


@pytest.mark.parametrize("mark", [None, "", "something else", mark_of("20200101000000_old")])
def test_an_older_database_is_refused_in_one_line_that_says_what_to_run(mark: str | None) -> None:
    with pytest.raises(NotMigrated, match="run `coursegen migrate`") as caught:
        require_migrated(mark)
    assert "\n" not in str(caught.value)


def test_a_newer_database_is_accepted() -> None:
    require_migrated(mark_of("99990101000000_future"))
