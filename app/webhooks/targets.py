"""What can be known of a webhook's address from its text alone. Where a name leads is only known when connecting."""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

from app.settings import Settings
from app.webhooks.addresses import is_public

_URL: Final = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<target>[/?][^#]*)?(#.*)?")
_AUTHORITY: Final = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(:(?P<port>.*))?")
_VISIBLE: Final = re.compile(r"[!-~]+")
_NAME: Final = re.compile(
    r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PRIVATE_SUFFIXES: Final = (
    "localhost",
    "local",
    "internal",
    "intranet",
    "lan",
    "home.arpa",
    "test",
    "invalid",
    "onion",
)
"""Names of private networks, or of nothing at all (RFC 6761, 6762, 7686, 8375, and ICANN's .internal)."""
HTTPS_PORT: Final = 443
_HTTP_PORT: Final = 80


class TargetRefused(Exception):
    """The address is not one to send to; the message says why, without the address's path."""


@dataclass(frozen=True, slots=True)
class Rules:
    """`ports` that a webhook may go to, and `test_hosts`, as `host:port`, to which anything may be sent, http too."""

    ports: frozenset[int]
    test_hosts: frozenset[str]

    @classmethod
    def of(cls, settings: Settings) -> "Rules":
        """The rules that the settings give."""
        listed = [int(port) for port in _items(settings.webhook_ports)]
        return cls(frozenset({HTTPS_PORT, *listed}), frozenset(_items(settings.webhook_test_hosts)))


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart. `host` is a lower-case name, or an IP address without brackets."""

    scheme: str
    host: str
    port: int
    path: str
    is_test_host: bool

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them (RFC 9110, section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = HTTPS_PORT if self.scheme == "https" else _HTTP_PORT
        return host if self.port == default else f"{host}:{self.port}"


def read_target(url: str, rules: Rules) -> Target:
    """The target of an address. Raises TargetRefused, of which the caller may be told."""
    if not _VISIBLE.fullmatch(url) or "\\" in url:
        raise TargetRefused(
            "it must be visible ASCII without backslashes: the host in Punycode, the rest percent-encoded"
        )
    parts = _URL.fullmatch(url)
    if parts is None:
        raise TargetRefused("it is not an https:// address")
    scheme = parts["scheme"].lower()
    host, port = _host_and_port(parts["authority"], scheme)
    is_test_host = f"{host}:{port}" in rules.test_hosts
    if not is_test_host:
        _check(scheme, host, port, rules)
    target = parts["target"] or "/"
    return Target(scheme, host, port, target if target.startswith("/") else f"/{target}", is_test_host)


def _host_and_port(authority: str, scheme: str) -> tuple[str, int]:
    if "@" in authority:
        raise TargetRefused("it must not hold a user name or a password")
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        raise TargetRefused("its host is not a host name")
    host = parts["host"]
    return _ipv6(host) if host.startswith("[") else _name(host), _port(parts["port"], scheme)


def _ipv6(host: str) -> str:
    """The address in brackets, in its one plain form (RFC 5952)."""
    try:
        address = IPv6Address(host[1:-1])
    except AddressValueError:
        raise TargetRefused("its host is not an IPv6 address in brackets") from None
    if address.scope_id is not None:
        raise TargetRefused("an IP address must not have a zone")
    return str(address)


def _name(host: str) -> str:
    """A host name in lower case, or an IPv4 address in its plain form: many read 127.1 and 0x7f000001 as one too."""
    name = host.lower()
    if name.endswith("."):
        raise TargetRefused("its host must not end with a dot")
    if not _NAME.fullmatch(name):
        raise TargetRefused("its host is not a host name")
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        try:
            IPv4Address(name)
        except AddressValueError:
            raise TargetRefused(f"{name} is not an IPv4 address of four decimal numbers") from None
    return name


def _port(port: str | None, scheme: str) -> int:
    if port is None:
        return HTTPS_PORT if scheme == "https" else _HTTP_PORT
    if not re.fullmatch(r"[1-9][0-9]{0,4}", port) or int(port) > 65535:  # noqa: PLR2004  RFC 9293
        raise TargetRefused("its port is not a number from 1 to 65535")
    return int(port)


def _check(scheme: str, host: str, port: int, rules: Rules) -> None:
    if scheme != "https":
        raise TargetRefused("it is not an https:// address")
    if port not in rules.ports:
        allowed = ", ".join(str(port) for port in sorted(rules.ports))
        raise TargetRefused(f"port {port} is not allowed, only {allowed}")
    if ":" in host or _NUMBER.fullmatch(host.rpartition(".")[2]):
        if not is_public(host):
            raise TargetRefused(f"{host} is not an address of the public internet")
    elif "." not in host or host.endswith(tuple(f".{suffix}" for suffix in _PRIVATE_SUFFIXES)):
        raise TargetRefused(f"{host} is not a name of the public internet")


def _items(text: str) -> list[str]:
    return [item for item in text.split(",") if item]
