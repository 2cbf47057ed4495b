"""Statements that named queries can't express, because their variable parts are identifiers or DDL literals."""

from importlib.resources import files

from psycopg.sql import SQL


def statement(name: str) -> SQL:
    """The text of sql/maintenance/<name>.sql; its `{parts}` are filled by psycopg's own quoting with `.format`."""
    text = (files("sql") / "maintenance" / f"{name}.sql").read_text(encoding="utf-8")
    return SQL(text)  # pyright: ignore[reportArgumentType]  our own file is as trusted as a literal in this one
