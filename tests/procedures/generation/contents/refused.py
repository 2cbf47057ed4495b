"""How a file is refused, and what the tables of such files share."""

import io
from pathlib import Path
from typing import NamedTuple

from pypdf import PdfReader, PdfWriter

from app.rpc import RpcError
from procedures.generation._upload_errors import (
    ArchiveTooLarge,
    FileDamaged,
    FileEncrypted,
    FileHasMacros,
    FileTypeMismatch,
    FileUnsafe,
    ImageTooLarge,
)
from tests.procedures.generation.contents.making import package

DATA = Path(__file__).parents[3] / "data"
PDF = (DATA / "hleb-na-zakvaske.pdf").read_bytes()
ENTITIES = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
HTML = b"<!doctype html><html><body><p>Hello</p></body></html>"
PROGRAM = b"MZ\x90\0\3\0\0\0" + bytes(range(256))
LIMIT_TEXT = "the limit is 50 million pixels, 20000 on a side"


class Case(NamedTuple):
    """A file, and how it is refused."""

    filename: str
    content: bytes
    error: type[RpcError]
    text: str


def encrypted_pdf() -> bytes:
    """A PDF behind a password."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(PDF)))
    writer.encrypt("secret", algorithm="AES-256")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def not_what_it_says(filename: str, content: bytes, found: str) -> Case:
    """Refused by its kind, with the exact text."""
    declared = filename.rpartition(".")[2].upper()
    text = f"The file is not what its name and type say: declared {declared}, found {found}."
    return Case(filename, content, FileTypeMismatch, text)


def unsafe(filename: str, content: bytes, reason: str) -> Case:
    """Refused as unsafe, with the exact text."""
    text = f"The file cannot be accepted: {reason}. Save it without that, and upload it again."
    return Case(filename, content, FileUnsafe, text)


def damaged(filename: str, content: bytes, reason: str) -> Case:
    """Refused as damaged."""
    return Case(filename, content, FileDamaged, f"The file is damaged or not whole: {reason}")


def too_large(filename: str, content: bytes, size: str) -> Case:
    """A picture with too many pixels."""
    return Case(filename, content, ImageTooLarge, f"The image has {size} pixels, and {LIMIT_TEXT}.")


def locked(filename: str, content: bytes) -> Case:
    """Refused for its password."""
    text = "The file is protected with a password. Remove the protection and upload it again."
    return Case(filename, content, FileEncrypted, text)


def with_macros(filename: str, content: bytes, kind: str) -> Case:
    """Refused for its macros."""
    text = f"The file holds macros, which are not accepted. Save it as {kind} without macros and upload it again."
    return Case(filename, content, FileHasMacros, text)


def bomb(filename: str, content: bytes, text: str) -> Case:
    """Refused for what it unpacks to."""
    return Case(filename, content, ArchiveTooLarge, f"The file unpacks to {text}")


WORD_FILE = package()
OVERLAP = "parts of its archive overlap, or something stands before them"
LEADS_OUT = "a part of its archive has a path that leads out of it"
OUTSIDE = "it refers to something outside"
DECLARES = "its XML declares a document type or entities"
