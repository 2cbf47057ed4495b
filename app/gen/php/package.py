"""The files of `clients/php/src`; README, composer.json, autoload.php and the examples are written by hand."""

from pathlib import Path, PurePosixPath
from typing import Final

from app.gen.php.areas import Areas
from app.gen.php.dtos import type_files
from app.gen.php.errors import error_files
from app.gen.php.layout import HEADER, OPENING
from app.gen.php.types import Types
from app.rpc.surface import Surface

_RUNTIME: Final = Path(__file__).parents[1] / "runtime" / "php"
_SOURCE: Final = PurePosixPath("src")


def php_files(surface: Surface, version: str) -> dict[PurePosixPath, str]:
    """Path below `clients/php` to text. `version` is the server's."""
    types = Types(surface)
    areas = Areas(surface, types)
    generated = {"Type": type_files(types), "Error": error_files(surface, types), "Area": areas.files()}
    files = {
        _SOURCE / folder / f"{name}.php": text for folder, texts in generated.items() for name, text in texts.items()
    }
    return {_SOURCE / "Client.php": areas.client(version), **files, **_runtime()}


def _runtime() -> dict[PurePosixPath, str]:
    return {
        _SOURCE / path.relative_to(_RUNTIME).as_posix(): path.read_text(encoding="utf-8").replace(OPENING, HEADER, 1)
        for path in sorted(_RUNTIME.rglob("*.php"))
    }
