"""Plain text to blocks: headings, lists and paragraphs told apart by how people lay out text without markup."""

import re
from collections.abc import Iterator, Sequence

from procedures.generation.documents.blocks import Block, Heading, Paragraph, Preformatted, lists_joined
from procedures.generation.documents.inline import literal, one_line, tidy
from procedures.generation.documents.wrapping import joined, words_in

LONGEST_HEADING = 90
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
_UNDERLINE = re.compile(r"\s*(={3,}|-{3,})\s*")
_ITEM = re.compile(r"\s*(?:[-*•‣▪–—●·◦○]|(\d{1,3})[.)])\s+(?=\S)")
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(?=[^\W\d_])")
_CHAPTER = re.compile(r"(?:chapter|part|section|lesson|глава|часть|раздел|урок)\s+[\dIVXLC]+\b", re.IGNORECASE)
_INDENTED = re.compile(r"(?:\t| {2,})\S")
_WRAPPED = 120  # a longer line was not wrapped by hand: it is a paragraph by itself
_CLOSED = tuple(".,;:!?…")


def read_plain_text(text: str) -> tuple[Block, ...]:
    """The blocks of a text whose paragraphs are divided by blank lines, by indents, or one to a line."""
    clean = tidy(text)
    known = words_in(clean.split("\n"))
    chunks = [chunk.strip("\n").split("\n") for chunk in _BLANK_LINES.split(clean) if chunk.strip()]
    blocks: list[Block] = []
    for position, lines in enumerate(chunks):
        following = chunks[position + 1] if position + 1 < len(chunks) else []
        heading, body = _parted(lines, following, first=position == 0)
        blocks += (heading,) if heading else ()
        blocks += (_block(paragraph, known) for paragraph in _paragraphs(body))
    return lists_joined(blocks)


def list_item(line: str) -> str | None:
    """The line as an item of a Markdown list, or None if it does not begin with a bullet or a number."""
    item = _ITEM.match(line)
    if not item:
        return None
    text = literal(one_line(line[item.end() :]))
    return f"{item[1]}. {text}" if item[1] else f"- {text}"


def could_be_heading(line: str) -> bool:
    """Whether a line by itself is short, begins like a title and is not closed like a sentence."""
    text = one_line(line)
    begins = text[:1].isupper() or text[:1].isdigit()
    short = len(text) <= LONGEST_HEADING and any(character.isalpha() for character in text)
    return begins and short and not text.endswith(_CLOSED)


def _parted(lines: list[str], following: Sequence[str], *, first: bool) -> tuple[Heading | None, list[str]]:
    """The heading that a chunk of lines begins with, if it does, and the rest."""
    underline = _UNDERLINE.fullmatch(lines[1]) if len(lines) > 1 else None
    title = one_line(lines[0])
    if underline and could_be_heading(title):
        return Heading(1 if "=" in underline[1] else 2, title), lines[2:]
    if len(lines) == 1 and could_be_heading(title) and _introduces(title, following):
        return Heading(_level(title, first=first), title), []
    return None, lines


def _introduces(title: str, following: Sequence[str]) -> bool:
    """A heading is followed by something longer than itself, or by the heading of its first part."""
    return len(" ".join(following)) > len(title) or (len(following) == 1 and could_be_heading(following[0]))


def _level(title: str, *, first: bool) -> int:
    number = _NUMBERED.match(title)
    if number:
        return min(number[1].count(".") + 2, 6)
    return 1 if first or title.isupper() or _CHAPTER.match(title) else 2


def _paragraphs(lines: Sequence[str]) -> Iterator[list[str]]:
    whole_lines = any(len(line) > _WRAPPED for line in lines)
    paragraph: list[str] = []
    for line in lines:
        if paragraph and (whole_lines or _ITEM.match(line) or _is_indented_first_line(line, paragraph)):
            yield paragraph
            paragraph = []
        paragraph.append(line)
    if paragraph:
        yield paragraph


def _is_indented_first_line(line: str, before: Sequence[str]) -> bool:
    return bool(_INDENTED.match(line)) and not _INDENTED.match(before[-1]) and not _ITEM.match(before[0])


def _block(lines: Sequence[str], known: frozenset[str]) -> Block:
    text = joined(lines, known)
    item = list_item(text) if _ITEM.match(lines[0]) else None
    return Preformatted("list", item) if item else Paragraph(literal(text))
