"""The old routes, as the old frontend calls them: what it sends, what it polls for, what it is told."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.auth.claims import Role
from app.context import SignedIn
from tests.procedures.generation.progressing import running
from tests.wire.served import Served
from tests.world import token_of


async def slug_of(served: Served, course: UUID) -> str:
    slug: str = await served.world.sql.fetchval("select slug from courses where id = $1", course)
    return slug


async def sent(
    served: Served, method: str, path: str, caller: SignedIn | None = None, body: bytes | None = None, **headers: str
) -> httpx.Response:
    """A request of the old frontend."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if caller:
        named["authorization"] = f"Bearer {token_of(caller)}"
    return await served.http.request(method, f"/api/{path}", content=body, headers=named)


async def told(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    answer: dict[str, Any] = response.json()
    return answer


async def test_the_button_starts_what_the_procedure_starts(served: Served) -> None:
    owner = await served.user()
    course = await served.world.course(owner)
    body = f'{{"courseId": "{course}"}}'.encode()
    answer = await told(await sent(served, "POST", "coursegen/generate", owner, body), 200)
    job = await served.world.sql.fetchval("select job_id from job_status where course_id = $1", course)
    assert answer == {
        "success": True,
        "jobId": job,
        "courseId": str(course),
        "message": "Генерация курса инициализирована",
    }


async def test_a_start_keeps_its_key_and_its_request_id(served: Served) -> None:
    owner = await served.user()
    course = await served.world.course(owner)
    body = f'{{"courseId": "{course}"}}'.encode()
    headers = {"idempotency_key": str(uuid4()), "x_request_id": "old-1"}
    first, again = [await sent(served, "POST", "coursegen/generate", owner, body, **headers) for _ in range(2)]
    assert (await told(first, 200)) == (await told(again, 200))
    assert first.headers["x-request-id"] == "old-1"


@pytest.mark.parametrize("content_type", [None, "application/json", "text/plain;charset=UTF-8"])
async def test_what_the_body_is_called_does_not_matter(served: Served, content_type: str | None) -> None:
    owner = await served.user()
    body = f'{{"courseId": "{await served.world.course(owner)}"}}'.encode()
    headers = {"content_type": content_type} if content_type else {}
    await told(await sent(served, "POST", "coursegen/generate", owner, body, **headers), 200)


@pytest.mark.parametrize("body", [None, b"", b"{", b"[]", b"{}", b'{"courseId": "x"}', b"\xff", b'{"courseId":1}'])
async def test_a_body_that_is_no_request_is_refused_in_the_old_words(served: Served, body: bytes | None) -> None:
    answer = await told(await sent(served, "POST", "coursegen/generate", await served.user(), body), 400)
    assert (answer["error"], answer["code"]) == ("Некорректный формат запроса", "INVALID_REQUEST")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "coursegen/generate"),
        ("GET", "courses/some-course/check-status"),
        ("POST", "courses/some-course/cancel"),
    ],
)
async def test_nobody_is_served_without_a_token(served: Served, method: str, path: str) -> None:
    body = f'{{"courseId": "{uuid4()}"}}'.encode() if path.endswith("generate") else None
    response = await sent(served, method, path, None, body)
    assert await told(response, 401) == {"error": "Требуется авторизация", "code": "UNAUTHORIZED"}
    assert response.headers["www-authenticate"] == "Bearer"


async def test_a_status_is_that_of_the_procedure(served: Served) -> None:
    owner, course = await running(served.world)
    response = await sent(served, "GET", f"courses/{await slug_of(served, course)}/check-status", owner)
    expected = await served.post("generation.getStatus", {"courseId": str(course)}, owner)
    assert await told(response, 200) == expected.json()


async def test_a_run_is_cancelled_by_the_slug_of_its_course(served: Served) -> None:
    owner, course = await running(served.world)
    path = f"courses/{await slug_of(served, course)}/cancel"
    answer = await told(await sent(served, "POST", path, owner), 200)
    assert answer == {"success": True, "courseId": str(course), "message": "Отменено пользователем"}
    answer = await told(await sent(served, "POST", path, owner), 409)
    assert answer == {"error": "Generation is not running for this course", "code": "CONFLICT"}


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.ADMIN])
@pytest.mark.parametrize(("method", "action"), [("GET", "check-status"), ("POST", "cancel")])
async def test_a_course_of_another_organization_is_a_missing_one(
    served: Served, method: str, action: str, role: Role
) -> None:
    _, course = await running(served.world)
    stranger = await served.user(role)
    for slug in (await slug_of(served, course), "no-such-course"):
        response = await sent(served, method, f"courses/{slug}/{action}", stranger)
        assert await told(response, 404) == {"error": "Course not found", "code": "NOT_FOUND"}


async def test_the_limit_is_told_in_the_old_words_with_its_numbers(served: Served) -> None:
    owner = await served.user(tier="free")
    for status in (200, 429):
        body = f'{{"courseId": "{await served.world.course(owner)}"}}'.encode()
        response = await sent(served, "POST", "coursegen/generate", owner, body)
        answer = await told(response, status)
    assert answer["code"] == "CONCURRENCY_LIMIT"
    assert (answer["details"]["tier"], answer["details"]["user_limit"]) == ("FREE", 1)
    assert response.headers["retry-after"] == "30"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "coursegen/generate", "POST"),
        ("POST", "courses/x/check-status", "GET, HEAD"),
        ("DELETE", "courses/x/cancel", "POST"),
    ],
)
async def test_another_method_is_told_the_right_one(served: Served, method: str, path: str, allow: str) -> None:
    response = await sent(served, method, path)
    assert (await told(response, 405))["code"] == "METHOD_NOT_SUPPORTED"
    assert response.headers["allow"] == allow


@pytest.mark.parametrize("path", ["", "coursegen", "courses/x", "courses/x/y/cancel", "coursegen/generate/x", "admin"])
async def test_another_path_is_none(served: Served, path: str) -> None:
    assert (await told(await sent(served, "GET", path), 404))["code"] == "NOT_FOUND"
