"""Inline Markdown: from plain text, and to plain text."""

import html
import re
import unicodedata

_UNWANTED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPECIAL = re.compile(
    r"\\(?=[!-/:-@\[-`{-~])|[`*]|(?<![^\W_])_|_(?![^\W_])|~(?=~)|<(?=[A-Za-z/!?])|(?<=\])[(:\[]"
    r"|&(?=#?\w{1,32};)|!(?=\[)|(?<!\S)#(?=#*$)"
)
_BLOCK_START = re.compile(r"#{1,6}(?=\s|$)|>|[-+*](?=\s|$)|~{3}|\||=+\s*$|(?:[-*_]\s*){3,}$")
_NUMBER_START = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_TARGET = r"\(\s?<?(?:[^()\s<>]|\([^()\s]{0,200}\)){0,2000}+>?(?:\s[^()]{0,500})?\)"
_MARKUP = re.compile(
    r"\\([!-/:-@\[-`{-~])|(?<![`\\])(`++)([^`]{1,2000}+)\2(?!`)|\[([^\[\]]{0,500}+)\]" + _TARGET + r"|(&#?\w{1,32};)"
    r"|(?<!\s)\*+|\*+(?!\s)|(?<![^\W_])_+(?=\S)|(?<=\S)_+(?![^\W_])|~~"
)


def tidy(text: str) -> str:
    """The text in Unicode's composed form, without control characters and lone surrogates, lines ended by newlines."""
    return unicodedata.normalize("NFC", _UNWANTED.sub("", _LINE_ENDS.sub("\n", text)))


def one_line(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())


def literal(text: str) -> str:
    """Inline Markdown that shows exactly `text`; `plain` is its inverse for text on one line."""
    return guarded(escaped(text))


def escaped(text: str) -> str:
    """As `literal`, for a place where no other block can start, such as a heading's text."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def guarded(text: str) -> str:
    """The inline Markdown, with an escape where its first characters would start another kind of block."""
    if _BLOCK_START.match(text):
        return "\\" + text
    return _NUMBER_START.sub(r"\1\\\2", text, count=1) if _NUMBER_START.match(text) else text


def plain(text: str) -> str:
    """What a reader sees of inline Markdown: no emphasis marks, no link targets, escapes and entities resolved."""
    return one_line(_MARKUP.sub(_shown, text))


def _shown(found: re.Match[str]) -> str:
    escape, _, code, label, entity = found.groups()
    if label is not None:
        return plain(label)
    return html.unescape(entity) if entity else escape or code or ""
