"""The `coursegen` command."""

import asyncio
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import click
import psycopg
from granian.constants import HTTPModes, Interfaces
from granian.server import Server

from app.boot import TABLE, check_start, run_worker
from app.db.chain import Broken, make_superadmin, verify_chain
from app.db.errors import DatabaseRefused, DatabaseUnavailable
from app.db.migrate import migrate as apply_migrations
from app.db.migrate import pending
from app.db.migrations import NotMigrated
from app.dev import ChildDied, FolderInUse, ServersMissing
from app.dev.client import CallRefused, call_procedure
from app.dev.demo import DemoFailed, run_demo
from app.dev.ports import CannotListen, require_free
from app.dev.service import run_stack
from app.dev.token import TokenRefused, issue_token
from app.gen.diff import changes
from app.gen.files import SurfaceUnreadable, read_surface, stale_files
from app.metrics import shared_by
from app.settings import SettingsError, read_settings
from app.tracing import TracingMissing
from app.work.queue import QueueNotMigrated

SHUTDOWN_SECONDS = 10
P = ParamSpec("P")
T = TypeVar("T")
EXPECTED = (
    SettingsError,
    NotMigrated,
    QueueNotMigrated,
    DatabaseUnavailable,
    DatabaseRefused,
    psycopg.OperationalError,
    ServersMissing,
    FolderInUse,
    ChildDied,
    CannotListen,
    TokenRefused,
    CallRefused,
    DemoFailed,
    SurfaceUnreadable,
    TracingMissing,
)
LOCAL = Path(".local")
DATA = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=LOCAL,
    show_default=True,
    help="The folder of the local servers and their data.",
)


def expected_errors(command: Callable[P, T]) -> Callable[P, T]:
    """What the user can mend is told in a line, without a stack; exit code 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except EXPECTED as error:
            raise click.ClickException(_told(error)) from None

    return run


def _owner_url() -> str:
    url = read_settings().owner_database_url
    if not url:
        raise click.ClickException("OWNER_DATABASE_URL is not set: this needs a login that may act as the owner")
    return url


def _told(error: Exception) -> str:
    """What is wrong, as those who start the service need it: callers are told less."""
    if isinstance(error, DatabaseUnavailable | DatabaseRefused):
        return f"PostgreSQL cannot be used: {error.__cause__ or error}"
    text = str(error).strip()
    return " ".join(text.split()) if isinstance(error, psycopg.Error) else text  # its sentences end with a line break


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="coursegen")
def main() -> None:
    """Coursegen: course generation as typed procedures.

    Settings come from the environment; the README lists them.
    """


@main.command()
@expected_errors
def serve() -> None:
    """Serve the API until SIGTERM or SIGINT."""
    settings = read_settings()
    require_free(settings.host, settings.port)
    asyncio.run(check_start(settings))
    with shared_by(settings.api_processes):
        Server(
            "app.asgi:create_app",
            factory=True,
            address=settings.host,
            port=settings.port,
            interface=Interfaces.ASGI,
            http=HTTPModes.http1,  # HTTP/2 is for the proxy in front; the chance of it costs a connection 10 KiB
            workers=settings.api_processes,
            workers_kill_timeout=SHUTDOWN_SECONDS,
            log_enabled=False,
        ).serve()


@main.command()
@expected_errors
def work() -> None:
    """Run queued jobs until SIGTERM or SIGINT, which drain: running jobs are finished, or given back."""
    settings = read_settings()
    if settings.metrics_token and settings.worker_metrics_port:
        require_free(settings.host, settings.worker_metrics_port)
    asyncio.run(run_worker(settings))


@main.command()
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if a migration is pending.")
@expected_errors
def migrate(check: bool) -> None:
    """Apply pending migrations to OWNER_DATABASE_URL; safe from many processes at once."""
    url = _owner_url()
    names = pending(url) if check else apply_migrations(url)
    for name in names:
        click.echo(f"{'pending' if check else 'applied'} {name}")
    if check and names:
        sys.exit(1)


@main.command()
@click.option("--email", required=True, help="Whose token: the email of a row of users.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of a running `coursegen dev`.  [default: .local, unless DATABASE_URL is set]",
)
@expected_errors
def token(email: str, data: Path | None) -> None:
    """Print an access token for development; its claims come from the database's own token hook."""
    click.echo(issue_token(email, data or (None if "DATABASE_URL" in os.environ else LOCAL)))


@main.command()
@click.argument("email")
@expected_errors
def superadmin(email: str) -> None:
    """Make the user of EMAIL a superadmin, by OWNER_DATABASE_URL: the first one has nobody else to do it.

    Counts for the next token.
    """
    if asyncio.run(make_superadmin(_owner_url(), email)) is None:
        raise click.ClickException(f"no active user has the email {email}")
    click.echo(f"{email} is a superadmin")


@main.group()
def audit() -> None:
    """The trail of what superadmins did: admin.listAudit shows it."""


@audit.command()
@click.option("--noted", metavar="HEAD", help="A head that was printed earlier: the chain must still hold it.")
@expected_errors
def verify(noted: str | None) -> None:
    """Recompute the chain of hashes by OWNER_DATABASE_URL: its head, or its first broken link and exit code 1.

    Note the head where nobody who writes the database can change it.
    """
    found = asyncio.run(verify_chain(_owner_url(), noted))
    if isinstance(found, Broken):
        raise click.ClickException(f"the audit trail was changed: {found}")
    click.echo(f"intact, head {found}")


@main.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a generated file is stale.")
def gen(check: bool) -> None:
    """Write the generated files from the table of procedures."""
    stale = stale_files(TABLE, Path())
    for path, text in stale.items():
        click.echo(f"{'stale' if check else 'wrote'} {path}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if check and stale:
        raise click.ClickException("generated files are stale: run `make gen`")


@main.group(name="surface")
def surface_commands() -> None:
    """The interface as `make gen` writes it to clients/surface.json."""


SURFACE_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@surface_commands.command()
@click.argument("old", type=SURFACE_FILE)
@click.argument("new", type=SURFACE_FILE)
@expected_errors
def diff(old: Path, new: Path) -> None:
    """Name the changes from OLD to NEW, two surface.json; exit 1 when one may break a client of OLD."""
    found = changes(read_surface(old), read_surface(new))
    breaking = [change for change in found if change.breaking]
    for title, listed in (("breaking", breaking), ("additive", [c for c in found if not c.breaking])):
        if listed:
            click.echo("\n  ".join([f"{title}:", *map(str, listed)]))
    sys.exit(bool(breaking))


@main.command()
@click.argument("path")
@click.argument("json", default="")
@click.option("--url", envvar="COURSEGEN_URL", default="http://127.0.0.1:8000", show_default=True)
@click.option("--token", "bearer", envvar="COURSEGEN_TOKEN", help="The access token.")
def call(path: str, json: str, url: str, bearer: str | None) -> None:
    """Call the procedure PATH of a running server with JSON as its input; exits 1 on an error answer."""
    sys.exit(call_procedure(url, path, json, bearer))


@main.command()
@DATA
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--reload/--no-reload", default=False, help="Start API and worker again when the code changes.")
@expected_errors
def dev(data: Path, port: int, reload: bool) -> None:
    """Run everything on this machine: PostgreSQL, Redis, the API and a worker, with demo data; ends on Ctrl-C."""
    run_stack(data, port, reload=reload)


@main.command()
@DATA
@click.option(
    "--document",
    "documents",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A file to make the course of, up to three times: pdf, docx, pptx, html, txt or md.  [default: a PDF]",
)
@click.option("--language", default="ru", show_default=True, help="The language of the course.")
@expected_errors
def demo(data: Path, documents: tuple[Path, ...], language: str) -> None:
    """Generate a course from documents, end to end, as a client would; leaves nothing running."""
    run_demo(data, documents, language)
