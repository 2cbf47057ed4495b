"""Errors as the old routes tell them: their texts and codes to the letter, and nothing of ours that they never told."""

from typing import Any
from uuid import uuid4

import msgspec
import pytest

from app.auth.errors import Forbidden, Unauthorized
from app.db.errors import DatabaseUnavailable
from app.leases import RateLimited, SlotsUnavailable, SystemFull, UserLimitReached
from app.rpc import Failure, Issue, RpcError
from app.rpc.protocol_errors import (
    BodyCut,
    CallTimeout,
    InternalError,
    InvalidInput,
    ParseError,
    PayloadTooLarge,
    UnprocessableText,
)
from app.transports.compat import failed
from procedures._errors import CourseNotFound, NotYours
from procedures.generation._start import AlreadyRunning
from procedures.generation.initiate import InitiateFailed

LIMIT: dict[str, Any] = {
    "tier": "FREE",
    "user_limit": 1,
    "current_user_jobs": 1,
    "global_limit": 3,
    "global_active_jobs": 3,
}
ISSUE = Issue("$.courseId", "Invalid UUID")
ERROR_ID = uuid4().hex
INVALID = "Некорректный формат запроса"
AT_LIMIT = "Достигнут лимит одновременных генераций. Пожалуйста, дождитесь завершения текущих курсов."
INTERNAL = "Внутренняя ошибка сервера"
ROLLED_BACK = "Не удалось инициализировать генерацию курса. Попробуйте позже."

TOLD: list[tuple[RpcError, int, str, str, Any]] = [
    (Unauthorized(reason="none"), 401, "Требуется авторизация", "UNAUTHORIZED", None),
    (Unauthorized(reason="old", token_given=True), 401, "Требуется авторизация", "UNAUTHORIZED", None),
    (
        InvalidInput(problems=(ISSUE,)),
        400,
        INVALID,
        "INVALID_REQUEST",
        [{"path": ISSUE.path, "message": ISSUE.message}],
    ),
    (UnprocessableText(), 400, INVALID, "INVALID_REQUEST", None),
    (ParseError(), 400, INVALID, "INVALID_REQUEST", None),
    (BodyCut(), 400, INVALID, "INVALID_REQUEST", None),
    (UserLimitReached(**LIMIT), 429, AT_LIMIT, "CONCURRENCY_LIMIT", LIMIT),
    (SystemFull(**LIMIT), 429, AT_LIMIT, "CONCURRENCY_LIMIT", LIMIT),
    (InitiateFailed(), 500, ROLLED_BACK, "INTERNAL_ERROR", None),
    (CourseNotFound(), 404, "Course not found", "NOT_FOUND", None),
    (NotYours(), 403, "You do not have access to this course", "FORBIDDEN", None),
    (Forbidden(), 403, "Insufficient permissions", "FORBIDDEN", None),
    (AlreadyRunning(job_id="j"), 409, "Generation is already running for this course", "CONFLICT", {"job_id": "j"}),
    (SlotsUnavailable(), 503, INTERNAL, "INTERNAL_ERROR", None),
    (
        *(RateLimited(limit=10, per_seconds=60, retry_after_seconds=7), 429),
        *("Too many requests. Please try again in 7 s.", "TOO_MANY_REQUESTS"),
        {"limit": 10, "per_seconds": 60, "retry_after_seconds": 7},
    ),
]
UNDECLARED: list[tuple[RpcError, int, str, str, Any]] = [
    (InternalError(error_id=ERROR_ID), 500, INTERNAL, "INTERNAL_ERROR", {"error_id": ERROR_ID}),
    (DatabaseUnavailable(), 503, INTERNAL, "INTERNAL_ERROR", None),
    (InitiateFailed(), 500, INTERNAL, "INTERNAL_ERROR", None),
    (
        *(CallTimeout(limit_seconds=5.0), 408, "The call took longer than 5.0 seconds", "TIMEOUT"),
        {"limit_seconds": 5.0},
    ),
    (
        *(PayloadTooLarge(limit_bytes=9), 413, "The request body is larger than 9 bytes", "PAYLOAD_TOO_LARGE"),
        {"limit_bytes": 9},
    ),
]


@pytest.mark.parametrize(
    ("error", "declared", "status", "text", "code", "details"),
    [(each[0], declared, *each[1:]) for declared, cases in ((True, TOLD), (False, UNDECLARED)) for each in cases],
)
def test_a_failure_is_told_as_the_old_routes_did(
    error: RpcError, declared: bool, status: int, text: str, code: str, details: Any
) -> None:
    response = failed(Failure(error, "generation.initiate", declared))
    assert response.status == status
    expected = {"error": text, "code": code} | ({} if details is None else {"details": details})
    assert msgspec.json.decode(response.body) == expected


@pytest.mark.parametrize(
    ("error", "seconds"), [(UserLimitReached(**LIMIT), b"30"), (SystemFull(**LIMIT), b"60"), (SlotsUnavailable(), b"5")]
)
def test_a_refusal_says_when_to_come_again(error: RpcError, seconds: bytes) -> None:
    assert dict(failed(Failure(error)).headers)[b"retry-after"] == seconds
