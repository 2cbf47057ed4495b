"""The families of bad input that uploads meet (reliability.md section 6): base64, file names, and types.

Each with its status and its exact text, and nothing is left of it.
"""

import base64
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from tests.hostile.asking import Target
from tests.hostile.uploading import told, upload
from tests.procedures.calling import wire
from tests.procedures.generation.uploading import TEXT, Left, document, left

pytestmark = pytest.mark.fault("hostile input: all other families")

NAME = (400, "File name is not valid: it must be a plain name with an extension")
TYPE = (415, "File type not supported. Your STANDARD plan allows: PDF, DOCX, PPTX, HTML, TXT, MD.")
BASE64 = (400, "File content is not valid base64")
INPUT = (400, "Input validation failed")
NUL = (422, "Text must not contain the NUL character")


def size(declared: int, received: int) -> tuple[int, str]:
    """The answer to a file of another size than it was said to have."""
    return 400, f"File size does not match: declared {declared} bytes, received {received}."


class Bad(NamedTuple):
    """One case: what is sent instead, and the status and the text of the answer."""

    name: str
    sent: dict[str, Any]
    answer: tuple[int, str]


def content(name: str, text: Any, answer: tuple[int, str] = BASE64, declared: int | None = None) -> Bad:
    """A case of base64, with the size that is declared for it."""
    sizes = {} if declared is None else {"fileSize": declared}
    return Bad(name, {"fileContent": text, **sizes}, answer)


def named(name: str, filename: Any, answer: tuple[int, str] = NAME) -> Bad:
    """A case of a file name."""
    return Bad(name, {"filename": filename}, answer)


TRUE = base64.b64encode(TEXT).decode()
LONG = base64.b64encode(b"x" * 3000).decode()
HUGE = "!" * (14 * 1024 * 1024 - 4096)
MEBIBYTE = 1024 * 1024
# padded where the pieces that it is decoded in meet
PADDED_INSIDE = base64.b64encode(b"x" * (768 * 1024 - 1)).decode() + base64.b64encode(b"x" * 300).decode()

CONTENTS = (
    content("nothing", "", size(len(TEXT), 0)),
    content("one character", "Y", BASE64, 1),
    content("two characters", "YQ", BASE64, 1),
    content("three characters", "YWE", BASE64, 2),
    content("five characters", "YWFhY", BASE64, 3),
    content("padding alone", "====", BASE64, 1),
    content("one sign of padding alone", "=", BASE64, 1),
    content("padding left out", "YWFhYQ", BASE64, 4),
    content("half of the padding", "YWFhYQ=", BASE64, 4),
    content("too much padding", "YWFhYQ===", BASE64, 4),
    content("padding in the middle", "YQ==YQ==", BASE64, 2),
    content("padding in front", "=YWFhYQ=", BASE64, 4),
    content("padding between pieces", PADDED_INSIDE, BASE64, 768 * 1024 + 299),
    content("text after the padding", "YQ==x", BASE64, 1),
    content("a line break at the end", TRUE + "\n"),
    content("a line break inside", TRUE[:8] + "\n" + TRUE[8:]),
    content("lines as in MIME", base64.encodebytes(TEXT).decode()),
    content("a line break of another system", TRUE[:8] + "\r\n" + TRUE[8:]),
    content("a space at the end", TRUE + " "),
    content("a space inside", TRUE[:8] + " " + TRUE[8:]),
    content("a tab", "\t" + TRUE),
    content("a NUL", TRUE[:4] + "\0" + TRUE[4:], NUL),
    content("the URL-safe alphabet", "-_-_", BASE64, 3),
    content("the alphabet of IMAP", "a,b+", BASE64, 3),
    content("a data URL", "data:text/plain;base64," + TRUE),
    content("percent-encoded", TRUE.replace("=", "%3D") + "%3D"),
    content("markup", "<b>x</b>", BASE64, 5),
    content("hexadecimal with its sign", "0x" + TEXT.hex()[:20], BASE64, 16),
    content("the text itself", TEXT.decode(), BASE64, len(TEXT)),
    content("letters that only look alike", "\u04ae\u04ae\u04ae\u04ae", BASE64, 3),
    content("full-width letters", "\uff39\uff37\uff26\uff48", BASE64, 3),
    content("an emoji", "\U0001f950" * 4, BASE64, 3),
    content("a byte order mark", "\ufeff" + TRUE),
    content("an invisible space", TRUE[:8] + "\u200b" + TRUE[8:]),
    content("base32", base64.b32encode(TEXT).decode().rstrip("=") + "1" * 3, BASE64, len(TEXT)),
    content("quotes around it", f'"{TRUE}"'),
    content("one wrong character at its end", LONG[:-1] + "*", BASE64, 3000),
    content("encoded twice", base64.b64encode(TRUE.encode() * 3).decode(), size(len(TEXT), len(TRUE) * 3)),
    content("far longer than declared", LONG, size(10, 3000), 10),
    content("longer than declared by 101", base64.b64encode(b"x" * 111).decode(), size(10, 111), 10),
    content("shorter than declared by 101", base64.b64encode(b"x" * 399).decode(), size(500, 399), 500),
    content("14 MiB of no base64, declared small", HUGE, size(1000, len(HUGE) // 4 * 3), 1000),
    content("a number", 1, INPUT),
    content("an array", ["YQ=="], INPUT),
    content("nothing at all", None, INPUT),
)

NAMES = (
    named("empty", "", INPUT),
    named("256 characters", "x" * 253 + ".md", INPUT),
    named("a number", 1, INPUT),
    named("null", None, INPUT),
    named("a NUL", "a\0.md", NUL),
    named("a NUL before another extension", "a.md\0.exe", NUL),
    named("a space", " "),
    named("spaces", "   "),
    named("a dot", "."),
    named("two dots", ".."),
    named("an extension alone", ".md"),
    named("an extension after two dots", "..md"),
    named("the folder above", "../a.md"),
    named("the folder above, of Windows", "..\\a.md"),
    named("many folders above", "../" * 20 + "etc/passwd.md"),
    named("the folder above, in the middle", "a/../../b.md"),
    named("a folder", "a/b.md"),
    named("a folder of Windows", "a\\b.md"),
    named("an absolute path", "/etc/passwd.md"),
    named("a drive", "C:\\a.md"),
    named("a share", "\\\\server\\share\\a.md"),
    named("a slash at the end", "a.md/"),
    named("a hidden file", ".hidden.md"),
    named("a line break", "a\n.md"),
    named("a carriage return", "a\r.md"),
    named("a header behind a line break", "a.md\r\nX-Evil: 1"),
    named("a tab", "a\t.md"),
    named("a vertical tab", "a\x0b.md"),
    named("an escape sequence of terminals", "a\x1b[31m.md"),
    named("a bell", "a\x07.md"),
    named("a backspace", "a\b.md"),
    named("a deletion", "a\x7f.md"),
    named("a control character of Latin-1", "a\x85.md"),
    named("text that turns round", "a\u202etxt.md"),
    named("text that turns round, isolated", "a\u2067.md"),
    named("a line separator", "a\u2028.md"),
    named("a paragraph separator", "a\u2029.md"),
    named("a space of no width", "a\u200b.md"),
    named("a joiner of no width", "a\u200d.md"),
    named("a byte order mark", "\ufeffa.md"),
    named("a no-break space", "a\u00a0b.md"),
    named("a wide space", "a\u3000b.md"),
    named("a private character", "a\ue000.md"),
    named("a character that is none", "a\uffff.md"),
    named("an invisible tag", "a\U000e0041.md"),
    named("no extension", "notes", TYPE),
    named("a dot at the end", "a.md.", TYPE),
    named("a space behind the extension", "a.md ", TYPE),
    named("another extension", "a.exe", TYPE),
    named("another extension behind the first", "a.md.exe", TYPE),
    named("a full-width extension", "a.\uff4d\uff44", TYPE),
    named("an extension that only looks alike", "a.m\u0501", TYPE),
    named("a stream of NTFS", "a.md:evil.exe", TYPE),
    named("a stream of NTFS, whole", "a.md::$DATA", TYPE),
    named("a query", "a.md?x=.exe", TYPE),
    named("percent-encoded", "a%2Emd", TYPE),
    named("a very long extension", "a." + "x" * 200, TYPE),
)


def typed(name: str, media_type: Any, answer: tuple[int, str] = TYPE) -> Bad:
    """A case of a type."""
    return Bad(name, {"mimeType": media_type}, answer)


MEDIA_TYPES = (
    typed("empty", "", INPUT),
    typed("256 characters", "text/" + "x" * 251, INPUT),
    typed("a number", 1, INPUT),
    typed("null", None, INPUT),
    typed("an array", ["text/markdown"], INPUT),
    typed("a NUL", "text/markdown\0", NUL),
    typed("any", "*/*"),
    typed("any text", "text/*"),
    typed("bytes", "application/octet-stream"),
    typed("another that is accepted", "application/pdf"),
    typed("a page", "text/html"),
    typed("a program", "application/x-msdownload"),
    typed("without its half", "markdown"),
    typed("two", "text/markdown, text/html"),
    typed("a parameter alone", "; text/markdown"),
    typed("a header behind a line break", "text/html\r\nx-evil: 1"),
    typed("letters that only look alike", "text/m\u0430rkdown"),
    typed("full-width", "\uff54\uff45\uff58\uff54/markdown"),
    typed("a path", "../text/markdown"),
)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=f"{family}: {case.name}")
        for family, cases in (("base64", CONTENTS), ("name", NAMES), ("type", MEDIA_TYPES))
        for case in cases
    ],
)
async def test_bad_input_is_refused_and_leaves_nothing(target: Target, case: Bad) -> None:
    caller = await target.new_caller("standard")
    assert told(upload(target, caller, wire(document(caller.course)) | case.sent)) == case.answer
    assert await left(target.world, caller.signed_in, caller.course) == Left(0, 0, 0)


@pytest.mark.parametrize("case", [*CONTENTS[:3], *NAMES[:3]], ids=lambda case: case.name)
async def test_a_course_that_is_not_there_is_told_before(target: Target, case: Bad) -> None:
    """The same cases, where they are well-formed input, for a course that nobody has."""
    answer = upload(target, await target.new_caller("standard"), wire(document(uuid4())) | case.sent)
    assert answer.error["message"] == (case.answer[1] if case.answer == INPUT else "Course not found")
