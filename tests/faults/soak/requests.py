"""What people ask for in a day: they mostly look, change something now and then, and start a course sometimes."""

import random
from collections.abc import Iterator
from itertools import count
from typing import Final

import msgspec

from tests.bench.starts import Start

WEIGHTS: Final = {
    "generation.getStatus": 550,
    "generation.listFiles": 200,
    "courses.list": 150,
    "courses.get": 60,
    "courses.update": 35,
    "generation.initiate": 5,
}
SEED: Final = 6


def requests(starts: list[Start]) -> Iterator[bytes]:
    """Requests without end, of one user or another."""
    draw = random.Random(SEED)  # noqa: S311  it is to be foreseeable
    heads = [_head(start) for start in starts]
    fresh = iter(range(len(starts)))
    procedures, weights = [*WEIGHTS], [*WEIGHTS.values()]
    for number in count():
        (procedure,) = draw.choices(procedures, weights)
        # a course runs once at a time, and its user may start only so many: each starts one
        who = next(fresh, None) if procedure == "generation.initiate" else draw.randrange(len(starts))
        if who is None:
            procedure, who = "generation.getStatus", 0
        yield _request(procedure, heads[who], _given(procedure, starts[who], number))


def _given(procedure: str, start: Start, number: int) -> dict[str, object]:
    if procedure == "courses.list":
        return {"limit": 20}
    if procedure == "courses.update":
        return {"courseId": start.course_id, "targetAudience": f"Readers of edition {number}"}
    return {"courseId": start.course_id}


def _head(start: Start) -> bytes:
    return f"authorization: Bearer {start.token}\r\nhost: soak\r\ncontent-type: application/json\r\n".encode()


def _request(procedure: str, head: bytes, given: dict[str, object]) -> bytes:
    body = msgspec.json.encode(given)
    return b"POST /rpc/%s HTTP/1.1\r\n%scontent-length: %d\r\n\r\n%s" % (procedure.encode(), head, len(body), body)
