"""Values of fields: UUIDs that are none, numbers that are none or too large, and all kinds of text that Unicode has."""

import json
from typing import Any

import pytest

from tests.hostile.asking import Target
from tests.hostile.reading import NOT_JSON, NUL, invalid, summary

pytestmark = pytest.mark.fault("hostile input: all other families")

ID = "0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9"
NO_UUID = invalid("$.courseId", "Invalid UUID")
NOBODYS = "404 CourseNotFound: Course not found"


def shifted(text: str, zero: int) -> str:
    """The text with its digits from another script, whose zero is at this place."""
    return text.translate({ord("0") + digit: zero + digit for digit in range(10)})


def no_uuid(kind: str) -> str:
    """The answer to another type."""
    return invalid("$.courseId", f"Expected `uuid`, got `{kind}`")


UUIDS: dict[str, tuple[Any, str]] = {
    "in capitals": (ID.upper(), NOBODYS),  # RFC 9562, section 4: case does not matter
    "without hyphens": (ID.replace("-", ""), NOBODYS),
    "nil": ("00000000-0000-0000-0000-000000000000", NOBODYS),
    "max": ("ffffffff-ffff-ffff-ffff-ffffffffffff", NOBODYS),
    "of no version": ("11111111-1111-0111-0111-111111111111", NOBODYS),
    "a number": (1, no_uuid("int")),
    "null": (None, no_uuid("null")),
    "true": (True, no_uuid("bool")),
    "an array": ([ID], no_uuid("array")),
    "an object": ({"$ne": None}, no_uuid("object")),
    "empty": ("", NO_UUID),
    "a space": (" ", NO_UUID),
    "a word": ("course", NO_UUID),
    "in braces": (f"{{{ID}}}", NO_UUID),
    "in parentheses": (f"({ID})", NO_UUID),
    "a URN": (f"urn:uuid:{ID}", NO_UUID),
    "with 0x": ("0x" + ID.replace("-", ""), NO_UUID),
    "behind a space": (" " + ID, NO_UUID),
    "before a space": (ID + " ", NO_UUID),
    "before a line break": (ID + "\n", NO_UUID),
    "before a NUL": (ID + "\0", NO_UUID),
    "a digit too few": (ID[:-1], NO_UUID),
    "a digit too many": (ID + "0", NO_UUID),
    "a letter beyond f": (ID[:-1] + "g", NO_UUID),
    "hyphens in other places": ("0a1b2c3d4e5f-4071-8293-a4b5c6d7-e8f9", NO_UUID),
    "one hyphen": (ID.replace("-", "", 3), NO_UUID),
    "five hyphens": (f"{ID[:-2]}-{ID[-2:]}", NO_UUID),
    "dashes": (ID.replace("-", "\u2013"), NO_UUID),
    "minus signs": (ID.replace("-", "\u2212"), NO_UUID),
    "full-width digits": (shifted(ID, 0xFF10), NO_UUID),
    "Arabic digits": (shifted(ID, 0x660), NO_UUID),
    "Cyrillic letters": (ID.translate({ord("a"): "\u0430", ord("c"): "\u0441", ord("e"): "\u0435"}), NO_UUID),
    "a space of no width": (ID[:8] + "\u200b" + ID[8:], NO_UUID),
    "base64": ("ChssPU5fQHGCk6S1xtfo+Q==", NO_UUID),
    "two": (f"{ID},{ID}", NO_UUID),
    "a wildcard": (ID[:-1] + "%", NO_UUID),
    "an underscore": (ID[:-4] + "_8f9", NO_UUID),
    "SQL": (ID + "' or '1'='1", NO_UUID),
    "a comment of SQL": (ID + "--", NO_UUID),
    "a path": ("../" + ID, NO_UUID),
    "percent-encoded": (ID.replace("-", "%2D"), NO_UUID),
    "10000 digits": ("0" * 10_000, NO_UUID),
}

SMALL, LARGE = (invalid("$.estimatedLessons", f"Expected `int` {bound}") for bound in (">= 1", "<= 500"))
OUT_OF_RANGE = invalid("$.estimatedLessons", "Number out of range")


def no_number(kind: str) -> str:
    """The answer to another type."""
    return invalid("$.estimatedLessons", f"Expected `int | null`, got `{kind}`")


NUMBERS: dict[str, str] = {
    "0": SMALL,
    "-0": SMALL,
    "-1": SMALL,
    "501": LARGE,
    "2147483648": LARGE,
    "4294967297": LARGE,
    "9007199254740993": LARGE,
    "9223372036854775808": LARGE,
    "18446744073709551616": LARGE,
    "-9223372036854775809": SMALL,
    "1" + "0" * 400: LARGE,
    "-1" + "0" * 400: SMALL,
    "1e308": no_number("float"),
    "1e309": OUT_OF_RANGE,
    "-1e309": OUT_OF_RANGE,
    "1e999999999": OUT_OF_RANGE,
    "1e-999999999": no_number("float"),
    "1.0": no_number("float"),
    "1.5": no_number("float"),
    "1e2": no_number("float"),
    "100e-2": no_number("float"),
    "1.0000000000000001": no_number("float"),
    "-0.0": no_number("float"),
    "1." + "0" * 400: no_number("float"),
    "0." + "0" * 400 + "1": no_number("float"),
    '"1"': no_number("str"),
    '"0x1"': no_number("str"),
    '"\\u0661"': no_number("str"),
    '"NaN"': no_number("str"),
    '""': no_number("str"),
    "true": no_number("bool"),
    "[1]": no_number("array"),
    '{"$gt":0}': no_number("object"),
    "0x1F": SMALL,  # read as 0 before the x is seen
    "01": NOT_JSON,
    "+1": NOT_JSON,
    "1.": NOT_JSON,
    ".5": NOT_JSON,
    "1e": NOT_JSON,
    "1_000": NOT_JSON,
    "1,5": NOT_JSON,
    "-": NOT_JSON,
    "NaN": NOT_JSON,
    "Infinity": NOT_JSON,
    "\u0661": NOT_JSON,
}

BLANK = invalid("$.title", "Expected `str` matching regex '\\\\S'")
LONG = invalid("$.title", "Expected `str` of length <= 500")
UNICODE: dict[str, tuple[str, str]] = {
    "a noncharacter": ("a\uffff", "200"),
    "the last code point": ("\U0010ffff", "200"),
    "the sign for what was lost": ("\ufffd", "200"),
    "a right-to-left override": ("\u202etxt.exe", "200"),
    "isolates": ("\u2066a\u2069\u2067b", "200"),
    "200 marks on a letter": ("e" + "\u0301" * 200, "200"),
    "marks under each letter": ("".join(letter + "\u0316\u0317\u0318" for letter in "course"), "200"),
    "a family": ("👩‍👩‍👧‍👦", "200"),
    "a flag made of tags": ("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "200"),
    "composed and not": ("\u00e9e\u0301", "200"),
    "a Hangul syllable in parts": ("\u1112\u1161\u11ab", "200"),
    "a sign that normalizes to a letter": ("\u212b", "200"),
    "a ligature": ("\ufb01\ufdfd", "200"),
    "full-width SQL": ("ＳＥＬＥＣＴ＇－－", "200"),
    "Cyrillic that looks Latin": ("\u0440\u0430\u0443\u0440\u0430l", "200"),
    "letters that change their length with case": ("\u0131I\u0130i\u00df\u1e9e\u03c2", "200"),
    "only a space of no width": ("\u200b", "200"),
    "only a joiner": ("\u200d", "200"),
    "a byte order mark": ("\ufeffa", "200"),
    "a soft hyphen": ("a\u00adb", "200"),
    "separators of lines and paragraphs": ("a\u2028b\u2029c\u0085d", "200"),
    "a line break and a tab": ("a\r\n\tb", "200"),
    "control characters": ("\x01\x1b[31m\x7f\x9b", "200"),
    "a letter that crashed telephones": ("\u0c1c\u0c4d\u0c1e\u200c\u0c3e", "200"),
    "a private character": ("\ue000\U000f0000", "200"),
    "an invisible tag": ("a\U000e0041", "200"),
    "hieroglyphs": ("\U00013000", "200"),
    "500 characters outside the first plane": ("\U0001f600" * 500, "200"),
    "501 characters outside the first plane": ("\U0001f600" * 501, LONG),
    "501 letters": ("x" * 501, LONG),
    "only a no-break space": ("\u00a0", BLANK),
    "only an ideographic space": ("\u3000", BLANK),
    "only an Ogham space": ("\u1680", BLANK),
    "only line breaks": ("\n\u2028\u0085", BLANK),
    "a NUL": ("a\0b", NUL.format("title")),
    "a NUL alone": ("\0", NUL.format("title")),
    "half a surrogate pair": ("\ud800", NOT_JSON),
    "two halves in two strings": ("\udc00 \ud800", NOT_JSON),
}


@pytest.mark.parametrize(("value", "expected"), UUIDS.values(), ids=UUIDS)
def test_a_uuid_is_one_or_is_refused(target: Target, value: object, expected: str) -> None:
    assert summary(target.call("courses.get", json.dumps({"courseId": value}).encode())) == expected


@pytest.mark.parametrize(("text", "expected"), NUMBERS.items(), ids=lambda value: str(value)[:30])
def test_a_number_is_in_its_bounds_or_is_refused(target: Target, text: str, expected: str) -> None:
    body = f'{{"title":"x","estimatedLessons":{text}}}'.encode()
    assert summary(target.call("courses.create", body)) == expected


@pytest.mark.parametrize(("text", "expected"), UNICODE.values(), ids=UNICODE)
def test_text_is_kept_as_it_is_or_is_refused(target: Target, text: str, expected: str) -> None:
    """Not normalized, not trimmed, not cut: what is shown is the business of who shows it."""
    made = target.call("courses.create", json.dumps({"title": text}).encode())
    assert summary(made) == expected
    if made.status == 200:
        course = json.dumps({"courseId": made.json["id"]}).encode()
        read = target.call("courses.get", course).json
        assert read["title"] == text
        assert read["slug"].isascii()
        assert read["slug"].isprintable()
