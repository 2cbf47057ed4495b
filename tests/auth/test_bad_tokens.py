"""Every token that must be refused: one declared error, one sentence, no reason given to the caller."""

from collections.abc import Callable

import pytest

from app.auth import Unauthorized, Verifier
from tests.auth.bad_tokens import BAD


@pytest.mark.parametrize("make", BAD.values(), ids=BAD.keys())
async def test_a_bad_token_is_refused_without_a_word_about_why(verifier: Verifier, make: Callable[[], str]) -> None:
    with pytest.raises(Unauthorized) as refusal:
        await verifier.verify(make())
    shape = refusal.value.shape("any", declared=True)
    assert (shape.code, shape.message) == (-32001, "Invalid or expired token")
    assert (shape.data.http_status, shape.data.type, shape.data.details) == (401, "Unauthorized", None)
    assert refusal.value.reason
