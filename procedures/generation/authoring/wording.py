"""The phrases that the embedded generator adds to what it was given: a `wording_*.toml` for each language."""

import tomllib
from functools import cache
from importlib.resources import files

import msgspec


class Notes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sentences for the author of a course: what was asked for and could not be done."""

    fewer_lessons: str
    more_lessons: str
    other_sections: str
    nothing_to_say: str
    repeated: str
    bare_headings: str
    title_alone: str
    no_documents: str
    text_alone: str


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A lesson of independent work on the whole topic."""

    title: str
    text: str


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lessons on one point: the title of each, and variants of its text, so that neighbours do not read alike."""

    title: str
    texts: tuple[str, ...]


class Groups(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Titles of sections of a course without documents."""

    start: str
    material: str
    practice: str
    finish: str
    points: str


class Introduction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Paragraphs of the lesson that says what the course is; each needs what it names."""

    topic: str
    audience: str
    difficulty: str
    points: str
    work: str


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All phrases of one language. Braces name what is put in their place."""

    introduction: str
    opening: str
    part: str
    topics: str
    untitled: str
    notes: Notes
    groups: Groups
    lesson_one: Introduction
    steps: dict[str, Step]
    study: Point
    practice: Point
    check: Point
    levels: dict[str, str]


def wording_for(language: str) -> Wording:
    """The phrases for a language tag such as `ru` or `en-GB`; English for every language but Russian."""
    primary = language.strip().casefold().replace("_", "-").partition("-")[0]
    return _loaded("ru" if primary in {"ru", "rus", "russian", "русский"} else "en")


@cache
def _loaded(name: str) -> Wording:
    text = files("procedures.generation.authoring").joinpath(f"wording_{name}.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Wording)
