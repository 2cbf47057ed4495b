"""Which migrations this code was written for, and the check that a database has them.

`coursegen migrate` leaves its newest name as the comment of schema `app`, which any login may read with
obj_description: the check at start takes one query and no grant.
"""

from importlib.resources import files
from pathlib import Path

MIGRATIONS = Path(str(files("sql") / "migrations"))
_MARK = "migration "


class NotMigrated(Exception):
    """The database lacks migrations that this code needs; the message is one line that says what to run."""


def migration_names(folder: Path = MIGRATIONS) -> list[str]:
    """All migrations in the order they are applied: names begin with a time."""
    return sorted(file.stem for file in folder.glob("*.sql"))


def newest_migration() -> str:
    """The migration that a database must have for this code to run on it."""
    return migration_names()[-1]


def mark_of(name: str) -> str:
    """What stands as the comment of schema `app` after this migration."""
    return _MARK + name


def migration_in(mark: str | None) -> str:
    """The name in such a comment; empty for a database that was never migrated."""
    return mark.removeprefix(_MARK) if mark and mark.startswith(_MARK) else ""


def require_migrated(mark: str | None) -> None:
    """Accept the comment of schema `app`; a database newer than the code is fine (expand first, contract later).

    Raises:
        NotMigrated: it is older, or was never migrated.
    """
    found, needed = migration_in(mark), newest_migration()
    if found < needed:
        raise NotMigrated(
            f"the database is at migration {found or 'none'}, this code needs {needed}: run `coursegen migrate`"
        )
