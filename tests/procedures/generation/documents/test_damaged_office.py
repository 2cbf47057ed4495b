"""Damaged Word and PowerPoint files are read or refused, at the upload and later, but crash nothing."""

import re
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procedures.generation.contents import REFUSALS, check_bytes
from procedures.generation.documents import DOCX, PPTX, UnreadableDocument, extract, to_markdown
from tests.procedures.generation.contents.making import zipped

DATA = Path(__file__).parents[3] / "data"
_VALUES = st.sampled_from(["-1", "99999999999999", "", "0", "x", "½", "٣", "1e3", "Heading 9", "toc 1"])

SAMPLES = [("composting-at-home.docx", DOCX), ("coral-reefs.pptx", PPTX)]


def changed(name: str, *changes: tuple[bytes, bytes]) -> bytes:
    """A sample with its parts changed: what matches a pattern, by what replaces it."""
    with zipfile.ZipFile(DATA / name) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    for pattern, by in changes:
        parts = {part: re.sub(pattern, by, content) for part, content in parts.items()}
    return zipped({**parts})


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7000), st.binary(min_size=1, max_size=8)), min_size=1, max_size=20))
@pytest.mark.parametrize(("name", "mime"), SAMPLES)
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


@pytest.mark.parametrize(("name", "mime"), SAMPLES)
def test_relationships_that_lead_nowhere_are_no_damage(name: str, mime: str) -> None:
    """Plug-ins leave them where they took a picture out."""
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    nowhere = b'<Relationship Id="none" Type="%s" Target="NULL"/></Relationships>' % kind
    assert extract(changed(name, (b"</Relationships>", nowhere)), mime).blocks == extract(DATA / name, mime).blocks


@pytest.mark.parametrize(("name", "mime"), SAMPLES)
def test_files_whose_names_are_all_strict_are_read(name: str, mime: str) -> None:
    names = rb"http://schemas\.openxmlformats\.org/((?:office|word|presentation|drawing)\w+)/2006/"
    strict = changed(name, (names, rb"http://purl.oclc.org/ooxml/\1/"))
    assert extract(strict, mime).blocks == extract(DATA / name, mime).blocks


@pytest.mark.parametrize(("name", "mime"), SAMPLES)
def test_entities_mean_nothing(name: str, mime: str, tmp_path: Path) -> None:
    """The upload refuses them already."""
    (tmp_path / "secret").write_text("a secret")
    declared = f'<!DOCTYPE x [<!ENTITY a "boom"><!ENTITY b SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    roots = (rb"(?=<[wpa]:\w+ [^>]*xmlns:)", declared.encode())
    texts = (rb"(?=</[wa]:t>)", rb" &a; &b;")
    text = to_markdown(extract(changed(name, roots, texts), mime))
    assert "boom" not in text
    assert "secret" not in text
