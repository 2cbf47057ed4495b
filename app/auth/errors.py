"""Who may not call: no or bad token (401), or not enough of a role (403)."""

from app.rpc import Code, RpcError


class Unauthorized(RpcError, code=Code.UNAUTHORIZED):
    """Authentication required

    Also every refusal of a token, so that an answer tells nothing about why.
    """

    def __init__(self, *, reason: str, token_given: bool = False, blamed: bool = True) -> None:
        super().__init__()
        # For logs and the gate, which counts what a caller is to blame for: no fields, so no part of the details.
        self.reason = reason
        self.blamed = blamed
        self._token_given = token_given

    @property
    def message(self) -> str:
        """The sentence the caller reads."""
        return "Invalid or expired token" if self._token_given else super().message


class AddressLimited(RpcError, code=Code.TOO_MANY_REQUESTS):
    """Too many invalid tokens from this address. Please try again in {retry_after_seconds} s."""

    retry_after_seconds: int

    @property
    def retry_after(self) -> int:
        """Seconds until one more token is looked at."""
        return self.retry_after_seconds


class RoleChanged(RpcError, code=Code.FORBIDDEN):
    """Your role has changed. Please sign in again"""


class Forbidden(RpcError, code=Code.FORBIDDEN):
    """Insufficient permissions"""
