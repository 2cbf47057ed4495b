"""generation.initiate and uploadFile over HTTP: keys, limits, and what the headers say of them."""

import asyncio
import base64
from typing import Any
from uuid import UUID

import pytest

from app.context import SignedIn
from tests.transports.server import RawConnection
from tests.wire.served import Served, error_of
from tests.world import token_of


async def started(served: Served, owner: SignedIn, course: UUID | None = None, **headers: str) -> Any:
    course = course or await served.world.course(owner)
    return await served.post("generation.initiate", {"courseId": str(course)}, owner, **headers)


async def test_the_answer_is_the_contracts(served: Served) -> None:
    owner = await served.user()
    course = await served.world.course(owner)
    response = await started(served, owner, course)
    answer = response.json()
    assert response.status_code == 200
    assert answer == {
        "success": True,
        "jobId": answer["jobId"],
        "courseId": str(course),
        "message": "Генерация курса инициализирована",
    }
    assert answer["jobId"].startswith("course-gen-")


async def test_a_course_that_runs_is_a_conflict_with_its_job(served: Served) -> None:
    owner = await served.user()
    course = await served.world.course(owner)
    job = (await started(served, owner, course)).json()["jobId"]
    data = error_of(await started(served, owner, course), 409)
    assert (data["type"], data["number"], data["details"]) == ("AlreadyRunning", -32009, {"job_id": job})


@pytest.mark.fault("API: 50 parallel retries of one key")
async def test_fifty_parallel_retries_of_one_key_are_one_answer(served: Served) -> None:
    owner = await served.user()
    course = await served.world.course(owner)
    responses = await asyncio.gather(*(started(served, owner, course, idempotency_key="k") for _ in range(50)))
    assert {response.status_code for response in responses} == {200}
    assert len({response.text for response in responses}) == 1


@pytest.mark.fault("API: same key with another payload")
async def test_a_key_for_another_request_is_unprocessable(served: Served) -> None:
    owner = await served.user()
    await started(served, owner, idempotency_key="k")
    data = error_of(await started(served, owner, idempotency_key="k"), 422)
    assert (data["type"], data["message"]) == ("KeyReused", "This Idempotency-Key was used with another request")


WEBHOOKS = {
    "https://lms.example.org": 200,
    "https://lms.example.org/a/b?c=d#e": 200,
    "http://lms.example.org": 422,
    "https://lms.example.org:8443/": 422,
    "https://127.0.0.1/": 422,
    "https://[::1]/": 422,
    "https://2130706433/": 422,
    "https://localhost/": 422,
    "https://пример.рф/": 422,
    "HTTPS": 400,
    "https://": 400,
    "https:///path": 400,
    "https://user:password@lms.example.org": 400,
    "https://lms.example.org/a b": 400,
    "https://lms.example.org\n": 400,
    "https://lms.example.org/\nhost: evil": 400,
    "javascript:alert(1)": 400,
    "file:///etc/passwd": 400,
    "https://lms.example.org/" + "x" * 2048: 400,
    "": 400,
}


@pytest.mark.parametrize(("url", "status"), WEBHOOKS.items(), ids=lambda value: str(value)[:40])
async def test_a_webhook_is_an_https_url(served: Served, url: str, status: int) -> None:
    owner = await served.user()
    given = {"courseId": str(await served.world.course(owner)), "webhookUrl": url}
    response = await served.post("generation.initiate", given, owner)
    assert response.status_code == status
    if status == 400:
        assert error_of(response, 400)["issues"][0]["path"] == "$.webhookUrl"
    if status == 422:
        error = error_of(response, 422)
        assert error["type"] == "WebhookRefused"
        assert error["message"] == f"The webhook address can't be used: {error['details']['reason']}"


async def test_no_webhook_may_be_told_as_null(served: Served) -> None:
    owner = await served.user()
    given = {"courseId": str(await served.world.course(owner)), "webhookUrl": None}
    assert (await served.post("generation.initiate", given, owner)).status_code == 200


async def test_the_users_limit_is_told_with_its_numbers_and_when_to_come_again(served: Served) -> None:
    owner = await served.user(tier="free")
    await started(served, owner)
    response = await started(served, owner)
    data = error_of(response, 429)
    assert (data["type"], data["number"]) == ("UserLimitReached", -32029)
    assert data["message"] == "Too many concurrent jobs. FREE tier allows 1 concurrent course generation."
    assert data["details"].pop("global_active_jobs") >= 1
    assert data["details"] == {"tier": "FREE", "user_limit": 1, "current_user_jobs": 1, "global_limit": 100}
    assert response.headers["retry-after"] == "30"


async def test_the_limit_of_several_is_told_in_the_plural(served: Served) -> None:
    owner = await served.user(tier="basic")
    responses = [await started(served, owner) for _ in range(3)]
    assert [response.status_code for response in responses] == [200, 200, 429]
    data = error_of(responses[2], 429)
    assert data["message"] == "Too many concurrent jobs. BASIC tier allows 2 concurrent course generations."


async def test_the_eleventh_start_of_a_minute_is_refused(served: Served) -> None:
    owner = await served.user(tier="free")
    responses = [await started(served, owner) for _ in range(11)]
    types = [error_of(response, 429)["type"] for response in responses[1:]]
    assert responses[0].status_code == 200
    assert types == ["UserLimitReached"] * 9 + ["RateLimited"]
    data = error_of(responses[10], 429)
    seconds = int(responses[10].headers["retry-after"])
    assert 0 < seconds <= 60
    assert data["details"] == {"limit": 10, "per_seconds": 60, "retry_after_seconds": seconds}
    assert data["message"] == f"Too many requests. Please try again in {seconds} s."


async def test_the_rate_of_one_user_is_not_anothers(served: Served) -> None:
    owner = await served.user(tier="free")
    for _ in range(11):
        await started(served, owner)
    assert (await started(served, await served.world.user(owner.claims.organization_id))).status_code == 200


async def test_the_sixth_upload_of_a_minute_is_refused(served: Served) -> None:
    owner = await served.user(tier="premium")
    given = {
        "courseId": str(await served.world.course(owner)),
        "filename": "a.md",
        "fileSize": 6,
        "mimeType": "text/markdown",
        "fileContent": base64.b64encode(b"# Text").decode(),
    }
    responses = [await served.post("generation.uploadFile", given, owner) for _ in range(6)]
    assert [response.status_code for response in responses] == [200] * 5 + [429]
    assert error_of(responses[5], 429)["type"] == "RateLimited"
    assert 0 < int(responses[5].headers["retry-after"]) <= 60


async def test_an_upload_larger_than_the_body_limit_is_refused_before_it_is_read(served: Served) -> None:
    with RawConnection(served.port) as raw:
        raw.post("/rpc/generation.uploadFile", b"{", length=14 * 1024 * 1024 + 1)
        answer = raw.read_to_end()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"type":"PayloadTooLarge"' in answer


async def test_the_contract_of_a_whole_run_of_calls_over_json_rpc(served: Served) -> None:
    owner = await served.user()
    course = str(await served.world.course(owner))
    calls = [("generation.initiate", 1), ("generation.getStatus", 2), ("generation.cancel", 3)]
    answers = []
    for method, number in calls:
        call = {"jsonrpc": "2.0", "method": method, "params": [{"courseId": course}], "id": number}
        headers = {"authorization": f"Bearer {token_of(owner)}"}
        answers.append((await served.http.post("/rpc", json=call, headers=headers)).json())
    assert [answer["id"] for answer in answers] == [1, 2, 3]
    assert answers[1]["result"]["status"] == "initializing"
    assert answers[2]["result"]["message"] == "Отменено пользователем"
