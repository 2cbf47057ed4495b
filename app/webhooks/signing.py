"""The headers of Standard Webhooks 1.0.0, by the library of the specification's authors."""

from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook


def signed_headers(webhook_id: str, body: str, secrets: Sequence[str], at: datetime | None = None) -> dict[str, str]:
    """Id, time and a signature by each active secret (`whsec_` and base64) for one attempt; `at` is now unless given.

    The time is new on each attempt, and with it the signatures; the id stays, so that a receiver knows an event again.
    """
    at = at or datetime.now(UTC)
    signatures = [Webhook(secret).sign(webhook_id, at, body) for secret in secrets]
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
