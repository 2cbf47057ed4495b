"""The files of `clients/typescript`: what stands here is generated, its README and package.json are written by hand.

The runtime is plain JavaScript beside its declarations, so that the package runs under Node, bundlers and browsers as
it stands, without a step that builds it.
"""

from pathlib import Path, PurePosixPath
from typing import Final

from app.gen.typescript.aliases import types_module
from app.gen.typescript.errors import errors_module
from app.gen.typescript.layout import HEADER, module
from app.gen.typescript.router import router_module
from app.gen.typescript.types import Types
from app.rpc.surface import Surface

_RUNTIME: Final = Path(__file__).parents[1] / "runtime" / "typescript"
_DOC: Final = "A typed client of the course generation service."
_ERRORS_DOC: Final = "What tells errors apart; it imports nothing, and so serves clients of any version of tRPC."
_FUNCTIONS: Final = """\
export { dateTime, isDateTime, isUuid, uuid } from "./runtime/brands.js";
export { clientLinks, createClient, withIdempotencyKey } from "./runtime/client.js";
export { isRpcError } from "./runtime/rpc_error.js";"""
_TYPES: Final = """\
export type { Client, ClientOptions } from "./runtime/client.js";
export type { RpcClientError } from "./runtime/rpc_error.js";
export type { RpcError, RpcErrorName } from "./errors.js";
export type * as errors from "./errors.js";
export type { AppRouter } from "./router.js";
export type * from "./types.js";"""


def typescript_files(surface: Surface) -> dict[PurePosixPath, str]:
    """Path below `clients/typescript` to text."""
    types = Types(surface)
    generated = {
        "index.js": module(_DOC, [_FUNCTIONS]),
        "index.d.ts": module(_DOC, [_FUNCTIONS], [_TYPES]),
        "errors.js": module(_ERRORS_DOC, ['export { isRpcError } from "./runtime/rpc_error.js";']),
        "errors.d.ts": errors_module(surface, types),
        "router.d.ts": router_module(surface, types),
        "types.d.ts": types_module(types),
    }
    files = {PurePosixPath(name): text for name, text in generated.items()}
    return files | {PurePosixPath("runtime") / path.name: _copied(path) for path in sorted(_RUNTIME.glob("*.*s"))}


def _copied(path: Path) -> str:
    return HEADER + path.read_text(encoding="utf-8")
