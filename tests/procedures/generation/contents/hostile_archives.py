"""Archives and office files that must be refused."""

import zipfile

from tests.procedures.generation.contents import making
from tests.procedures.generation.contents.making import BODY, ole, package, types, zipped
from tests.procedures.generation.contents.refused import (
    DECLARES,
    ENTITIES,
    LEADS_OUT,
    OVERLAP,
    PROGRAM,
    WORD_FILE,
    bomb,
    damaged,
    encrypted_pdf,
    locked,
    unsafe,
    with_macros,
)

ARCHIVES = {
    "a bomb of zeros": bomb(
        "a.docx", package(word__media__a_bin=b"\0" * 30_000_000), "28 MB, and the limit is 10 MB. Make it smaller"
    ),
    "a bomb of text": bomb("a.docx", package(word__document_xml=BODY + " " * 30_000_000), "28 MB, and the limit is"),
    "a bomb of many entries": bomb(
        "a.pptx", zipped({f"{i}": "" for i in range(5001)}), "5001 parts, and the limit is 5000 parts."
    ),
    "a bomb that says that it is small": damaged(
        "a.docx",
        making.patched(package(word__media__a_bin=b"\0" * 9_000_000), 3, 24, (1000).to_bytes(4, "little")),
        "its part word/media/a.bin cannot be unpacked",
    ),
    "an entry that says that it is larger": damaged(
        "a.docx", making.patched(WORD_FILE, 2, 24, (5_000_000).to_bytes(4, "little")), "its part word/document.xml"
    ),
    "overlapping entries": unsafe("a.docx", making.overlapping(), OVERLAP),
    "a checksum that is wrong": damaged(
        "a.docx", making.patched(WORD_FILE, 2, 16, b"\1\2\3\4"), "its part word/document.xml cannot be unpacked"
    ),
    "cut off before its table of contents": damaged(
        "a.docx", WORD_FILE[: WORD_FILE.index(b"PK\1\2")], "its archive has no table of contents"
    ),
    "cut off in its table of contents": damaged("a.docx", WORD_FILE[:-30], "its archive has no table of contents"),
    "cut out of its middle": damaged("a.docx", WORD_FILE[:300] + WORD_FILE[400:], "its archive has a wrong table"),
    "a name of its own for a part": unsafe(
        "a.docx",
        making.patched(WORD_FILE, 2, 46, b"word/DOCUMENT.xml"),
        "a part of its archive is not what the table of contents says",
    ),
    "a part twice": unsafe(
        "a.docx",
        package(WORD__DOCUMENT_XML=BODY, **{"word__Document_xml": BODY}),
        "two parts of its archive have the same name",
    ),
    "a path to the parent": unsafe("a.docx", zipped({"../../etc/cron.d/x": "x"}), LEADS_OUT),
    "a path from the root": unsafe("a.docx", zipped({"/etc/passwd": "x"}), LEADS_OUT),
    "a path on a drive": unsafe("a.docx", zipped({"C:/x": "x"}), LEADS_OUT),
    "a path with backslashes": unsafe("a.docx", zipped({"..\\..\\x": "x"}), LEADS_OUT),
    "a path with a NUL": unsafe(
        "a.docx", zipped({"word/x.xml?.exe": "x"}).replace(b".xml?.exe", b".xml\0.exe"), LEADS_OUT
    ),
    "an entry behind a password": locked("a.docx", making.patched(WORD_FILE, 2, 8, b"\x01\0")),
    "a docx behind a password": locked("a.docx", ole(encrypted=True)),
    "a pptx behind a password": locked("a.pptx", ole(encrypted=True)),
    "a PDF behind a password": locked("a.pdf", encrypted_pdf()),
    "packed by bzip2": unsafe(
        "a.docx",
        zipped({"[Content_Types].xml": types(making.WORD)}, zipfile.ZIP_BZIP2),
        "a part of its archive is packed in an unusual way",
    ),
    "an archive in a docx": unsafe(
        "a.docx", package(word__media__a_png=zipped({"x": "y"})), "it holds another archive"
    ),
    "a RAR archive in a docx": unsafe(
        "a.docx", package(word__embeddings__a_bin=b"Rar!\x1a\7\0" + bytes(20)), "it holds another archive"
    ),
    "a jar called sheet beside the embeddings": unsafe(
        "a.docx", package(word__a_xlsx=zipped({"x": "y"})), "it holds another archive"
    ),
    "a program in a docx": unsafe("a.docx", package(word__media__a_png=PROGRAM), "it holds a program"),
}

OFFICE = {
    "an entity bomb in the text": unsafe("a.docx", package(word__document_xml=ENTITIES + "<x>&b;</x>"), DECLARES),
    "an entity bomb in the list of parts": unsafe(
        "a.docx", package(**{"[Content_Types].xml": ENTITIES + "<Types>&b;</Types>"}), DECLARES
    ),
    "an external entity": unsafe(
        "a.docx",
        package(word__document_xml='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'),
        DECLARES,
    ),
    "an external DTD": unsafe("a.docx", package(word__x_xml='<!DOCTYPE x SYSTEM "http://127.0.0.1/"><x/>'), DECLARES),
    "entities in UTF-16": unsafe(
        "a.docx",
        package(word__document_xml=f'<?xml version="1.0" encoding="UTF-16"?>{ENTITIES}<x>&b;</x>'.encode("utf-16")),
        DECLARES,
    ),
    "entities in a part that is not called XML": unsafe(
        "a.docx", package(word__document_dat=ENTITIES + "<x>&b;</x>"), DECLARES
    ),
    "XML nested without end": unsafe(
        "a.docx",
        package(word__document_xml="<x>" * 5000 + "</x>" * 5000),
        "its XML is nested too deeply or has too many elements",
    ),
    "XML that ends too early": damaged(
        "a.docx", package(word__document_xml=BODY[:-5]), "its part word/document.xml is"
    ),
    "a macro document called docx": with_macros("a.docx", package(making.WORD_MACROS), "DOCX"),
    "macros in a docx": with_macros(
        "a.docx", package(**{"[Content_Types].xml": types(making.WORD, making.VBA)}), "DOCX"
    ),
    "undeclared macros in a pptx": with_macros("a.pptx", package(making.POINT, ppt__vbaProject_bin=ole()), "PPTX"),
}
