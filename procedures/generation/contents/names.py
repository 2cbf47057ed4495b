"""The name that a file is shown by. What it is stored under is made of ids alone (app.storage.object_key)."""

from procedures.generation._upload_errors import FileNameInvalid

LONGEST_NAME = 255
_SEPARATORS = frozenset("/\\")


def check_name(filename: str) -> None:
    """A plain name, safe to repeat in a header, a log line or a terminal. Raises FileNameInvalid.

    `isprintable` refuses what could forge those: control characters, line ends, marks that turn the direction of
    text, lone surrogates, and characters that Unicode does not know.
    """
    plain = filename.isprintable() and not _SEPARATORS.intersection(filename) and not filename.startswith(".")
    if not plain or not filename.strip() or len(filename) > LONGEST_NAME:
        raise FileNameInvalid()
