"""Which IP addresses are the public internet's. `ipaddress.is_global` is not asked: it says yes to NAT64, 6to4,
multicast and fec0::, and its answer changes with the Python version.
"""

from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

PRIVATE_V4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network (RFC 791)
        "10.0.0.0/8",  # private (RFC 1918)
        "100.64.0.0/10",  # shared by carriers (RFC 6598); Alibaba's metadata
        "127.0.0.0/8",  # loopback (RFC 1122)
        "168.63.129.16/32",  # Azure's platform, on a public address
        "169.254.0.0/16",  # link-local (RFC 3927); the clouds' metadata
        "172.16.0.0/12",  # private (RFC 1918)
        "192.0.0.0/24",  # protocol assignments (RFC 6890); Oracle's metadata
        "192.0.2.0/24",  # documentation (RFC 5737)
        "192.31.196.0/24",  # AS112 (RFC 7535)
        "192.52.193.0/24",  # AMT relays (RFC 7450)
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "192.168.0.0/16",  # private (RFC 1918)
        "192.175.48.0/24",  # AS112 (RFC 7534)
        "198.18.0.0/15",  # benchmarking (RFC 2544)
        "198.51.100.0/24",  # documentation (RFC 5737)
        "203.0.113.0/24",  # documentation (RFC 5737)
        "224.0.0.0/4",  # multicast (RFC 5771)
        "240.0.0.0/4",  # reserved, and broadcast (RFC 1112)
    )
)
PUBLIC_V6: Final = IPv6Network("2000::/3")
"""Global unicast (RFC 4291): outside are loopback, NAT64, v4-compatible and unique local addresses, link- and
site-local ones, multicast, and what nobody has been given yet.
"""
PRIVATE_V6: Final = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments (RFC 2928): Teredo, ORCHID, benchmarking, AMT
        "2001:db8::/32",  # documentation (RFC 3849)
        "2002::/16",  # 6to4, which holds any IPv4 address (RFC 3056)
        "2620:4f:8000::/48",  # AS112 (RFC 7534)
        "3fff::/20",  # documentation (RFC 9637)
    )
)


def is_public(address: str) -> bool:
    """Whether the textual IP address is one that a stranger may name. An IPv4 address inside an IPv6 one (`::ffff:`)
    is judged as itself; an address with a zone, and what is no address, is not public.
    """
    try:
        return _is_public_v4(IPv4Address(address))
    except AddressValueError:
        pass
    try:
        return _is_public_v6(IPv6Address(address))
    except AddressValueError:
        return False


def _is_public_v4(address: IPv4Address) -> bool:
    return not any(address in network for network in PRIVATE_V4)


def _is_public_v6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    if address.ipv4_mapped is not None:
        return _is_public_v4(address.ipv4_mapped)
    return address in PUBLIC_V6 and not any(address in network for network in PRIVATE_V6)
