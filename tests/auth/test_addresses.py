"""Whom a request comes from: the peer, unless a trusted proxy says whom it speaks for."""

import ipaddress

import pytest

from app.auth.addresses import Proxies

PROXIES = Proxies([ipaddress.ip_network(each) for each in ("10.0.0.0/8", "2001:db8:ffff::/48", "192.0.2.7/32")])
TOLD = {
    "nobody speaks for another": ("203.0.113.9", None, "203.0.113.9"),
    "a stranger's word is not believed": ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
    "a proxy's word is": ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
    "a proxy that says nothing is the caller itself": ("10.0.0.1", None, "10.0.0.1"),
    "and so is one that says an empty thing": ("10.0.0.1", "", "10.0.0.1"),
    "what the caller made up stands further left": ("10.0.0.1", "127.0.0.1, 10.0.0.5, 198.51.100.1", "198.51.100.1"),
    "of two proxies the outer one is asked": ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
    "an untrusted proxy between is the caller": ("10.0.0.1", "198.51.100.1, 203.0.113.5, 10.0.0.2", "203.0.113.5"),
    "among proxies alone the outermost": ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
    "what is no address ends it": ("10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"),
    "so does a name": ("10.0.0.1", "198.51.100.1, a.example.org, 10.0.0.2", "10.0.0.2"),
    "a port is left out": ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
    "also an IPv6 one": ("10.0.0.1", "[2001:db8:1:2:3::4]:4711", "2001:db8:1:2::/64"),
    "brackets without a port too": ("10.0.0.1", "[2001:db8:1:2:3::4]", "2001:db8:1:2::/64"),
    "an IPv6 caller is a network": ("2001:db8:1:2:aaaa::1", None, "2001:db8:1:2::/64"),
    "whichever of its addresses it takes": ("2001:db8:1:2:bbbb::2", None, "2001:db8:1:2::/64"),
    "another network is another": ("2001:db8:1:3::1", None, "2001:db8:1:3::/64"),
    "a proxy by IPv6": ("2001:db8:ffff::1", "198.51.100.1", "198.51.100.1"),
    "a mapped address is the IPv4 one": ("::ffff:203.0.113.9", None, "203.0.113.9"),
    "a mapped proxy is trusted as such": ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
    "one proxy and not its neighbour": ("192.0.2.8", "198.51.100.1", "192.0.2.8"),
    "a unix socket has no address": (None, None, None),
    "and cannot be trusted": (None, "198.51.100.1", None),
    "a path is none": ("/run/socket", None, None),
}


@pytest.mark.parametrize(("peer", "forwarded", "caller"), TOLD.values(), ids=TOLD)
def test_the_caller_is(peer: str | None, forwarded: str | None, caller: str | None) -> None:
    assert PROXIES.caller(peer, forwarded) == caller


def test_without_proxies_nobodys_word_counts() -> None:
    assert Proxies().caller("10.0.0.1", "198.51.100.1") == "10.0.0.1"
