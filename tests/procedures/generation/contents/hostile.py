"""Files that are another kind than they say, or two at once."""

from tests.procedures.generation.contents import making
from tests.procedures.generation.contents.making import gif, jpeg, ole, package, png, svg, types, webp, zipped
from tests.procedures.generation.contents.refused import (
    HTML,
    PDF,
    PROGRAM,
    WORD_FILE,
    damaged,
    not_what_it_says,
    unsafe,
)

OTHER_KINDS = {
    "a docx called pptx": not_what_it_says("a.pptx", WORD_FILE, "docx"),
    "a pptx called docx": not_what_it_says("a.docx", package(making.POINT), "pptx"),
    "a sheet called docx": not_what_it_says("a.docx", package(making.SHEET), "xlsx"),
    "an archive called docx": not_what_it_says("a.docx", zipped({"notes.txt": "x"}), "zip"),
    "an empty archive called docx": not_what_it_says("a.docx", zipped({}), "zip"),
    "a jar called docx": not_what_it_says("a.docx", zipped({"META-INF/MANIFEST.MF": "x"}), "jar"),
    "an OpenDocument text called docx": not_what_it_says(
        "a.docx", zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), "odt"
    ),
    "a package that is two kinds at once": not_what_it_says(
        "a.docx", package(**{"[Content_Types].xml": types(making.WORD, making.POINT)}), "docx and pptx"
    ),
    "an old Word file called docx": not_what_it_says("a.docx", ole(), "ole"),
    "an old Word file called pdf": not_what_it_says("a.pdf", ole(), "ole"),
    "text called docx": not_what_it_says("a.docx", b"hello, world", "text"),
    "a program called pptx": not_what_it_says("a.pptx", PROGRAM, "executable"),
    "a docx called txt": not_what_it_says("a.txt", WORD_FILE, "zip"),
    "a page called txt": not_what_it_says("a.txt", HTML, "html"),
    "a page called Markdown": not_what_it_says("a.md", b"\n <!-- x --> <HTML><b>x</b>", "html"),
    "a page in UTF-16 called txt": not_what_it_says("a.txt", HTML.decode().encode("utf-16"), "html"),
    "a page in UTF-32 called txt": not_what_it_says("a.txt", HTML.decode().encode("utf-32"), "html"),
    "text called html": not_what_it_says("a.html", b"just words, no markup", "text"),
    "Markdown called html": not_what_it_says("a.html", b"# Title\n\ntext", "text"),
    "a page in UTF-16 without a mark": not_what_it_says("a.html", HTML.decode().encode("utf-16-le"), "binary"),
    "UTF-16 cut in a character": not_what_it_says("a.txt", "слово".encode("utf-16")[:-1], "binary"),
    "UTF-16 with a lone surrogate": not_what_it_says("a.txt", b"\xff\xfe" + b"a\0" * 5000 + b"\x00\xd8", "binary"),
    "binary data far into a text": not_what_it_says("a.txt", b"word " * 20_000 + b"\0\1\2", "binary"),
    "rich text called txt": not_what_it_says("a.txt", b"{\\rtf1\\ansi hello}", "rtf"),
    "a drawing called txt": not_what_it_says("a.txt", svg(), "svg"),
    "a drawing called html": not_what_it_says("a.html", svg(), "svg"),
    "a page called svg": not_what_it_says("a.svg", HTML, "html"),
    "other XML called svg": not_what_it_says("a.svg", b"<?xml version='1.0'?><rss/>", "xml"),
    "a PNG called jpeg": not_what_it_says("a.jpeg", png(), "png"),
    "a JPEG called png": not_what_it_says("a.png", jpeg(), "jpeg"),
    "a WebP called gif": not_what_it_says("a.gif", webp(), "webp"),
    "a program called png": not_what_it_says("a.png", PROGRAM, "executable"),
    "a page called png": not_what_it_says("a.png", HTML, "html"),
    "a video called webp": not_what_it_says("a.webp", b"\0\0\0\x18ftypmp42" + bytes(40), "mp4"),
    "a Unix program called pdf": not_what_it_says("a.pdf", b"\x7fELF\2\1\1" + bytes(60), "executable"),
    "one byte called pdf": not_what_it_says("a.pdf", b"%", "text"),
}

BEFORE = "it holds something else before the PDF itself"
POLYGLOTS = {
    "a page before a PDF": unsafe("a.pdf", HTML + b"\n" + PDF, BEFORE),
    "a program before a PDF": unsafe("a.pdf", b"MZ" + bytes(64) + PDF, BEFORE),
    "an archive before a PDF": not_what_it_says("a.pdf", zipped({"x": "y"}) + PDF, "zip"),
    "an archive behind a PDF": unsafe("a.pdf", PDF + WORD_FILE, "it is a PDF and an archive at once"),
    "an archive behind a PDF, with more behind it": unsafe(
        "a.pdf", PDF + WORD_FILE + b"\n%%EOF", "it is a PDF and an archive at once"
    ),
    "an archive behind a text": not_what_it_says("a.txt", b"hello\n" + zipped({"x": "y"}), "binary"),
    "an archive behind a PNG": unsafe("a.png", png(after=WORD_FILE), "something stands behind the end of the picture"),
    "a page behind a GIF": unsafe("a.gif", gif(after=HTML), "something stands behind the end of the picture"),
    "an archive behind a JPEG": unsafe("a.jpg", jpeg() + WORD_FILE, "it is a picture and an archive at once"),
    "a PDF before a docx": not_what_it_says("a.docx", PDF + WORD_FILE, "pdf"),
    "an archive before a docx": damaged("a.docx", zipped({"x": "y"}) + WORD_FILE, "its archive has a wrong table"),
    "something behind a docx": damaged("a.docx", WORD_FILE + b"<script>", "its archive has a wrong table of contents"),
}
