"""Files made for the tests of contents: small packages, pictures and archives, true or crafted."""

import io
import struct
import zipfile
import zlib

OFFICE = "application/vnd.openxmlformats-officedocument."
WORD = f"{OFFICE}wordprocessingml.document.main+xml"
POINT = f"{OFFICE}presentationml.presentation.main+xml"
SHEET = f"{OFFICE}spreadsheetml.sheet.main+xml"
WORD_MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
VBA = "application/vnd.ms-office.vbaProject"
MAIN_PARTS = {WORD: "word/document.xml", POINT: "ppt/presentation.xml"}
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
BODY = f'<w:document xmlns:w="{_W}"><w:body><w:p><w:r><w:t>Компост</w:t></w:r></w:p></w:body></w:document>'

Parts = dict[str, str | bytes]


def package(main: str = WORD, /, **changes: str | bytes | None) -> bytes:
    """A docx of one paragraph, its main part declared as `main`; a change replaces a part, adds one, or removes it.

    `word__document_xml` is the part word/document.xml.
    """
    named = {key.replace("__", "/").replace("_", ".") if "." not in key else key: v for key, v in changes.items()}
    parts: Parts = {
        "[Content_Types].xml": types(**{MAIN_PARTS.get(main, "p0"): main}),
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONSHIPS}"><Relationship Id="r1" Type="http://schemas.openxmlformats'
        '.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": BODY,
    }
    return zipped({name: text for name, text in {**parts, **named}.items() if text is not None})


def types(*content_types: str, **of_parts: str) -> str:
    """[Content_Types].xml with these types, of parts that matter to no test or of those named."""
    named = {**{f"p{position}": each for position, each in enumerate(content_types)}, **of_parts}
    overrides = "".join(f'<Override PartName="/{part}" ContentType="{each}"/>' for part, each in named.items())
    defaults = '<Default Extension="xml" ContentType="application/xml"/>'
    return f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{defaults}{overrides}</Types>'


def zipped(parts: Parts, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these parts in order."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return target.getvalue()


def patched(archive: bytes, entry: int, offset: int, value: bytes) -> bytes:
    """The archive with bytes of an entry of its central directory replaced; `offset` as in APPNOTE.TXT 4.3.12."""
    position = -1
    for _ in range(entry + 1):
        position = archive.index(b"PK\x01\x02", position + 1)
    return archive[: position + offset] + value + archive[position + offset + len(value) :]


def overlapping(copies: int = 200) -> bytes:
    """A docx in which many entries share the data of one: each unpacks to the same bytes."""
    whole = package(word__media__a_bin=b"\0" * 10_000)
    start = whole.index(b"PK\x01\x02", whole.rindex(b"word/media/a.bin") - 60)
    end = whole.rindex(b"PK\x05\x06")
    record = whole[start:end]
    records = [record.replace(b"a.bin", b"%c.%03d" % (98 + i // 1000, i % 1000)) for i in range(copies)]
    directory = whole[whole.index(b"PK\x01\x02") : end] + b"".join(records)
    count = 4 + copies
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory), whole.index(b"PK\x01\x02"), 0)
    return whole[: whole.index(b"PK\x01\x02")] + directory + tail


def png(width: int = 2, height: int = 2, *, after: bytes = b"") -> bytes:
    """A true PNG where it is small; for a large one its pixels are left out."""
    pixels = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(height))) if width * height < 10_000 else b""
    header = struct.pack(">2L5B", width, height, 8, 0, 0, 0, 0)
    chunks = b"".join(_chunk(*each) for each in ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b"")))
    return b"\x89PNG\r\n\x1a\n" + chunks + after


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))


def gif(width: int = 1, height: int = 1, frames: int = 1, *, after: bytes = b"") -> bytes:
    """A GIF of one-pixel frames on a screen of this size."""
    frame = b",\0\0\0\0\1\0\1\0\0\x02\x02D\x01\0"
    screen = struct.pack("<2H3B", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return b"GIF89a" + screen + frame * frames + b";" + after


def jpeg(width: int = 8, height: int = 8) -> bytes:
    """The headers of a JPEG of this size."""
    comment = b"\xff\xfe\x00\x04hi"
    frame = b"\xff\xc0\x00\x0b\x08" + struct.pack(">2H", height, width) + b"\x01\x01\x11\x00"
    return b"\xff\xd8" + comment + frame + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00\xff\xd9"


def webp(width: int = 1, height: int = 1) -> bytes:
    """An extended WebP whose canvas has this size."""
    canvas = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<L", len(canvas)) + canvas
    return b"RIFF" + struct.pack("<L", len(body)) + body


def svg(inside: str = "<path d='M0 0h9'/>", root: str = "width='10' height='10'", *, before: str = "") -> bytes:
    """A drawing."""
    links = "xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'"
    return f"{before}<svg {links} {root}>{inside}</svg>".encode()


def ole(*, encrypted: bool = False) -> bytes:
    """The beginning of an OLE compound file; of an encrypted one, with the name of its stream."""
    stream = "EncryptedPackage" if encrypted else "WordDocument"
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream.encode("utf-16-le")
