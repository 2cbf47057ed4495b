"""Procedures that take a form with a file: clients have one more method for these, which sends it."""

from typing import Final

from app.rpc.schemas import Schema
from app.rpc.surface import ProcedureEntry

_ABOUT_FILE: Final = frozenset({"filename", "fileSize", "mimeType"})
"""What such a form has beside its file, by their names on the wire."""


def takes_file(procedure: ProcedureEntry) -> bool:
    """Whether the procedure takes a form with these fields."""
    return procedure.form is not None and procedure.form["properties"].keys() >= _ABOUT_FILE


def parted(form: Schema) -> tuple[Schema, str]:
    """The schema of a form's fields, and the name of its file."""
    fields = dict(form["properties"])
    file = next(name for name, schema in fields.items() if "contentMediaType" in schema)
    del fields[file]
    return {**form, "properties": fields}, file
