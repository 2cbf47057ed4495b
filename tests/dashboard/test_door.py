"""Who comes in at /admin/queues, by what, and for how long."""

import time
from pathlib import Path
from uuid import UUID

import jwt
import msgspec
import pytest

from app.auth.claims import Claims, Role
from app.auth.errors import Unauthorized
from app.auth.session import LIFETIME_SECONDS, Sessions
from app.dev import Database
from tests.dashboard.visitor import COOKIE, Visitor, cookie_of, enter, request
from tests.wire.served import Served, error_of, serve
from tests.wire.test_outages import database_away
from tests.work.harness import eventually
from tests.world import SECRET, token_of

READS = ["api/queues", "api/queues/coursegen", "api/queues/coursegen/jobs/x"]
CHANGES = ["api/queues/coursegen/jobs/x/retry", "api/queues/coursegen/jobs/x/abort"]


async def test_a_visitor_without_a_session_gets_the_form_and_nothing_else(served: Served) -> None:
    for path in ("", "queues/coursegen", "queues/coursegen/jobs/x"):
        page = await request(served, "GET", path)
        assert (page.status_code, page.headers["www-authenticate"]) == (401, "Bearer")
        assert "Access token" in page.text
        assert "csrf-token" not in page.text
    for path in READS:
        error_of(await request(served, "GET", path), 401)
    for path in CHANGES:
        error_of(await request(served, "POST", path), 401)


async def test_the_cookie_is_for_the_page_alone_out_of_reach_and_short(served: Served) -> None:
    caller = await served.user(Role.SUPERADMIN)
    given = await request(served, "POST", "session", authorization=f"Bearer {token_of(caller)}")
    assert (given.status_code, given.content, given.headers["cache-control"]) == (204, b"", "no-store")
    attributes = set(given.headers["set-cookie"].split("; ")[1:])
    assert attributes == {"Max-Age=600", "Path=/admin/queues", "HttpOnly", "SameSite=Strict", "Secure"}
    claims = jwt.decode(cookie_of(given), options={"verify_signature": False})
    assert 0 <= time.time() + LIFETIME_SECONDS - claims["exp"] < 30


async def test_a_session_does_not_outlive_the_token_it_was_given_for(served: Served) -> None:
    caller = await served.user(Role.SUPERADMIN)
    short = msgspec.structs.replace(caller.claims, expires_at=int(time.time()) + 60)
    given = await request(served, "POST", "session", authorization=f"Bearer {token_of(served.world.caller(short))}")
    assert jwt.decode(cookie_of(given), options={"verify_signature": False})["exp"] == short.expires_at


@pytest.mark.parametrize("role", [Role.ADMIN, Role.INSTRUCTOR, Role.STUDENT])
async def test_others_than_superadmins_are_refused(served: Served, role: Role) -> None:
    token = token_of(await served.user(role))
    refused = await request(served, "POST", "session", authorization=f"Bearer {token}")
    assert error_of(refused, 403)["type"] == "Forbidden"
    assert "set-cookie" not in refused.headers


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer a.b.c", "Basic eHg6eHg="])
async def test_without_a_valid_token_there_is_no_session(served: Served, header: str) -> None:
    refused = await request(served, "POST", "session", authorization=header)
    error_of(refused, 401)
    assert "set-cookie" not in refused.headers


@pytest.mark.parametrize("change", ["update users set role = 'admin'", "update users set is_active = false"])
async def test_whom_the_database_knows_as_none_any_more_is_refused_at_once(served: Served, change: str) -> None:
    caller, _other = await served.user(Role.SUPERADMIN), await served.user(Role.SUPERADMIN)  # the last one stays
    visitor = await enter(served, caller)
    await visitor.answer("api/queues")
    await served.world.sql.execute(f"{change} where id = $1", caller.user_id)
    error_of(await visitor.get("api/queues"), 403)
    error_of(await request(served, "POST", "session", authorization=f"Bearer {token_of(caller)}"), 403)


async def test_coming_in_is_an_action_of_the_superadmins(served: Served) -> None:
    caller = await served.user(Role.SUPERADMIN)
    await enter(served, caller)
    row = await served.world.row(
        "select event_type, severity, metadata ->> 'procedure' as procedure from system_metrics where user_id = $1",
        caller.user_id,
    )
    assert row == {"event_type": "superadmin_action", "severity": "info", "procedure": "queues.enter"}


async def test_an_access_token_is_no_cookie_and_a_cookie_no_token(served: Served, visitor: Visitor) -> None:
    error_of(await request(served, "GET", "api/queues", cookie=f"{COOKIE}={token_of(visitor.caller)}"), 401)
    error_of(await served.post("courses.list", authorization=f"Bearer {visitor.cookie}"), 401)
    error_of(await request(served, "POST", "session", authorization=f"Bearer {visitor.cookie}"), 401)


async def test_of_two_cookies_with_the_name_neither_counts(served: Served, visitor: Visitor) -> None:
    twice = f"{COOKIE}=planted; {COOKIE}={visitor.cookie}"
    error_of(await request(served, "GET", "api/queues", cookie=twice), 401)
    among = f"a=b; {COOKIE}={visitor.cookie}; c=d"
    assert (await request(served, "GET", "api/queues", cookie=among)).status_code == 200


async def test_no_database_is_asked_before_who_comes_is_known(
    served: Served, visitor: Visitor, database: Database
) -> None:
    async with database_away(database):
        for path in ("", *READS):
            assert (await request(served, "GET", path, cookie=f"{COOKIE}=a.b.c")).status_code == 401
        error_of(await request(served, "POST", "session", authorization="Bearer a.b.c"), 401)
        assert (await visitor.get()).status_code == 200
        error_of(await visitor.get("api/queues"), 503)
    await eventually(lambda: answers(visitor))


async def answers(visitor: Visitor) -> bool:
    return (await visitor.get("api/queues")).status_code == 200


async def test_who_leaves_has_no_cookie_any_more(visitor: Visitor) -> None:
    left = await visitor.change("session", "DELETE")
    assert (left.status_code, cookie_of(left)) == (204, "")
    assert "Max-Age=0" in left.headers["set-cookie"]


async def test_a_token_in_the_address_is_not_looked_at(served: Served) -> None:
    token = token_of(await served.user(Role.SUPERADMIN))
    for name in ("token", "access_token", "authorization"):
        error_of(await served.http.post(f"/admin/queues/session?{name}={token}"), 401)
    assert token.rpartition(".")[2] not in served.log_text()


async def test_in_development_the_cookie_may_travel_over_http(
    database: Database, redis_url: str, tmp_path: Path
) -> None:
    async with serve(database, redis_url, tmp_path, environment="development") as developed:
        token = token_of(await developed.user(Role.SUPERADMIN))
        given = await request(developed, "POST", "session", authorization=f"Bearer {token}")
        assert given.headers["set-cookie"].startswith("coursegen-admin=")
        assert "Secure" not in given.headers["set-cookie"]


async def test_without_a_secret_there_is_no_page(database: Database, redis_url: str, tmp_path: Path) -> None:
    keys = {"jwt_secret": "", "jwks_url": "https://issuer.invalid/keys", "download_secret": SECRET}
    async with serve(database, redis_url, tmp_path, **keys) as closed:
        error_of(await closed.http.get("/admin/queues"), 404)
    async with serve(database, redis_url, tmp_path, **keys, session_secret=SECRET) as opened:
        assert (await opened.http.get("/admin/queues")).status_code == 401


CLAIMS = Claims(UUID(int=1), UUID(int=2), Role.SUPERADMIN, 2**33)


def test_a_session_is_read_back_by_the_same_secret_alone() -> None:
    session, cookie = Sessions(SECRET).give(CLAIMS)
    assert Sessions(SECRET).read(cookie) == session
    assert session.claims == msgspec.structs.replace(CLAIMS, expires_at=session.expires_at)
    with pytest.raises(Unauthorized):
        Sessions(f"{SECRET}x").read(cookie)


@pytest.mark.parametrize(
    "change",
    [
        {"exp": 1},
        {"aud": "authenticated"},
        {"exp": None},
        {"user_id": "x"},
        {"id": "x"},
        {"organization_id": None},
    ],
)
def test_a_cookie_that_says_something_else_is_none(change: dict[str, object]) -> None:
    sessions = Sessions(SECRET)
    _, cookie = sessions.give(CLAIMS)
    payload = jwt.decode(cookie, options={"verify_signature": False}) | change
    kept = {name: value for name, value in payload.items() if value is not None}
    forged = jwt.encode(kept, sessions._key, algorithm="HS256")
    with pytest.raises(Unauthorized):
        sessions.read(forged)


@pytest.mark.parametrize("algorithm", ["none", "HS512"])
def test_a_cookie_by_another_algorithm_is_none(algorithm: str) -> None:
    sessions = Sessions(SECRET)
    payload = jwt.decode(sessions.give(CLAIMS)[1], options={"verify_signature": False})
    key = "" if algorithm == "none" else sessions._key * 2
    with pytest.raises(Unauthorized):
        sessions.read(jwt.encode(payload, key, algorithm=algorithm))


def test_a_proof_is_for_its_own_session() -> None:
    sessions = Sessions(SECRET)
    (mine, _), (other, _) = sessions.give(CLAIMS), sessions.give(CLAIMS)
    assert sessions.proves(mine, sessions.proof(mine))
    for sent in ("", sessions.proof(other), sessions.proof(mine)[:-1], "ä"):
        assert not sessions.proves(mine, sent)
