"""Signatures, recomputed here from the text of Standard Webhooks 1.0.0."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from app.webhooks import signed_headers

OLD, NEW = (f"whsec_{base64.b64encode(bytes([number]) * 32).decode()}" for number in (1, 2))
AT = datetime(2026, 11, 25, 12, 0, 0, 900_000, tzinfo=UTC)


def signature(secret: str, signed: str) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.digest(key, signed.encode(), hashlib.sha256)).decode()


def test_id_time_and_body_are_signed_by_each_active_secret() -> None:
    signed = f"id.{int(AT.timestamp())}." + '{"a": "й"}'
    assert signed_headers("id", '{"a": "й"}', [NEW, OLD], AT) == {
        "webhook-id": "id",
        "webhook-timestamp": str(int(AT.timestamp())),
        "webhook-signature": f"{signature(NEW, signed)} {signature(OLD, signed)}",
    }


def test_the_specifications_own_example_is_signed_as_it_says() -> None:
    """From the section "Signature scheme": this secret, id, time and body give this signature."""
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", '{"test": 2432232314}', ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], at
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_time_is_that_of_the_attempt() -> None:
    before = int(datetime.now(UTC).timestamp())
    told = int(signed_headers("id", "{}", [NEW])["webhook-timestamp"])
    assert before <= told <= int(datetime.now(UTC).timestamp())
