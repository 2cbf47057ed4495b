"""The families of bad input that reliability asks for (section 6), and how many cases each has at least."""

import pytest

from tests.auth.bad_tokens import BAD
from tests.auth.confused_tokens import CONFUSED
from tests.hostile import (
    test_envelopes,
    test_fields,
    test_files,
    test_framing,
    test_keys,
    test_limits,
    test_texts,
    test_tokens,
    test_uploads,
)
from tests.hostile.json_bodies import BODIES

pytestmark = pytest.mark.fault("hostile input: all other families")

FAMILIES: dict[str, tuple[int, int]] = {
    "JWT": (len(BAD) + len(CONFUSED) + len(test_tokens.EMBEDDED) + len(test_tokens.SCHEMES), 70),
    "JSON": (len(BODIES), 60),
    "RPC envelopes": (len(test_envelopes.ALL), 45),
    "UUID": (len(test_fields.UUIDS), 25),
    "base64": (len(test_uploads.CONTENTS), 30),
    "file names": (len(test_uploads.NAMES), 45),
    "MIME, magic, archives": (len(test_uploads.MEDIA_TYPES) + len(test_files.FILES), 35),
    "Unicode": (len(test_fields.UNICODE), 25),
    "numbers": (len(test_fields.NUMBERS), 25),
    "batches and limits": (len(test_limits.LIMITS), 15),
    "HTTP framing": (len(test_framing.ALL), 45),
    "SQL, log and template strings": (len(test_texts.TEXTS), 20),
    "idempotency keys": (len(test_keys.KEYS), 15),
}
"""How many cases there are, and how many there have to be; addresses and signatures of webhooks are with webhooks."""


@pytest.mark.parametrize(("there", "needed"), FAMILIES.values(), ids=FAMILIES)
def test_a_family_has_as_many_cases_as_it_needs(there: int, needed: int) -> None:
    assert there >= needed


def test_there_are_500_cases_and_more() -> None:
    assert sum(there for there, _ in FAMILIES.values()) >= 500
