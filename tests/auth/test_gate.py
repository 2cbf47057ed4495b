"""Addresses that send bad tokens wait before another one is looked at; nobody else notices."""

import ipaddress
import math

import pytest

from app.auth import Claims, KeySet, Unauthorized, Verifier
from app.auth.addresses import Proxies
from app.auth.errors import AddressLimited
from app.auth.gate import MOST_ADDRESSES, Gate
from tests.auth.conftest import MakeKeySet
from tests.auth.forge import AUDIENCE, ISSUER, LIFETIME, SECRET, claiming
from tests.auth.issuer import Issuer, Key

HERE, ELSEWHERE, PROXY = "198.51.100.1", "198.51.100.2", "10.0.0.1"
LIMIT = 3


class Counting(Verifier):
    """A verifier that counts what it is asked."""

    asked = 0

    async def verify(self, token: str) -> Claims:
        self.asked += 1
        return await super().verify(token)


class Door:
    """A gate at a time of its own."""

    def __init__(self, limit: int = LIMIT, key_set: KeySet | None = None) -> None:
        self.now = 1000.0
        self.verifier = Counting(
            secret=SECRET, key_set=key_set, issuer=ISSUER, audience=AUDIENCE, max_lifetime_seconds=LIFETIME
        )
        proxies = Proxies([ipaddress.ip_network(PROXY)])
        self.gate = Gate(self.verifier, proxies, limit, clock=lambda: self.now)

    async def knock(self, token: str, peer: str | None = HERE, forwarded: str | None = None) -> str | int:
        """The answer to a token: its role, `refused`, or the seconds to wait."""
        headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
        try:
            return (await self.gate.verify(token, peer, headers)).role.value
        except Unauthorized:
            return "refused"
        except AddressLimited as limited:
            return limited.retry_after_seconds

    async def fail(
        self, times: int = LIMIT, peer: str = HERE, forwarded: str | None = None, sent: str = "a.b.c"
    ) -> None:
        """So many bad tokens, each of which is looked at."""
        for _ in range(times):
            assert await self.knock(sent, peer, forwarded) == "refused"


async def test_after_the_limit_no_token_is_looked_at_good_ones_neither() -> None:
    door = Door()
    await door.fail()
    assert [await door.knock(token) for token in ("a.b.c", claiming(), "x")] == [20, 20, 20]
    assert door.verifier.asked == LIMIT


async def test_a_bit_of_the_minute_later_one_more_is_looked_at() -> None:
    door = Door()
    await door.fail()
    door.now += 19
    assert await door.knock("a.b.c") == 1
    door.now += 1
    await door.fail(1)
    assert await door.knock("a.b.c") == 20
    door.now += 20
    assert [await door.knock(claiming()) for _ in range(10)] == ["instructor"] * 10


async def test_after_a_minute_all_is_forgotten() -> None:
    door = Door()
    await door.fail()
    door.now += 60
    await door.fail()
    assert await door.knock("a.b.c") == 20


async def test_good_tokens_cost_nothing() -> None:
    door = Door()
    assert [await door.knock(claiming()) for _ in range(100)] == ["instructor"] * 100
    await door.fail(LIMIT - 1)
    assert [await door.knock(claiming()) for _ in range(100)] == ["instructor"] * 100


async def test_other_addresses_do_not_notice() -> None:
    door = Door()
    await door.fail()
    assert await door.knock(claiming(), ELSEWHERE) == "instructor"
    await door.fail(peer=ELSEWHERE)


async def test_an_address_that_the_caller_made_up_changes_nothing() -> None:
    door = Door()
    for number in range(LIMIT):
        await door.fail(1, HERE, f"203.0.113.{number}")
    assert await door.knock(claiming(), HERE, "203.0.113.99") == 20
    assert await door.knock(claiming(), "203.0.113.1") == "instructor"


async def test_behind_a_trusted_proxy_each_caller_is_counted_alone() -> None:
    door = Door()
    await door.fail(peer=PROXY, forwarded=f"{ELSEWHERE}, {HERE}")
    assert await door.knock(claiming(), PROXY, HERE) == 20
    assert await door.knock(claiming(), PROXY, ELSEWHERE) == "instructor"
    assert await door.knock(claiming(), PROXY) == "instructor"
    assert await door.knock(claiming(), HERE) == 20


async def test_all_addresses_of_an_ipv6_network_are_one() -> None:
    door = Door()
    for number in range(LIMIT):
        await door.fail(1, f"2001:db8::{number}:1")
    assert await door.knock(claiming(), "2001:db8::ffff") == 20
    assert await door.knock(claiming(), "2001:db8:0:1::1") == "instructor"


async def test_a_peer_without_an_address_is_not_counted() -> None:
    door = Door()
    for _ in range(2 * LIMIT):
        assert await door.knock("a.b.c", None) == "refused"


async def test_while_the_key_set_is_away_nobody_is_blamed_for_a_key_that_is_not_known(
    issuer: Issuer, make_key_set: MakeKeySet
) -> None:
    door = Door(key_set=make_key_set(refetch_seconds=0))
    token = issuer.keys[0].token()
    issuer.stop()
    await door.fail(2 * LIMIT, sent=token)
    issuer.start()
    assert await door.knock(token) == "instructor"
    await door.fail(LIMIT, sent=Key("unknown", issuer.keys[0].private).token())
    assert await door.knock(token) == 20


async def test_zero_is_no_limit() -> None:
    door = Door(limit=0)
    await door.fail(100)


async def test_memory_is_bounded_and_the_last_ones_are_remembered() -> None:
    door = Door(limit=1)
    for number in range(MOST_ADDRESSES + 10):
        await door.fail(1, str(ipaddress.ip_address(0x0B000000 + number)))
    assert len(door.gate._clear_at) == MOST_ADDRESSES
    assert await door.knock(claiming(), str(ipaddress.ip_address(0x0B000000 + MOST_ADDRESSES))) == 60
    assert await door.knock(claiming(), "11.0.0.0") == "instructor"


async def test_once_all_are_clear_nothing_is_kept() -> None:
    door = Door()
    await door.fail(1, HERE)
    await door.fail(1, ELSEWHERE)
    door.now += 20
    assert await door.knock(claiming()) == "instructor"
    assert door.gate._clear_at == {}


@pytest.mark.parametrize("limit", [1, 7, 120])
async def test_exactly_the_limit_is_looked_at_at_once(limit: int) -> None:
    door = Door(limit)
    await door.fail(limit)
    assert await door.knock("a.b.c") == math.ceil(60 / limit)
