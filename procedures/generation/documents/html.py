"""Web pages to blocks: the text that a reader sees, without what surrounds it."""

import codecs
import re
from contextlib import suppress

from selectolax.lexbor import LexborHTMLParser, LexborNode

from procedures.generation.documents.blocks import Block, Heading
from procedures.generation.documents.decoding import decoded
from procedures.generation.documents.elements import parts_of
from procedures.generation.documents.errors import UnreadableDocument
from procedures.generation.documents.inline import one_line, tidy
from procedures.generation.documents.lists import with_lists

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_PRESCAN = 1024  # bytes in which a page must declare its encoding (HTML, section 4.2.5.5)
_ENCODINGS = re.compile(
    r"utf-8|cp125\d|iso8859-(?:[2579]|15)|koi8-[ru]|cp866|mac-cyrillic|gbk|gb18030|big5|euc_jp|shift_jis|euc_kr"
)


def read_html(text: str) -> tuple[Block, ...]:
    """The blocks of a page. Raises UnreadableDocument."""
    tree = LexborHTMLParser(tidy(text))
    try:
        blocks = tuple(with_lists(parts_of(_main(tree))))
    except RecursionError as error:
        raise UnreadableDocument("The page is nested too deeply to be read") from error
    if any(isinstance(block, Heading) and block.level == 1 for block in blocks):
        return blocks
    found = tree.css_first("head > title")
    title = one_line(found.text()) if found else ""
    return (Heading(1, title), *blocks) if title and blocks else blocks


def decoded_page(data: bytes) -> str:
    """A page's text by the encoding that its mark or its head declares; without one, as `decoded`."""
    declared = _CHARSET.search(data[:_PRESCAN])
    name = _encoding(declared[1].decode("ascii", "replace")) if declared else None
    marked = data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if name and not marked:
        with suppress(UnicodeDecodeError):
            return data.decode(name)
    return decoded(data)


def _encoding(label: str) -> str | None:
    """The codec of a label, as browsers understand it (Encoding Standard, section 4.2); None for an unknown one."""
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    if name in {"iso8859-1", "ascii"}:
        return "cp1252"
    if name.startswith("utf-16"):  # a page that can be searched for its encoding is not in it
        return "utf-8"
    return name if _ENCODINGS.fullmatch(name) else None


def _main(tree: LexborHTMLParser) -> LexborNode | None:
    """The part of the page that is its content, where the page says so."""
    articles = tree.css("article")
    return tree.css_first("main, [role=main]") or (articles[0] if len(articles) == 1 else tree.body)
