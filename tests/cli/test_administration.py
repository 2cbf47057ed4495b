"""`coursegen superadmin` and `coursegen audit verify`: what the owner of the database does by hand."""

from pathlib import Path

import psycopg
import pytest

from app.dev import Addresses, Database
from tests.cli.programs import coursegen
from tests.cli.test_commands import refusal, settings_of

EMAIL = "owner@acme.example"
ADD_USER = """
    with acme as (insert into organizations (name, tier) values ('Acme', 'standard') returning id)
    insert into users (email, organization_id) select %s, id from acme
"""


@pytest.fixture
def settings(own_database: Database, servers: Addresses, tmp_path: Path) -> dict[str, str]:
    """A production that has one user, who is nobody yet."""
    with psycopg.connect(own_database.superuser) as connection:
        connection.execute(ADD_USER, [EMAIL])
    return settings_of(own_database, servers, tmp_path, ENVIRONMENT="production")


def role_of(settings: dict[str, str]) -> str:
    with psycopg.connect(settings["OWNER_DATABASE_URL"]) as connection:
        row = connection.execute("select role::text from users where email = %s", [EMAIL]).fetchone()
    return str(row and row[0])


def test_the_first_superadmin_is_made_and_the_trail_holds_it(settings: dict[str, str]) -> None:
    assert coursegen("audit", "verify", settings=settings).stdout.startswith("intact, head 0:")
    for _ in range(2):
        done = coursegen("superadmin", EMAIL, settings=settings)
        assert (done.returncode, done.stdout) == (0, f"{EMAIL} is a superadmin\n")
    assert role_of(settings) == "superadmin"
    assert coursegen("audit", "verify", settings=settings).stdout.startswith("intact, head 2:")


def test_the_sql_way_does_the_same(settings: dict[str, str]) -> None:
    with psycopg.connect(settings["OWNER_DATABASE_URL"]) as connection:
        connection.execute("set role app_owner")
        connection.execute("select app.make_superadmin(%s)", [EMAIL])
    assert role_of(settings) == "superadmin"
    assert coursegen("audit", "verify", settings=settings).stdout.startswith("intact, head 1:")


def test_a_changed_trail_is_told_in_a_line_and_so_is_a_head_that_it_does_not_hold(settings: dict[str, str]) -> None:
    coursegen("superadmin", EMAIL, settings=settings)
    head = coursegen("audit", "verify", settings=settings).stdout.split()[-1]
    assert coursegen("audit", "verify", "--noted", head, settings=settings).returncode == 0
    told = refusal("audit", "verify", "--noted", f"1:{'0' * 64}", settings=settings)
    assert "the chain does not hold 1:0000" in told
    with psycopg.connect(settings["OWNER_DATABASE_URL"]) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute('update system_metrics set metadata = metadata || \'{"id": "another"}\'')
    told = refusal("audit", "verify", settings=settings)
    assert told.startswith("Error: the audit trail was changed: link 1, event ")


def test_who_is_unknown_or_has_no_owners_address_is_told_so(settings: dict[str, str]) -> None:
    assert "no active user has the email x@y" in refusal("superadmin", "x@y", settings=settings)
    without = {**settings, "OWNER_DATABASE_URL": ""}
    for command in (("superadmin", EMAIL), ("audit", "verify")):
        assert "OWNER_DATABASE_URL is not set" in refusal(*command, settings=without)


def test_the_apis_login_may_do_neither(settings: dict[str, str]) -> None:
    as_api = {**settings, "OWNER_DATABASE_URL": settings["DATABASE_URL"]}
    for command in (("superadmin", EMAIL), ("audit", "verify")):
        assert "PostgreSQL cannot be used: permission denied" in refusal(*command, settings=as_api)
    assert role_of(settings) == "student"
