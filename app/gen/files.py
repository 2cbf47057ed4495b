"""Which files are generated, and their text."""

from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec

from app.gen.openapi import openapi
from app.gen.openrpc import openrpc
from app.gen.php import php_files
from app.gen.python import python_files
from app.gen.typescript import typescript_files
from app.rpc import Table
from app.rpc.surface import Surface, surface

CLIENTS = Path("clients")
SURFACE: Final = CLIENTS / "surface.json"
OPENAPI: Final = CLIENTS / "openapi.json"
OPENRPC: Final = CLIENTS / "openrpc.json"
PYTHON: Final = CLIENTS / "python"
PHP: Final = CLIENTS / "php"
TYPESCRIPT: Final = CLIENTS / "typescript"


def generated_files(table: Table) -> dict[Path, str]:
    """Path, relative to the checkout, to text; the same table gives the same bytes."""
    described = surface(table)
    release = version("coursegen")
    return {
        SURFACE: surface_text(described),
        **documents(described),
        **{PYTHON / path: text for path, text in python_files(described, release).items()},
        **{PHP / path: text for path, text in php_files(described, release).items()},
        **{TYPESCRIPT / path: text for path, text in typescript_files(described).items()},
    }


def documents(described: Surface) -> dict[Path, str]:
    """The OpenAPI and OpenRPC documents, which the server serves too."""
    release = version("coursegen")
    return {OPENAPI: _json(openapi(described, release)), OPENRPC: _json(openrpc(described, release))}


def surface_text(described: Surface) -> str:
    """The surface as JSON, as `read_surface` takes it."""
    return _json({"generated": "by `make gen`, do not edit", **msgspec.to_builtins(described)})


class SurfaceUnreadable(Exception):
    """A file is not a surface of this version's form; the message names it."""


def read_surface(path: Path) -> Surface:
    """The surface that `make gen` wrote to this file. Raises SurfaceUnreadable."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Surface)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SurfaceUnreadable(f"{path} is not a surface.json: {error}") from None


def stale_files(table: Table, root: Path) -> dict[Path, str]:
    """Those whose text on disk is another."""
    return {path: text for path, text in generated_files(table).items() if _text(root / path) != text}


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"
