"""The named queries of sql/queries, loaded once by aiosql."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import aiosql


@cache
def load_queries() -> Any:
    """All queries of sql/queries for asyncpg, as attributes by their names. The queue's own file is its driver's."""
    folder = Path(str(files("sql"))) / "queries"
    text = "\n".join(path.read_text() for path in sorted(folder.glob("*.sql")) if path.name != "queue.sql")
    return cast(Any, aiosql).from_str(text, "asyncpg")  # its own types are only partly known
