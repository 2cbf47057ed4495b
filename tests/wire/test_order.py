"""The order of refusals: bad input, no token, too little of a role, nothing there. The same for every procedure."""

import time
from urllib.parse import quote

import jwt
import msgspec
import pytest

from app.auth.claims import Role
from app.auth.issue import issue
from tests.wire.inputs import OF_ONE_THING, POSTED, ROUTES, SIGNED_IN, STAFF_ONLY, SUBSCRIPTIONS, VALID, WITH_INPUT
from tests.wire.served import Served, error_of
from tests.world import SECRET, token_of


def posted(paths: list[str]) -> list[str]:
    return [path for path in paths if path in POSTED]


def test_every_procedure_has_a_valid_input_to_be_tested_with() -> None:
    assert set(VALID) == set(ROUTES)


def test_only_a_ping_is_public() -> None:
    assert set(ROUTES) - set(SIGNED_IN) == {"system.ping"}


@pytest.mark.parametrize("path", posted(WITH_INPUT))
async def test_bad_input_is_told_before_the_missing_token(served: Served, path: str) -> None:
    data = error_of(await served.post(path, {"noSuchField": 1}), 400)
    assert (data["type"], data["code"], data["path"], data["declared"]) == ("InvalidInput", "BAD_REQUEST", path, True)
    assert data["issues"][0]["path"] == "$"


@pytest.mark.parametrize("path", posted(SIGNED_IN))
async def test_no_token_is_told_before_anything_is_looked_up(served: Served, path: str) -> None:
    response = await served.post(path, VALID[path])
    data = error_of(response, 401)
    assert (data["type"], data["message"], data["number"]) == ("Unauthorized", "Authentication required", -32001)
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", posted(STAFF_ONLY))
async def test_too_little_of_a_role_is_told_before_what_is_missing(served: Served, path: str) -> None:
    data = error_of(await served.post(path, VALID[path], await served.user(Role.STUDENT)), 403)
    assert (data["type"], data["message"]) == ("Forbidden", "Insufficient permissions")


@pytest.mark.parametrize("path", OF_ONE_THING)
async def test_what_is_not_there_is_told_last(served: Served, path: str) -> None:
    data = error_of(await served.post(path, VALID[path], await served.user()), 404)
    assert data["type"] in ("CourseNotFound", "JobNotFound", "FileNotFound", "DeliveryNotFound")
    assert data["declared"] is True


@pytest.mark.parametrize("path", SUBSCRIPTIONS)
async def test_a_subscription_refuses_in_the_same_order(served: Served, path: str) -> None:
    async def refusal(given: str, **headers: str) -> str:
        response = await served.http.get(f"/rpc/{path}?input={quote(given)}", headers=headers)
        (event,) = [part for part in response.text.split("\n\n\n") if part.startswith("event: serialized-error")]
        return str(msgspec.json.decode(event.partition("data: ")[2])["data"]["type"])

    valid = msgspec.json.encode(VALID[path]).decode()
    bearer = f"Bearer {token_of(await served.user())}"
    assert await refusal("{}") == "InvalidInput"
    assert await refusal(valid) == "Unauthorized"
    assert await refusal(valid, authorization="Bearer x") == "Unauthorized"
    assert await refusal(valid, authorization=bearer) == "CourseNotFound"


NOW = int(time.time())
PAYLOAD = {"iss": "coursegen", "aud": "authenticated", "exp": NOW + 600}
BAD_TOKENS = {
    "rubbish": "x",
    "three parts of nothing": "a.b.c",
    "no claims": jwt.encode(PAYLOAD, SECRET, "HS256"),
    "another secret": jwt.encode(PAYLOAD, "another secret of thirty-two bytes!!", "HS256"),
    "another algorithm": jwt.encode(PAYLOAD, SECRET + "x" * 64, "HS512"),
    "no algorithm": jwt.encode(PAYLOAD, "", "none"),
    "too long": "a." + "b" * 9000 + ".c",
    "two tokens": "a.b.c, a.b.c",
}


@pytest.mark.parametrize("token", BAD_TOKENS.values(), ids=BAD_TOKENS)
async def test_a_bad_token_is_told_without_the_reason(served: Served, token: str) -> None:
    data = error_of(await served.post("courses.list", authorization=f"Bearer {token}"), 401)
    assert data["message"] == "Invalid or expired token"
    assert "details" not in data


@pytest.mark.parametrize("changes", [{"expires_at": NOW - 1}, {"expires_at": NOW + 10**7}], ids=["late", "for ever"])
async def test_a_token_of_another_time_is_bad(served: Served, changes: dict[str, int]) -> None:
    claims = msgspec.structs.replace((await served.user()).claims, **changes)
    token = issue(claims, secret=SECRET, issuer="coursegen", audience="authenticated")
    assert error_of(await served.post("courses.list", authorization=f"Bearer {token}"), 401)["code"] == "UNAUTHORIZED"


@pytest.mark.parametrize("header", ["", "Bearer", "Basic dTpw", "Token x"])
async def test_another_kind_of_authorization_is_none(served: Served, header: str) -> None:
    data = error_of(await served.post("courses.list", authorization=header), 401)
    assert data["message"] in ("Authentication required", "Invalid or expired token")


async def test_the_scheme_may_be_written_in_any_case(served: Served) -> None:
    token = token_of(await served.user())
    assert (await served.post("courses.list", authorization=f"bEARER  {token}")).status_code == 200


async def test_a_role_that_the_user_wrote_into_the_metadata_counts_for_nothing(served: Served) -> None:
    student = await served.user(Role.STUDENT)
    payload = jwt.decode(token_of(student), SECRET, ["HS256"], audience="authenticated")
    forged = jwt.encode(payload | {"user_metadata": {"role": "superadmin", "tier": "premium"}}, SECRET, "HS256")
    error_of(await served.post("courses.create", VALID["courses.create"], authorization=f"Bearer {forged}"), 403)


async def test_json_rpc_tells_the_same_error(served: Served) -> None:
    caller = await served.user()
    given = VALID["generation.cancel"]
    plain = (await served.post("generation.cancel", given, caller)).json()["error"]
    call = {"jsonrpc": "2.0", "method": "generation.cancel", "params": given, "id": 1}
    headers = {"authorization": f"Bearer {token_of(caller)}"}
    answer = await served.http.post("/rpc", json=call, headers=headers)
    assert answer.status_code == 200
    assert answer.json() == {"jsonrpc": "2.0", "error": plain, "id": 1}
