"""Damaged Word and PowerPoint files are read or refused, at the upload and later, but crash nothing."""

import re
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procedures.generation.contents import REFUSALS, check_bytes
from procedures.generation.documents import DOCX, PPTX, UnreadableDocument, extract
from tests.procedures.generation.contents.making import zipped

DATA = Path(__file__).parents[3] / "data"
_VALUES = st.sampled_from(["-1", "99999999999999", "", "0", "x", "½", "٣", "1e3", "Heading 9", "toc 1"])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7000), st.binary(min_size=1, max_size=8)), min_size=1, max_size=20))
@pytest.mark.parametrize(("name", "mime"), [("composting-at-home.docx", DOCX), ("coral-reefs.pptx", PPTX)])
@pytest.mark.filterwarnings("ignore")  # zipfile warns of names that come twice
def test_a_damaged_file_is_read_or_refused_but_never_crashes(
    name: str, mime: str, damages: list[tuple[int, bytes]]
) -> None:
    """Damaged at its end too, where its table of contents stands."""
    data = bytearray((DATA / name).read_bytes())
    for position, junk in damages:
        data[-position - 1 : -position - 1 + len(junk)] = junk
    with suppress(UnreadableDocument):
        extract(bytes(data), mime)
    with suppress(*REFUSALS):
        check_bytes(bytes(data), name.rpartition(".")[2])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), _VALUES), min_size=1, max_size=8))
@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "word/numbering.xml"])
def test_values_that_make_no_sense_are_no_crash(part: str, changes: list[tuple[int, str]]) -> None:
    with zipfile.ZipFile(DATA / "composting-at-home.docx") as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    texts = re.split(r'(?<=w:val=)("[^"]*")', parts[part])
    for position, value in changes:
        place = 2 * (position % (len(texts) // 2)) + 1
        texts[place] = f'"{value}"'
    with suppress(UnreadableDocument):
        extract(zipped({**parts, part: "".join(texts)}), DOCX)
