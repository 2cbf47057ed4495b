"""A course made without documents says what the brief says, gives tasks, and claims nothing else."""

import re

import pytest
from hypothesis import given

from procedures.generation.authoring import Brief, EmbeddedGenerator, Generator
from procedures.generation.authoring.embedded import analyse_brief
from procedures.generation.authoring.wording import Point, wording_for
from tests.procedures.generation.authoring.courses import briefs, made, titles

FULL = Brief(
    title="Sourdough",
    language="en",
    course_description="Bread without yeast from a packet.",
    target_audience="home bakers",
    difficulty="beginner",
    learning_outcomes="You will be able to:\n- grow a starter;\n- tell dough that is ready;\n3. bake a loaf.",
)


@given(briefs)
def test_no_lesson_is_empty_and_no_line_occurs_twice(brief: Brief) -> None:
    course = made(brief)
    lines = [line for text in course.texts for line in text.split("\n") if line]
    assert all(text.strip() for text in course.texts)
    assert len(set(lines)) == len(lines)


@given(briefs)
def test_the_analysis_promises_what_the_structure_holds(brief: Brief) -> None:
    course, analysis = made(brief), analyse_brief(brief)
    assert (analysis.lessons, analysis.sections) == (course.lessons, len(course.structure.sections))
    assert (analysis.points, analysis.notes) == (course.structure.points, course.structure.notes)


@given(briefs)
def test_titles_within_a_course_differ(brief: Brief) -> None:
    sections = [section.title for section in made(brief).structure.sections]
    assert len(set(sections)) == len(sections)


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("lessons", range(1, 15))
def test_a_title_alone_gives_as_many_lessons_as_asked(language: str, lessons: int) -> None:
    course = made(Brief(title="Bread", language=language, estimated_lessons=lessons))
    assert course.lessons == lessons
    assert course.structure.notes


def test_more_lessons_than_can_be_different_are_not_made() -> None:
    course = made(Brief(title="Bread", language="en", estimated_lessons=500))
    assert course.lessons == 14
    assert any("500" in note for note in course.structure.notes)


@pytest.mark.parametrize("lessons", range(1, 21))
@pytest.mark.parametrize("sections", [1, 2, 4])
def test_outcomes_give_the_sizes_asked_for(lessons: int, sections: int) -> None:
    brief = Brief(title="T", learning_outcomes="Один\nДва\nТри", estimated_lessons=lessons, estimated_sections=sections)
    course = made(brief)
    assert (course.lessons, len(course.structure.sections)) == (lessons, min(sections, lessons))


def test_each_outcome_has_its_lesson_in_its_own_words() -> None:
    assert analyse_brief(FULL).points == ("Grow a starter;", "Tell dough that is ready;", "Bake a loaf.")
    flat = [title for section in titles(made(FULL)) for title in section]
    assert [title for title in flat if title in {"Grow a starter", "Tell dough that is ready", "Bake a loaf"}] == [
        "Grow a starter",
        "Tell dough that is ready",
        "Bake a loaf",
    ]


def test_fewer_lessons_than_outcomes_still_cover_them_all() -> None:
    brief = Brief(title="T", learning_outcomes="\n".join(f"Outcome {n}" for n in range(9)), estimated_lessons=4)
    text = "\n".join(made(brief).texts)
    assert all(f"Outcome {n}." in text for n in range(9))


def test_the_introduction_says_what_the_brief_says() -> None:
    introduction = made(FULL).texts[0]
    for said in ("Sourdough", "Bread without yeast from a packet.", "home bakers", "beginner"):
        assert said in introduction


def test_the_list_in_a_description_is_the_programme_where_no_outcomes_are_given() -> None:
    brief = Brief(title="T", course_description="Про хлеб.\nТемы:\n- мука\n- вода")
    assert analyse_brief(brief).points == ("Мука", "Вода")
    assert "Про хлеб." in made(brief).texts[0]


def test_braces_and_markup_in_a_brief_are_text() -> None:
    course = made(Brief(title="{0} <script>", learning_outcomes="{n} <b>one</b>\n*two* ![x](y)"))
    text = "\n".join(course.texts)
    assert "<b>" not in text.replace("\\<", "")
    assert "{0} \\<script>" in text


def test_other_languages_are_written_in_english() -> None:
    assert made(Brief(title="Brot", language="de")).texts == made(Brief(title="Brot", language="en")).texts


def test_the_duration_asked_for_is_that_of_every_lesson() -> None:
    course = made(Brief(title="T", lesson_duration_minutes=45))
    assert {lesson.duration_minutes for section in course.structure.sections for lesson in section.lessons} == {45}


def test_formats_that_cannot_be_made_are_named() -> None:
    assert any("video" in note for note in analyse_brief(Brief(title="T", output_formats=("text", "video"))).notes)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_line_about_a_point_names_the_point(language: str) -> None:
    wording = wording_for(language)
    forms: tuple[Point, ...] = (wording.study, wording.practice, wording.check)
    lines = [line for form in forms for text in form.texts for line in text.split("\n") if line]
    assert all("{n}" in line for line in lines)


def test_both_languages_have_the_same_phrases_with_the_same_places() -> None:
    russian, english = wording_for("ru"), wording_for("en")
    assert russian.steps.keys() == english.steps.keys()
    for one, other in ((russian.notes, english.notes), (russian.lesson_one, english.lesson_one)):
        for name in one.__struct_fields__:
            places = re.compile(r"\{\w+\}")
            assert sorted(places.findall(getattr(one, name))) == sorted(places.findall(getattr(other, name)))


def test_the_embedded_generator_is_a_generator_and_names_itself() -> None:
    generator: Generator = EmbeddedGenerator()
    assert (generator.name, generator.version) == ("embedded", "1")
