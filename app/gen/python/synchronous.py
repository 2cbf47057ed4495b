"""The synchronous half of the client, from the asynchronous one: the same text with other names."""

import io
import tokenize
from typing import Final

_NAMES: Final = {
    "AsyncBaseClient": "BaseClient",
    "AsyncClient": "Client",
    "AsyncGenerator": "Generator",
    "AsyncIterator": "Iterator",
    "AsyncTransport": "Transport",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "aclose": "close",
    "aclosing": "closing",
    "aiter_bytes": "iter_bytes",
    "aread": "read",
    "client_async": "client_sync",
    "io_async": "io_sync",
    "transport_async": "transport_sync",
}
_DROPPED: Final = frozenset({"async", "await"})


def synchronous(text: str) -> str:
    """The same module without `async` and `await`; comments and texts stay as they are."""
    lines = text.splitlines(keepends=True)
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(text).readline))):
        if token.type != tokenize.NAME:
            continue
        row, (begin, end) = token.start[0] - 1, (token.start[1], token.end[1])
        if token.string in _DROPPED:
            lines[row] = lines[row][:begin] + lines[row][end:].lstrip(" ")
        else:
            lines[row] = lines[row][:begin] + _NAMES.get(token.string, token.string) + lines[row][end:]
    return "".join(lines)
