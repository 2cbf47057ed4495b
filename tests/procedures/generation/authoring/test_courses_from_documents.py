"""A course made from documents holds their text, all of it, once, under their own headings."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

import pytest
from hypothesis import given, settings

from procedures.generation.authoring import Brief, EmbeddedGenerator
from procedures.generation.documents import (
    MARKDOWN,
    PDF,
    PLAIN_TEXT,
    Block,
    Document,
    Heading,
    Paragraph,
    extract,
    has_text,
    rendered,
)
from tests.procedures.generation.authoring.courses import DATA, SAMPLE, briefs, documents, made, titles

LONGEST_LESSON = 12_000


def _texts(files: Sequence[Document]) -> list[Block]:
    return [block for file in files for block in file.blocks if not isinstance(block, Heading)]


def _words(text: str) -> list[str]:
    return text.replace("`", " ").split()


@settings(deadline=None)
@given(briefs, documents)
def test_no_lesson_is_empty_and_none_is_over_long(brief: Brief, files: list[Document]) -> None:
    for text in made(brief, files).texts:
        assert any(character.isalnum() for character in text)
        assert len(text) <= LONGEST_LESSON + 1000  # headings and the blank lines between blocks are not counted


@settings(deadline=None)
@given(briefs, documents)
def test_every_paragraph_of_the_sources_is_used_once_and_in_order(brief: Brief, files: list[Document]) -> None:
    source = _texts(files)
    if not source:
        return
    bare = [block for file in files if all(isinstance(each, Heading) for each in file.blocks) for block in file.blocks]
    expected = [word for block in source for word in _words(rendered(block))]
    used = [line for paragraph in made(brief, files).paragraphs for line in [paragraph] if not line.startswith("#")]
    topics = {f"- {block.text}" for block in bare}
    words = [word for text in used for line in text.split("\n") if line not in topics for word in _words(line)]
    assert words == expected


@settings(deadline=None)
@given(briefs, documents)
def test_no_paragraph_and_no_lesson_occurs_twice(brief: Brief, files: list[Document]) -> None:
    course = made(brief, files)
    assert len(set(course.texts)) == course.lessons
    paragraphs = [paragraph for paragraph in course.paragraphs if not paragraph.startswith("#")]
    assert len(set(paragraphs)) == len(paragraphs)


@settings(deadline=None)
@given(briefs, documents)
def test_the_same_input_gives_the_same_course(brief: Brief, files: list[Document]) -> None:
    assert made(brief, files) == made(brief, files)


@settings(deadline=None)
@given(briefs, documents)
def test_sections_and_lessons_have_titles_descriptions_and_durations(brief: Brief, files: list[Document]) -> None:
    for section in made(brief, files).structure.sections:
        assert section.title.strip()
        assert section.description.strip()
        assert section.lessons
        assert all(lesson.title.strip() and lesson.duration_minutes > 0 for lesson in section.lessons)


@settings(deadline=None)
@given(briefs, documents)
def test_sizes_are_met_or_a_note_says_why_not(brief: Brief, files: list[Document]) -> None:
    course = made(brief, files)
    off_lessons = brief.estimated_lessons not in {None, course.lessons}
    off_sections = brief.estimated_sections not in {None, len(course.structure.sections)}
    assert len(course.structure.notes) >= off_lessons + off_sections


@pytest.mark.parametrize("lessons", range(1, 35))
@pytest.mark.parametrize("sections", [1, 3, 6])
def test_sizes_that_the_material_allows_are_met_exactly(lessons: int, sections: int) -> None:
    course = made(Brief(title="T", estimated_lessons=lessons, estimated_sections=sections), [SAMPLE])
    assert (course.lessons, len(course.structure.sections)) == (lessons, min(sections, lessons))


def test_sections_and_lessons_are_those_of_the_headings() -> None:
    assert titles(made(Brief(title="T"), [SAMPLE]))[1:3] == [
        ["Первая неделя по дням", "Как понять, что закваска готова", "Хранение и кормление"],
        ["Что написано на пачке", "Сколько нужно воды"],
    ]


def test_as_many_lessons_as_chapters_are_the_chapters() -> None:
    course = made(Brief(title="T", estimated_lessons=6), [SAMPLE])
    assert titles(course) == [
        ["Что такое закваска", "Как вырастить закваску", "Мука и вода", "Тесто", "Выпечка", "Если что-то пошло не так"]
    ]


def test_a_heading_that_is_a_title_is_not_repeated_in_the_text() -> None:
    course = made(Brief(title="T"), [SAMPLE])
    assert "Первая неделя по дням" not in "".join(course.texts)


def test_each_document_is_a_section_of_its_own() -> None:
    leaves = extract(DATA / "why-leaves-change-colour.txt", PLAIN_TEXT)
    course = made(Brief(title="T"), [SAMPLE, leaves])
    assert [section.title for section in course.structure.sections] == [
        "Хлеб на закваске: как это работает",
        "Why Leaves Change Colour",
    ]


def test_a_second_copy_of_a_text_adds_nothing_but_a_note() -> None:
    copy = extract(DATA / "hleb-na-zakvaske.pdf", PDF)
    once, twice = made(Brief(title="T"), [SAMPLE]), made(Brief(title="T"), [SAMPLE, copy])
    assert sorted(twice.paragraphs) == sorted({*once.paragraphs} & {*twice.paragraphs})
    assert twice.structure.notes


def test_text_without_headings_is_divided_evenly_and_titled_by_its_first_words() -> None:
    text = "\n\n".join(f"Paragraph number {number} has its own few words." for number in range(40))
    course = made(Brief(title="Numbers", language="en", estimated_lessons=4), [extract(text.encode(), PLAIN_TEXT)])
    assert [len(text.split("\n\n")) for text in course.texts] == [10, 10, 10, 10]
    assert titles(course)[0][0] == "Paragraph number 0 has its own few words"
    assert course.structure.sections[0].title == "Numbers"


def test_one_huge_paragraph_is_divided_after_sentences() -> None:
    text = " ".join(f"Sentence {number} says something." for number in range(20_000))
    course = made(Brief(title="T"), [extract(text.encode(), MARKDOWN)])
    assert all(lesson.endswith(".") for lesson in course.texts)
    assert sum(len(lesson.split()) for lesson in course.texts) == len(text.split())


def test_headings_without_any_text_become_a_list_of_topics() -> None:
    outline = Document("outline.md", (Heading(1, "Bread"), Heading(2, "Flour"), Heading(2, "Water")))
    assert made(Brief(title="T", estimated_lessons=1), [outline]).texts == ("- Bread\n- Flour\n- Water",)


def test_ten_thousand_headings_make_a_course_of_readable_size() -> None:
    blocks = [block for n in range(10_000) for block in (Heading(1, f"Heading {n}"), Paragraph(f"Text number {n}."))]
    course = made(Brief(title="T"), [Document("a.md", tuple(blocks))])
    assert course.lessons <= 100
    assert len(course.structure.sections) <= 20


def test_documents_without_text_leave_the_brief_to_speak() -> None:
    empty = Document("empty.txt", (Paragraph("…"),))
    assert not has_text(empty.blocks)
    assert made(Brief(title="Bread"), [empty]).texts == made(Brief(title="Bread")).texts


async def test_a_process_pool_gives_the_same_course() -> None:
    with ProcessPoolExecutor(1) as pool:
        there, here = EmbeddedGenerator(pool), EmbeddedGenerator()
        brief = Brief(title="T", estimated_lessons=9)
        assert await asyncio.wait_for(there.structure(brief, [SAMPLE]), 60) == await here.structure(brief, [SAMPLE])
