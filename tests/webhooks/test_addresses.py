"""Addresses that a webhook may not go to, by their text and by where their name leads: each with what is said of it."""

import pytest

from app.webhooks import Rules, Sender, SendFailed, TargetRefused, read_target
from app.webhooks.addresses import is_public

RULES = Rules(frozenset({443, 8443}), frozenset())
ASCII = "it must be visible ASCII without backslashes: the host in Punycode, the rest percent-encoded"
HTTPS = "it is not an https:// address"
USER = "it must not hold a user name or a password"
NO_NAME = "its host is not a host name"
DOT = "its host must not end with a dot"
PORT = "its port is not a number from 1 to 65535"
NO_IPV6 = "its host is not an IPv6 address in brackets"
ZONE = "an IP address must not have a zone"


def not_public(host: str) -> str:
    return f"{host} is not an address of the public internet"


def private_name(host: str) -> str:
    return f"{host} is not a name of the public internet"


def no_ipv4(host: str) -> str:
    return f"{host} is not an IPv4 address of four decimal numbers"


REFUSED_BY_TEXT = {
    # other schemes
    "http://lms.example.org/hook": HTTPS,
    "ftp://lms.example.org/hook": HTTPS,
    "file:///etc/passwd": NO_NAME,
    "gopher://127.0.0.1:6379/_FLUSHALL": HTTPS,
    "//lms.example.org/hook": HTTPS,
    "https:lms.example.org": HTTPS,
    "https:/lms.example.org": HTTPS,
    "javascript:alert(1)": HTTPS,
    # IPv4 in its plain form
    "https://127.0.0.1/": not_public("127.0.0.1"),
    "https://127.255.255.254/": not_public("127.255.255.254"),
    "https://0.0.0.0/": not_public("0.0.0.0"),  # noqa: S104  an address to refuse
    "https://10.1.2.3/": not_public("10.1.2.3"),
    "https://100.64.0.1/": not_public("100.64.0.1"),
    "https://100.100.100.200/latest/meta-data/": not_public("100.100.100.200"),
    "https://169.254.169.254/latest/meta-data/": not_public("169.254.169.254"),
    "https://168.63.129.16/": not_public("168.63.129.16"),
    "https://172.16.0.1/": not_public("172.16.0.1"),
    "https://172.31.255.255/": not_public("172.31.255.255"),
    "https://192.0.0.192/": not_public("192.0.0.192"),
    "https://192.0.2.1/": not_public("192.0.2.1"),
    "https://192.88.99.1/": not_public("192.88.99.1"),
    "https://192.168.1.1/": not_public("192.168.1.1"),
    "https://198.18.0.1/": not_public("198.18.0.1"),
    "https://203.0.113.7/": not_public("203.0.113.7"),
    "https://224.0.0.1/": not_public("224.0.0.1"),
    "https://240.0.0.1/": not_public("240.0.0.1"),
    "https://255.255.255.255/": not_public("255.255.255.255"),
    # IPv4 in forms that some libraries read: short, decimal, octal, hexadecimal, with leading zeros
    "https://127.1/": no_ipv4("127.1"),
    "https://127.0.1/": no_ipv4("127.0.1"),
    "https://2130706433/": no_ipv4("2130706433"),
    "https://017700000001/": no_ipv4("017700000001"),
    "https://0177.0.0.1/": no_ipv4("0177.0.0.1"),
    "https://127.0.0.01/": no_ipv4("127.0.0.01"),
    "https://0x7f000001/": no_ipv4("0x7f000001"),
    "https://0x7f.0.0.1/": no_ipv4("0x7f.0.0.1"),
    "https://127.0.0.0x1/": no_ipv4("127.0.0.0x1"),
    "https://127.0.0.1.1/": no_ipv4("127.0.0.1.1"),
    "https://256.0.0.1/": no_ipv4("256.0.0.1"),
    "https://lms.example.0x/": no_ipv4("lms.example.0x"),
    # IPv6
    "https://[::1]/": not_public("::1"),
    "https://[0:0:0:0:0:0:0:1]/": not_public("::1"),
    "https://[::]/": not_public("::"),
    "https://[::ffff:127.0.0.1]/": not_public("::ffff:7f00:1"),
    "https://[::ffff:a9fe:a9fe]/": not_public("::ffff:a9fe:a9fe"),
    "https://[::127.0.0.1]/": not_public("::7f00:1"),
    "https://[::ffff:0:127.0.0.1]/": not_public("::ffff:0:7f00:1"),
    "https://[64:ff9b::7f00:1]/": not_public("64:ff9b::7f00:1"),
    "https://[64:ff9b:1::a9fe:a9fe]/": not_public("64:ff9b:1::a9fe:a9fe"),
    "https://[2002:7f00:1::]/": not_public("2002:7f00:1::"),
    "https://[2001:0:53aa:64c::1]/": not_public("2001:0:53aa:64c::1"),
    "https://[2001:db8::1]/": not_public("2001:db8::1"),
    "https://[3fff::1]/": not_public("3fff::1"),
    "https://[fc00::1]/": not_public("fc00::1"),
    "https://[fd00:ec2::254]/": not_public("fd00:ec2::254"),
    "https://[fe80::1]/": not_public("fe80::1"),
    "https://[fec0::1]/": not_public("fec0::1"),
    "https://[ff02::1]/": not_public("ff02::1"),
    "https://[100::1]/": not_public("100::1"),
    "https://[5f00::1]/": not_public("5f00::1"),
    "https://[fe80::1%25eth0]/": ZONE,
    "https://[2606:4700::1%eth0]/": ZONE,
    "https://[::1/": NO_IPV6,
    "https://[127.0.0.1]/": NO_IPV6,
    "https://[]/": NO_IPV6,
    "https://::1/": NO_NAME,
    # names
    "https://localhost/": private_name("localhost"),
    "https://LOCALHOST/": private_name("localhost"),
    "https://metadata/": private_name("metadata"),
    "https://metadata.google.internal/": private_name("metadata.google.internal"),
    "https://printer.local/": private_name("printer.local"),
    "https://a.localhost/": private_name("a.localhost"),
    "https://router.home.arpa/": private_name("router.home.arpa"),
    "https://example.onion/": private_name("example.onion"),
    "https://lms.example.org./": DOT,
    "https://127.0.0.1./": DOT,
    "https://.example.org/": NO_NAME,
    "https://lms..example.org/": NO_NAME,
    "https://-lms.example.org/": NO_NAME,
    "https://lms.example.org%00.evil.example/": NO_NAME,
    "https://%6c%6f%63alhost/": NO_NAME,
    "https://127.0.0.1%2f@evil.example/": USER,
    f"https://{'a' * 64}.example.org/": NO_NAME,
    f"https://{'a.' * 126}org/": NO_NAME,
    "https:///hook": NO_NAME,
    "https://": NO_NAME,
    "https://:443/": NO_NAME,
    # Unicode: full-width digits, circled digits, other dots, an IDN that is not in Punycode
    "https://１２７.0.0.1/": ASCII,
    "https://①②⑦.⓪.⓪.①/": ASCII,
    "https://127。0。0。1/": ASCII,
    "https://пример.рф/": ASCII,
    "https://lms.example.org/\u202e": ASCII,
    # characters on which parsers disagree
    "https://lms.example.org\\@127.0.0.1/": ASCII,
    "https:\\\\lms.example.org/": ASCII,
    "https://lms.example.org/\r\nHost: evil.example": ASCII,
    "https://lms.example.org/a b": ASCII,
    "https://lms.example.org\t/": ASCII,
    "https://lms.example.org\x00/": ASCII,
    " https://lms.example.org/": ASCII,
    "": ASCII,
    # credentials
    "https://user@lms.example.org/": USER,
    "https://user:password@lms.example.org/": USER,
    "https://lms.example.org@127.0.0.1/": USER,
    "https://lms.example.org:443@127.0.0.1:443/": USER,
    "https://@lms.example.org/": USER,
    # ports
    "https://lms.example.org:80/": "port 80 is not allowed, only 443, 8443",
    "https://lms.example.org:22/": "port 22 is not allowed, only 443, 8443",
    "https://lms.example.org:6379/": "port 6379 is not allowed, only 443, 8443",
    "https://lms.example.org:65536/": PORT,
    "https://lms.example.org:0/": PORT,
    "https://lms.example.org:0443/": PORT,
    "https://lms.example.org:/": PORT,
    "https://lms.example.org:+443/": PORT,
    "https://lms.example.org:443:443/": PORT,
    "https://lms.example.org:http/": PORT,
}
ALLOWED = {
    "https://lms.example.org": ("lms.example.org", 443, "/", "lms.example.org"),
    "HTTPS://LMS.Example.ORG:443/Hook?a=%20": ("lms.example.org", 443, "/Hook?a=%20", "lms.example.org"),
    "https://lms.example.org:8443?a=b#c": ("lms.example.org", 8443, "/?a=b", "lms.example.org:8443"),
    "https://xn--e1afmkfd.xn--p1ai/@": ("xn--e1afmkfd.xn--p1ai", 443, "/@", "xn--e1afmkfd.xn--p1ai"),
    "https://_hook.my-lms.example.org/": ("_hook.my-lms.example.org", 443, "/", "_hook.my-lms.example.org"),
    "https://1.1.1.1/": ("1.1.1.1", 443, "/", "1.1.1.1"),
    "https://[2606:4700:4700::1111]:8443/": ("2606:4700:4700::1111", 8443, "/", "[2606:4700:4700::1111]:8443"),
    "https://[::ffff:1.1.1.1]/": ("::ffff:101:101", 443, "/", "[::ffff:101:101]"),
}


@pytest.mark.parametrize(("url", "reason"), REFUSED_BY_TEXT.items(), ids=lambda value: ascii(value)[:60])
def test_an_address_that_is_seen_to_be_wrong_is_refused_with_the_reason(url: str, reason: str) -> None:
    with pytest.raises(TargetRefused) as refused:
        read_target(url, RULES)
    assert str(refused.value) == reason


@pytest.mark.parametrize(("url", "expected"), ALLOWED.items(), ids=str)
def test_a_public_address_is_taken_apart(url: str, expected: tuple[str, int, str, str]) -> None:
    target = read_target(url, RULES)
    assert (target.host, target.port, target.path, target.authority) == expected


def test_a_listed_test_host_may_be_private_and_plain_on_its_own_port_alone() -> None:
    rules = Rules(frozenset({443}), frozenset({"localhost:9000", "::1:9000"}))
    assert read_target("http://localhost:9000/x", rules).is_test_host
    assert read_target("http://[::1]:9000/x", rules).is_test_host
    for other in ("http://localhost:9001/x", "http://localhost/x", "https://127.0.0.1:9000/x"):
        with pytest.raises(TargetRefused):
            read_target(other, rules)


# What a name leads to is known when the connection is made.
NOT_PUBLIC = [
    *("127.0.0.1", "0.0.0.0", "10.0.0.1", "100.64.0.1", "169.254.169.254", "172.20.0.1", "192.0.0.1"),  # noqa: S104
    *("192.88.99.1", "192.168.0.1", "198.19.0.1", "224.0.0.251", "239.255.255.250", "255.255.255.255"),
    *("::1", "::", "::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:a00:1::1"),
    *("2001::1", "2001:2::1", "2001:10::1", "2001:db8::1", "fc00::1", "fe80::1", "fe80::1%1", "fec0::1", "ff05::1"),
    *("2606:4700::1%1", "4000::1", "not an address", ""),
]
PUBLIC = ["1.1.1.1", "93.184.215.14", "100.63.255.255", "172.32.0.1", "::ffff:1.1.1.1", "2606:4700::1", "2001:4860::1"]


@pytest.mark.parametrize("address", NOT_PUBLIC)
async def test_a_name_that_leads_to_a_private_address_is_not_connected_to(address: str) -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return [address]

    sender = Sender(RULES, seconds=1, at_once=1, resolve=resolve)
    with pytest.raises(SendFailed) as failed:
        await sender.send("https://lms.example.org/", {}, "{}")
    assert str(failed.value) == "not sent: lms.example.org leads to no address of the public internet"


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_told_from_their_private_neighbours(address: str) -> None:
    assert is_public(address)
