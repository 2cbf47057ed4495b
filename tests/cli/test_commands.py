"""Each command says what it does, does it, and tells what is wrong in one line with exit code 1."""

import signal
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import psycopg
import pytest

from app.dev import Addresses, Database, Databases
from app.dev.ports import free_port
from tests.cli.programs import CHECKOUT, Dev, coursegen, running, until

COMMANDS = ("serve", "work", "migrate", "superadmin", "audit", "token", "gen", "call", "dev", "demo")


@pytest.fixture
def empty_database(servers: Addresses) -> Iterator[Database]:
    databases = Databases(servers.postgres_dsn)
    name = f"empty_{uuid.uuid4().hex}"
    yield databases.create(name)
    databases.drop(name)


def settings_of(database: Database, servers: Addresses, folder: Path, **changes: str) -> dict[str, str]:
    return {
        "ENVIRONMENT": "test",
        "DATABASE_URL": database.api,
        "WORKER_DATABASE_URL": database.worker,
        "OWNER_DATABASE_URL": database.superuser,
        "REDIS_URL": servers.redis_url,
        "STORAGE_URL": f"file://{folder}",
        "JWT_SECRET": "a secret for tests, thirty-two bytes and more",
        "PORT": str(free_port()),
        **changes,
    }


def refusal(*arguments: str, settings: Mapping[str, str]) -> str:
    """The one line that a command is refused with."""
    done = coursegen(*arguments, settings=settings)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_the_help_lists_every_command() -> None:
    done = coursegen("--help")
    assert done.returncode == 0
    listed = done.stdout.partition("Commands:")[2].split()
    assert set(COMMANDS) <= set(listed)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(command: str) -> None:
    done = coursegen(command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: coursegen {command}")


def test_a_token_stands_alone_on_the_last_line_and_is_accepted(dev: Dev) -> None:
    made = coursegen("token", "--email", "admin@other.local", "--data", str(dev.data))
    token = made.stdout.splitlines()[-1]
    assert token.count(".") == 2
    assert " " not in token
    done = coursegen("call", "courses.list", "--url", dev.url, "--token", token)
    assert done.returncode == 0
    assert '"items": []' in done.stdout


def test_a_token_is_refused_to_strangers_in_production_and_where_nothing_runs(dev: Dev, tmp_path: Path) -> None:
    def asked(email: str, folder: Path) -> str:
        return refusal("token", "--email", email, "--data", str(folder), settings={})

    assert "no active user has the email nobody@demo.local" in asked("nobody@demo.local", dev.data)
    assert f"no stack runs on {tmp_path / 'none'}" in asked("admin@demo.local", tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_production_issues_no_token(own_database: Database, servers: Addresses, tmp_path: Path) -> None:
    settings = settings_of(own_database, servers, tmp_path, ENVIRONMENT="production")
    assert "tokens are issued in development alone" in refusal("token", "--email", "a@b", settings=settings)


def test_calls_exit_with_1_on_an_error_answer_and_where_nothing_answers(dev: Dev) -> None:
    assert coursegen("call", "system.ping", "--url", dev.url).returncode == 0
    refused = coursegen("call", "courses.list", "{}", settings={"COURSEGEN_URL": dev.url})
    assert refused.returncode == 1
    assert '"UNAUTHORIZED"' in refused.stdout
    nowhere = coursegen("call", "system.ping", "--url", f"http://127.0.0.1:{free_port()}")
    assert nowhere.returncode == 1
    assert "does not answer" in nowhere.stderr


def test_the_token_and_the_address_of_a_call_can_stand_in_the_environment(dev: Dev) -> None:
    settings = {"COURSEGEN_URL": dev.url, "COURSEGEN_TOKEN": dev.token()}
    done = coursegen("call", "courses.create", '{"title": "Компост"}', settings=settings)
    assert done.returncode == 0
    assert '"title": "Компост"' in done.stdout


def test_migrations_are_pending_then_applied_then_done(
    empty_database: Database, servers: Addresses, tmp_path: Path
) -> None:
    settings = settings_of(empty_database, servers, tmp_path)
    count = len(list((CHECKOUT / "sql" / "migrations").glob("*.sql")))
    check = coursegen("migrate", "--check", settings=settings)
    assert (check.returncode, check.stdout.count("pending ")) == (1, count)
    first = coursegen("migrate", settings=settings)
    assert (first.returncode, first.stdout.count("applied ")) == (0, count)
    again = coursegen("migrate", settings=settings)
    assert (again.returncode, again.stdout) == (0, "")
    assert coursegen("migrate", "--check", settings=settings).returncode == 0
    assert "OWNER_DATABASE_URL is not set" in refusal("migrate", settings={**settings, "OWNER_DATABASE_URL": ""})


@pytest.mark.parametrize("command", ["serve", "work"])
def test_a_database_without_migrations_is_refused(
    empty_database: Database, servers: Addresses, tmp_path: Path, command: str
) -> None:
    assert "run `coursegen migrate`" in refusal(command, settings=settings_of(empty_database, servers, tmp_path))


@pytest.mark.parametrize("command", ["serve", "work", "migrate"])
def test_a_postgresql_that_is_away_is_told(
    database: Database, servers: Addresses, tmp_path: Path, command: str
) -> None:
    away = f"postgresql://someone@127.0.0.1:{free_port()}/nowhere"
    urls = dict.fromkeys(("DATABASE_URL", "WORKER_DATABASE_URL", "OWNER_DATABASE_URL"), away)
    refusal(command, settings=settings_of(database, servers, tmp_path, **urls))


@pytest.mark.parametrize("command", ["serve", "work", "migrate"])
def test_a_login_or_database_that_postgresql_refuses_is_told(
    database: Database, servers: Addresses, tmp_path: Path, command: str
) -> None:
    unknown = Databases(servers.postgres_dsn).named("no_such_database")
    told = refusal(command, settings=settings_of(unknown, servers, tmp_path))
    assert 'database "no_such_database" does not exist' in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("GLOBAL_CONCURRENCY_LIMIT", "0"),
        ("ENVIRONMENT", "prod"),
        ("JWT_SECRET", "short"),
        ("LEASE_TTL_SECONDS", "-1"),
        ("STORAGE_URL", "ftp://files"),
        ("REDIS_URL", "http://localhost"),
        ("DATABASE_URL", "mysql://localhost/db"),
        ("JWKS_URL", "project.supabase.co/jwks.json"),
    ],
)
def test_a_wrong_setting_names_itself(
    database: Database, servers: Addresses, tmp_path: Path, name: str, value: str
) -> None:
    assert name in refusal("work", settings=settings_of(database, servers, tmp_path, **{name: value}))


def test_a_missing_setting_names_itself() -> None:
    assert "DATABASE_URL is not set" in refusal("serve", settings={})


def test_a_taken_port_is_told(database: Database, servers: Addresses, tmp_path: Path, dev: Dev) -> None:
    port = dev.url.rpartition(":")[2]
    assert f"port {port}" in refusal("serve", settings=settings_of(database, servers, tmp_path, PORT=port))


def test_several_api_processes_serve_one_port_and_die_with_the_one_that_started_them(
    own_database: Database, servers: Addresses, tmp_path: Path
) -> None:
    settings = settings_of(own_database, servers, tmp_path, API_PROCESSES="2")
    with running("serve", settings=settings) as serve:
        children = Path(f"/proc/{serve.pid}/task/{serve.pid}/children")
        until(lambda: answers(settings["PORT"]), "the API answers", 10)
        pids = children.read_text().split()
        assert len(pids) >= 2
        serve.send_signal(signal.SIGKILL)
        until(lambda: not any(is_alive(pid) for pid in pids), "its processes are gone", 5)


def test_serve_and_work_end_with_0_when_they_are_asked_to_stop(
    own_database: Database, servers: Addresses, tmp_path: Path
) -> None:
    settings = settings_of(own_database, servers, tmp_path)
    with running("serve", settings=settings) as serve, running("work", settings=settings) as work:
        until(lambda: answers(settings["PORT"]), "the API answers", 10)
        until(lambda: reports(own_database), "the worker reports", 10)
        for process in (serve, work):
            process.terminate()
        assert (serve.wait(10), work.wait(10)) == (0, 0)


def answers(port: str) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False).is_success
    except httpx.TransportError:
        return False


def reports(database: Database) -> bool:
    with psycopg.connect(database.superuser) as connection:
        return connection.execute("select from saq_stats").fetchone() is not None


def is_alive(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_generated_files_are_current_and_a_stale_one_is_told(tmp_path: Path) -> None:
    assert coursegen("gen", "--check").returncode == 0
    stale = coursegen("gen", "--check", cwd=tmp_path)
    assert stale.returncode == 1
    assert "stale clients/surface.json" in stale.stdout
    assert list(tmp_path.iterdir()) == []
    assert coursegen("gen", cwd=tmp_path).returncode == 0
    assert coursegen("gen", "--check", cwd=tmp_path).returncode == 0
