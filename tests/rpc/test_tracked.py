"""Event ids are what the stream can carry."""

import pytest

from app.rpc import Tracked


@pytest.mark.parametrize("sent", ["", "a\nb", "a\r", "\x00"])
def test_an_id_that_a_stream_cannot_carry_is_a_mistake(sent: str) -> None:
    with pytest.raises(ValueError, match="not an event id"):
        Tracked(sent, 1)


def test_any_other_id_is_kept() -> None:
    assert Tracked("ü 1", {"a": 1}).id == "ü 1"
