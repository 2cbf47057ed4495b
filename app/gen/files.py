"""Which files are generated, and their text."""

from pathlib import Path

import msgspec

from app.rpc import Table
from app.rpc.surface import surface

CLIENTS = Path("clients")


def generated_files(table: Table) -> dict[Path, str]:
    """Path, relative to the checkout, to text; the same table gives the same bytes."""
    return {CLIENTS / "surface.json": _json({"generated": "by `make gen`, do not edit", **surface(table)})}


def stale_files(table: Table, root: Path) -> dict[Path, str]:
    """Those whose text on disk is another."""
    return {path: text for path, text in generated_files(table).items() if _text(root / path) != text}


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"
