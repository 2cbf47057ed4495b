"""Bodies that are no JSON, or no input of `courses.create`, and the answer to each."""

from tests.hostile.reading import NOT_JSON, NUL, invalid

DEEP = 10_000  # within 64 KiB
UUID = b"0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9"


def unknown(name: str) -> str:
    """The answer to a field that is none."""
    return invalid("$", f"Object contains unknown field `{name}`")


def other(kind: str) -> str:
    """The answer to something else than an object."""
    return invalid("$", f"Expected `object`, got `{kind}`")


NO_JSON: dict[str, bytes] = {
    "spaces": b"  \r\n\t ",
    "64 KiB of spaces": b" " * 65_536,
    "half an object": b'{"title":',
    "half a string": b'{"title":"x',
    "half a literal": b'{"title":tru',
    "a comma too many": b'{"title":"x",}',
    "a comma in front": b'{,"title":"x"}',
    "two commas": b'{"title":"x",,"style":"y"}',
    "no comma": b'{"title":"x" "style":"y"}',
    "no colon": b'{"title" "x"}',
    "no quotes": b"{title:1}",
    "single quotes": b"{'title':'x'}",
    "a comment": b'{/**/"title":"x"}',
    "a comment to the end of the line": b'{"title":"x"} // x',
    "two values": b'{"title":"x"} {"title":"y"}',
    "two lines": b'{"title":"x"}\n{"title":"y"}',
    "a brace too many": b'{"title":"x"}}',
    "a bracket for a brace": b'{"title":"x"]',
    "NaN": b"NaN",
    "a field that is NaN": b'{"title":"x","estimatedLessons":NaN}',
    "infinity": b'{"title":"x","estimatedLessons":-Infinity}',
    "a literal in capitals": b'{"title":"x","style":Null}',
    "undefined": b'{"title":undefined}',
    "a number with a leading zero": b'{"title":"x","estimatedLessons":010}',
    "a number with a plus sign": b'{"title":"x","estimatedLessons":+1}',
    "a byte order mark": b'\xef\xbb\xbf{"title":"x"}',
    "UTF-16": '{"title":"x"}'.encode("utf-16"),
    "UTF-16 without a mark": '{"title":"x"}'.encode("utf-16-le"),
    "UTF-32": '{"title":"x"}'.encode("utf-32"),
    "UTF-7": b"+AHsAIgB0AGkAdABsAGUAIg:1}",
    "bad UTF-8": b'{"title":"\xff\xfe"}',
    "bad UTF-8 in a name": b'{"\xff":1}',
    "an overlong slash": b'{"title":"\xc0\xaf"}',
    "an overlong NUL": b'{"title":"\xc0\x80"}',
    "an encoded surrogate": b'{"title":"\xed\xa0\x80"}',
    "a character beyond Unicode": b'{"title":"\xf4\x90\x80\x80"}',
    "half a character": b'{"title":"\xe2\x82"}',
    "half a surrogate pair": b'{"title":"\\ud800"}',
    "the other half": b'{"title":"\\udc00"}',
    "a pair the wrong way round": b'{"title":"\\udc00\\ud800"}',
    "a bad escape": b'{"title":"\\x41"}',
    "an escape cut short": b'{"title":"\\u12"}',
    "an escape of other letters": b'{"title":"\\uzzzz"}',
    "an escaped quote that ends nothing": b'{"title":"\\"}',
    "a raw line break": b'{"title":"a\nb"}',
    "a raw tab": b'{"title":"a\tb"}',
    "a raw NUL": b'{"title":"a\0b"}',
    "a NUL behind the end": b'{"title":"x"}\0',
    "binary": bytes(range(256)),
    "a form": b"title=x",
    "XML": b'<?xml version="1.0"?><title>x</title>',
    "YAML": b"title: x\n",
    "a callback": b'alert({"title":"x"})',
    "a guard against hijacking": b')]}\',\n{"title":"x"}',
    "a pickle": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x05title.",
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
    "MessagePack": b"\x81\xa5title\xa1x",
}

NO_INPUT: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", invalid("$", "An input is required")),
    "null": (b"null", other("null")),
    "true": (b"true", other("bool")),
    "a number": (b"1", other("int")),
    "minus zero": (b"-0", other("int")),
    "a huge exponent": (b"1e999999", invalid("$", "Number out of range")),
    "a number of 5000 digits": (b"1" * 5000, invalid("$", "Number out of range")),
    "a string": (b'"x"', other("str")),
    "JSON in a string": (b'"{\\"title\\":\\"x\\"}"', other("str")),
    "an array": (b"[]", other("array")),
    "an array of an object": (b'[{"title":"x"}]', other("array")),
    "an empty object": (b"{}", invalid("$", "Object missing required field `title`")),
    "an unknown field": (b'{"title":"x","noSuchField":1}', unknown("noSuchField")),
    "a field in other letters": (b'{"Title":"x"}', unknown("Title")),
    "a field as Python names it": (b'{"title":"x","estimated_lessons":1}', unknown("estimated_lessons")),
    "a field with a space": (b'{"title ":"x"}', unknown("title ")),
    "a field without a name": (b'{"":1}', unknown("")),
    "a NUL in a name": (b'{"title":"x","a\\u0000":1}', unknown("a\0")),
    "an escaped NUL": (b'{"title":"a\\u0000b"}', NUL.format("title")),
    "a prototype": (b'{"title":"x","__proto__":{"role":"superadmin"}}', unknown("__proto__")),
    "a constructor": (b'{"title":"x","constructor":{"prototype":{}}}', unknown("constructor")),
    "a class": (b'{"title":"x","__class__":"Course"}', unknown("__class__")),
    "an id of one's own": (b'{"title":"x","id":"%b"}' % UUID, unknown("id")),
    "another owner": (b'{"title":"x","userId":"%b"}' % UUID, unknown("userId")),
    "another organization": (b'{"title":"x","organizationId":"%b"}' % UUID, unknown("organizationId")),
    "a field twice, first wrong": (b'{"title":1,"title":"x"}', invalid("$.title", "Expected `str`, got `int`")),
    "a field twice, then wrong": (b'{"title":"x","title":1}', invalid("$.title", "Expected `str`, got `int`")),
    "deep arrays": (b"[" * DEEP + b"]" * DEEP, other("array")),
    "deep objects": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, unknown("a")),
    "deep and never closed": (b"[" * DEEP, other("array")),
    "a deep field": (
        b'{"title":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        invalid("$.title", "Expected `str`, got `array`"),
    ),
    "5000 fields": (b"{" + b",".join(b'"f%d":1' % n for n in range(5000)) + b"}", unknown("f0")),
    "20000 elements": (
        b'{"title":"x","outputFormats":[' + b",".join([b"[]"] * 20_000) + b"]}",
        invalid("$.outputFormats[0]", "Expected `str`, got `array`"),
    ),
}

BODIES: dict[str, tuple[bytes, str]] = {**{name: (body, NOT_JSON) for name, body in NO_JSON.items()}, **NO_INPUT}
