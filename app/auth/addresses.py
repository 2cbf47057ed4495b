"""Where a request comes from: its peer, or whom the peer speaks for if it is a proxy of ours."""

import ipaddress
from collections.abc import Collection
from functools import lru_cache
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_PREFIX: Final = 64
"""Bits of an IPv6 address that name a network: who has one has all addresses in it (RFC 6177)."""


class Proxies:
    """The proxies that are trusted to say whom they speak for, in X-Forwarded-For; nobody else's is believed."""

    def __init__(self, networks: Collection[Network] = ()) -> None:
        self._networks = tuple(networks)

    def caller(self, peer: str | None, forwarded: str | None) -> str | None:
        """Who counts as one caller: an IPv4 address or an IPv6 network; None for a peer without an address.

        Each proxy appends whom it got the request from, so the last one is read first, and the first that is no proxy
        of ours is the caller: what stands before it, the caller may have made up. A hop that is no address ends
        the chain too: nobody vouches for what is before it.
        """
        address = _read(peer or "")
        for hop in reversed(forwarded.split(",") if forwarded and self._networks else ()):
            before = _read(hop.strip())
            if address is None or before is None or not self._trusts(address):
                break
            address = before
        return None if address is None else _name(address)

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


@lru_cache(1024)
def _read(text: str) -> Address | None:
    """An address as proxies write it, perhaps with a port; an IPv4 one also where it is mapped into IPv6."""
    if text.startswith("["):
        host = text[1:].partition("]")[0]
    else:
        host = text.partition(":")[0] if text.count(":") == 1 else text
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


@lru_cache(1024)
def _name(address: Address) -> str:
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, _PREFIX), strict=False))
