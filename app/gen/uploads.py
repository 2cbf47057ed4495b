"""Procedures that take a file: clients have one more method for these, which reads it."""

from typing import Final

from app.rpc.schemas import REF, Schema
from app.rpc.surface import ProcedureEntry

CONTENT: Final = "fileContent"
"""The field that the file stands in, in base64."""
FILE_FIELDS: Final = frozenset({"filename", "fileSize", "mimeType", CONTENT})
"""What an input that takes a file has, by their names on the wire."""


def takes_file(procedure: ProcedureEntry, schemas: dict[str, Schema]) -> bool:
    """Whether the procedure is a mutation whose input has these fields."""
    name = (procedure.input or {}).get("$ref", "").removeprefix(REF)
    return procedure.kind == "mutation" and schemas.get(name, {}).get("properties", {}).keys() >= FILE_FIELDS
