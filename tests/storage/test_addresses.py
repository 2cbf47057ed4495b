"""Addresses of our own for files in a folder: what was signed is read again, and nothing else is."""

import base64
import hmac
from uuid import uuid4

import msgspec
import pytest

from app.storage import Download, DownloadAddresses, object_key

SECRET = "a secret for tests, thirty-two bytes and more"
NOW = 1_800_000_000
ADDRESSES = DownloadAddresses(SECRET)
DOWNLOAD = Download(object_key(uuid4(), uuid4(), uuid4(), "pdf"), "Книга.pdf", "application/pdf", NOW + 300)


def token_of(addresses: DownloadAddresses, download: Download = DOWNLOAD) -> str:
    return addresses.url(download).rpartition("/")[2]


TOKEN = token_of(ADDRESSES)


def test_an_address_is_read_as_what_it_was_made_of_until_it_is_over() -> None:
    assert ADDRESSES.download(TOKEN, NOW) == DOWNLOAD
    assert ADDRESSES.download(TOKEN, NOW + 299.9) == DOWNLOAD
    assert ADDRESSES.download(TOKEN, NOW + 300) is None


def test_every_process_with_the_secret_reads_it() -> None:
    assert DownloadAddresses(SECRET).download(TOKEN, NOW) == DOWNLOAD


def test_an_address_begins_with_where_the_service_is() -> None:
    assert ADDRESSES.url(DOWNLOAD) == f"/downloads/{TOKEN}"
    for public in ("https://api.example.org/v1", "https://api.example.org/v1/"):
        assert DownloadAddresses(SECRET, public).url(DOWNLOAD) == f"https://api.example.org/v1/downloads/{TOKEN}"


def test_an_address_has_only_characters_that_a_url_keeps() -> None:
    assert set(TOKEN) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
    longest = msgspec.structs.replace(DOWNLOAD, filename="щ" * 255, mime_type="x" * 255)
    assert ADDRESSES.download(token_of(ADDRESSES, longest), NOW) == longest


def test_any_other_character_anywhere_is_refused() -> None:
    for at in range(len(TOKEN)):
        for character in "A.-":
            if TOKEN[at] != character:
                assert ADDRESSES.download(TOKEN[:at] + character + TOKEN[at + 1 :], NOW) is None
        assert ADDRESSES.download(TOKEN[:at], NOW) is None
        assert ADDRESSES.download(TOKEN[at + 1 :], NOW) is None


def forged(key: bytes, payload: bytes) -> str:
    text = base64.urlsafe_b64encode(payload).rstrip(b"=")
    return (text + b"." + base64.urlsafe_b64encode(hmac.digest(key, text, "sha256")).rstrip(b"=")).decode()


@pytest.mark.parametrize("key", [b"", SECRET.encode(), b"coursegen download addresses", b"\0" * 32])
def test_what_another_key_has_signed_is_refused(key: bytes) -> None:
    """The secret itself too: it signs access tokens."""
    assert ADDRESSES.download(forged(key, msgspec.json.encode(DOWNLOAD)), NOW) is None


def test_another_secrets_address_is_refused() -> None:
    assert ADDRESSES.download(token_of(DownloadAddresses(f"{SECRET}.")), NOW) is None


def test_without_a_secret_nobody_knows_the_key() -> None:
    mine = DownloadAddresses("")
    assert mine.download(token_of(mine), NOW) == DOWNLOAD
    assert DownloadAddresses("").download(token_of(mine), NOW) is None
    derived = hmac.digest(b"", b"coursegen download addresses", "sha256")
    assert mine.download(forged(derived, msgspec.json.encode(DOWNLOAD)), NOW) is None


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b", "é.é", "\udcff.\udcff", "x" * 5000, f"{TOKEN}.", f"{TOKEN}=", "%00"]
)
def test_what_is_no_address_is_refused(token: str) -> None:
    assert ADDRESSES.download(token, NOW) is None
