"""A job as the queue stores it: the bytes of saq_jobs.job. Pure: whoever enqueues needs neither SAQ nor its driver."""

import re
from typing import Any

import msgspec

QUEUE = "coursegen"
_ESCAPED_NUL = rb"\u0000"
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class JobCall(msgspec.Struct, frozen=True, kw_only=True):
    """A job to be run: its name and input, and when to give up on it. The row carries all of it, so that a worker and
    the sweep read the same numbers, and a release that changes them leaves waiting jobs as they are.
    """

    name: str
    kwargs: dict[str, Any]
    timeout: float
    """Seconds one attempt may take."""
    attempts: int
    """How often the job is started at most."""
    backoff: float
    """Seconds before the second attempt, doubled for each further one."""
    ttl: int = 86_400
    """Seconds that a finished job's row is kept."""


def encode_job(call: JobCall, *, key: str, priority: int, heartbeat: float, scheduled: int = 0) -> bytes:
    """The JSON that SAQ 0.26.4 reads as a Job (saq/job.py, Job.to_dict).

    `priority` is the stored one, lower first; `heartbeat` is the seconds without a sign of life after which the job is
    taken from its worker; `scheduled` is the epoch second before which it does not run. Raises ValueError for a job
    that could never be found again, and for U+0000, which PostgreSQL's jsonb can't hold.
    """
    if call.timeout <= 0 or heartbeat <= 0 or call.attempts < 1:
        raise ValueError(f"job {call.name}: timeout, heartbeat and attempts must be positive")
    encoded = msgspec.json.encode(
        {
            "function": call.name,
            "kwargs": call.kwargs,
            "queue": QUEUE,
            "key": key,
            "timeout": call.timeout,
            "heartbeat": heartbeat,
            "retries": call.attempts,
            "ttl": call.ttl,
            "retry_delay": call.backoff,
            "priority": priority,
            "scheduled": scheduled,
        }
    )
    if _ESCAPED_NUL in encoded and _NUL.search(encoded):  # the first look is cheap, and enough for nearly all
        raise ValueError(f"job {call.name}: its input holds U+0000")
    return encoded
