"""webhooks.rotateSecret: a new secret for signatures, and the first one too."""

from typing import Annotated

from loguru import logger
from msgspec import Meta

from app.context import Administrator
from app.rpc import Input, Moment, Output
from procedures._bases import admin

DAY = 86_400


class RotateSecretInput(Input):
    """For how many seconds the secret until now signs too (a day unless given); 0 when it has leaked."""

    overlap_seconds: Annotated[int, Meta(ge=0, le=7 * DAY)] = DAY


class RotatedSecret(Output):
    """The new secret, `whsec_` and 32 bytes of base64, shown this once. `previousValidUntil` is null when no other
    signs beside it.
    """

    secret: str
    previous_valid_until: Moment | None


DEFAULT = RotateSecretInput()


@admin.mutation()
async def rotate_secret(ctx: Administrator, input: RotateSecretInput = DEFAULT) -> RotatedSecret:
    """Give the caller's organization a new secret. Until the overlap is over each webhook carries two signatures, by
    the new secret and by the one before; a second rotation meanwhile ends the older of them at once.
    """
    async with ctx.db.begin() as tx:
        [rotated] = await tx.all("rotate_webhook_secret", RotatedSecret, overlap_seconds=input.overlap_seconds)
    logger.info("webhook secret rotated")
    return rotated
