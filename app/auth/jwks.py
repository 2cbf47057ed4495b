"""An issuer's public keys (RFC 7517), fetched when needed and kept when the issuer is away."""

import asyncio
import time

import httpx
import msgspec
from jwt import PyJWK, PyJWTError
from loguru import logger

LARGEST_ANSWER = 64 * 1024
RSA_BITS = range(2048, 8193)  # RFC 7518, section 3.3, has the lower bound; the upper one bounds the work


_ALGORITHMS: dict[tuple[str, str | None], str] = {("EC", "P-256"): "ES256", ("RSA", None): "RS256"}


class KeysUnusable(Exception):
    """The issuer's answer is not a key set."""


class Jwk(msgspec.Struct, frozen=True):
    """The public members that are used. A key for another use or another algorithm is not decoded as one of ours."""

    kty: str
    kid: str
    use: str | None = None
    key_ops: list[str] | None = None
    alg: str | None = None
    crv: str | None = None
    x: str | None = None
    y: str | None = None
    n: str | None = None
    e: str | None = None

    @property
    def algorithm(self) -> str | None:
        """The one algorithm this key verifies here, or None."""
        found = _ALGORITHMS.get((self.kty, self.crv))
        meant_for_us = (
            self.use in (None, "sig")
            and (self.key_ops is None or "verify" in self.key_ops)
            and self.alg in (None, found)
        )
        return found if meant_for_us else None


class _Document(msgspec.Struct, frozen=True):
    keys: list[msgspec.Raw]


class KeySet:
    """The keys at `url`, by their `kid`.

    A key that is not known is looked for in a fresh copy, but not more often than every `refetch_seconds`, so that
    tokens with invented names cost no requests. A copy older than `max_age_seconds` is renewed in the background, and
    stays in use for as long as the issuer does not answer.
    """

    def __init__(
        self,
        url: str,
        *,
        allow_http: bool = False,
        timeout_seconds: float = 1.5,
        refetch_seconds: float = 10.0,
        max_age_seconds: float = 600.0,
    ) -> None:
        if httpx.URL(url).scheme not in (("https", "http") if allow_http else ("https",)):
            raise ValueError("the key set's URL must begin with https://")
        self._url = url
        self._timeout = timeout_seconds
        self._refetch_seconds = refetch_seconds
        self._max_age = max_age_seconds
        self._client = httpx.AsyncClient(
            timeout=timeout_seconds,
            trust_env=False,  # the keys come from the address that is configured, not through a proxy's hands
            headers={"accept": "application/json", "accept-encoding": "identity"},
        )
        self._keys: dict[str, PyJWK] = {}
        self._tried_at = self._fetched_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, kid: str) -> PyJWK | None:
        """The key of that name, or None. Waits for the issuer if the name is unknown, `timeout_seconds` at most."""
        if kid not in self._keys:
            fetching = self._fetch_soon()
            if fetching is not None:
                await asyncio.shield(fetching)
        elif time.monotonic() - self._fetched_at > self._max_age:
            self._fetch_soon()
        return self._keys.get(kid)

    @property
    def is_away(self) -> bool:
        """Whether the issuer did not answer when it was last asked."""
        return self._fetched_at < self._tried_at

    async def close(self) -> None:
        """End a fetch under way and close the connections."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)
        await self._client.aclose()

    def _fetch_soon(self) -> asyncio.Task[None] | None:
        """The fetch under way, a new one, or None if the last was too recent: one at a time, for all callers."""
        if self._fetching is not None and not self._fetching.done():
            return self._fetching
        now = time.monotonic()
        if now - self._tried_at < self._refetch_seconds:
            return None
        self._tried_at = now
        self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                self._keys = read_keys(await self._download())
        except (httpx.HTTPError, TimeoutError, KeysUnusable) as error:
            logger.warning("key set not fetched: {}: {}", type(error).__name__, error)
        else:
            self._fetched_at = time.monotonic()

    async def _download(self) -> bytes:
        body = b""
        async with self._client.stream("GET", self._url) as answer:
            if not answer.is_success:
                raise KeysUnusable(f"status {answer.status_code}")
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise KeysUnusable(f"more than {LARGEST_ANSWER} bytes")
        return body


def read_keys(document: bytes) -> dict[str, PyJWK]:
    """The usable keys of a JWK set by `kid`; others are passed over (RFC 7517, section 5). Raises KeysUnusable."""
    try:
        raw_keys = msgspec.json.decode(document, type=_Document).keys
    except (ValueError, RecursionError) as error:
        raise KeysUnusable(f"not a JWK set: {error}") from None
    keys = (_read_key(raw) for raw in raw_keys)
    return {key.key_id: key for key in keys if key is not None and key.key_id}


def _read_key(raw: msgspec.Raw) -> PyJWK | None:
    try:
        jwk = msgspec.json.decode(raw, type=Jwk)
        if jwk.algorithm is None:
            return None
        members = {name: value for name, value in msgspec.structs.asdict(jwk).items() if value is not None}
        key = PyJWK(members, jwk.algorithm)
    except (ValueError, RecursionError, PyJWTError):
        return None
    return key if jwk.kty != "RSA" or key.key.key_size in RSA_BITS else None
