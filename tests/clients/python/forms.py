"""Forms that a scripted server was sent."""

from io import BytesIO

# it ships no types
from multipart import MultipartParser, parse_options_header  # type: ignore[import-untyped]

from tests.clients.python.scripted import Asked

_IN_MEMORY = 1 << 24


def parts_of(asked: Asked) -> dict[str, bytes]:
    """The contents of a form's parts by name, in their order. Only the last may be a file, and must."""
    media, options = parse_options_header(asked.headers["content-type"])
    assert media == "multipart/form-data"
    stream, limit = BytesIO(asked.body), _IN_MEMORY
    parts = list(MultipartParser(stream, options["boundary"], strict=True, spool_limit=limit, memory_limit=limit))
    assert [part.filename is not None for part in parts] == [False] * (len(parts) - 1) + [True]
    return {str(part.name): bytes(part.raw) for part in parts}
