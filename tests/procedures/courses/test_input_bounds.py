"""courses.create: what each field takes, and where the issue stands when it does not."""

from typing import Any

import msgspec
import pytest

from app.rpc.protocol_errors import InvalidInput, UnprocessableText
from tests.procedures.calling import call, call_with
from tests.world import World

LONG_TEXTS = ("courseDescription", "targetAudience", "learningOutcomes", "prerequisites")
SHORT_TEXTS = ("style", "contentStrategy")

LARGEST: dict[str, Any] = {
    "title": "Ж" * 500,
    "lessonDurationMinutes": 600,
    "estimatedLessons": 500,
    "estimatedSections": 100,
    "outputFormats": ["я" * 255] * 20,
    **dict.fromkeys(SHORT_TEXTS, "ю" * 255),
}

OUT_OF_BOUNDS: dict[str, list[Any]] = {
    "title": ["", " ", "\n\t", "x" * 501, 5, None, [], {}],
    "language": ["RU", "rus", "r", "", "р", "ru\n", None, 7],
    **{name: ["", "x" * 10_001, 1, []] for name in LONG_TEXTS},
    **{name: ["", "x" * 256, 1, {}] for name in SHORT_TEXTS},
    "difficulty": ["expert", "", "BEGINNER", 3],
    "lessonDurationMinutes": [0, -1, 601, 1.5, "30", True],
    "estimatedLessons": [0, 501, 2**63, 2**64, -(2**70), "1", 1.5],
    "estimatedSections": [0, 101, 10**400, False],
}
REFUSED: list[tuple[str, Any, str]] = [
    *((name, value, f"$.{name}") for name, values in OUT_OF_BOUNDS.items() for value in values),
    ("outputFormats", ["x"] * 21, "$.outputFormats"),
    ("outputFormats", ["x", ""], "$.outputFormats[1]"),
    ("outputFormats", ["x", 1], "$.outputFormats[1]"),
    ("outputFormats", "text", "$.outputFormats"),
    ("outputFormats", None, "$.outputFormats"),
    ("id", "x", "$"),
    ("userId", "x", "$"),
    ("generation_status", "completed", "$"),
]


async def test_the_largest_values_are_taken(world: World) -> None:
    made = await call(world, "courses.create", await world.user(), **LARGEST)
    assert made.title == LARGEST["title"]


@pytest.mark.parametrize("name", LONG_TEXTS)
async def test_a_long_text_takes_ten_thousand_characters(world: World, name: str) -> None:
    await call(world, "courses.create", await world.user(), title="T", **{name: "ы" * 10_000})


@pytest.mark.parametrize(("field", "value", "place"), REFUSED)
async def test_a_value_out_of_bounds_is_an_issue_at_its_place(world: World, field: str, value: Any, place: str) -> None:
    with pytest.raises(InvalidInput, match=r"^Input validation failed$") as refused:
        await call(world, "courses.create", None, **{"title": "T", field: value})
    (issue,) = refused.value.issues
    assert issue.path == place
    assert issue.message


@pytest.mark.parametrize("field", ["title", "style", "courseDescription"])
async def test_a_nul_character_is_unprocessable_and_its_place_is_told(world: World, field: str) -> None:
    with pytest.raises(UnprocessableText) as refused:
        await call(world, "courses.create", None, **{"title": "T", field: "a\0b"})
    assert refused.value.issues[0].path == f"$.{field}"


@pytest.mark.parametrize("body", [None, b"{}", b"[]", b"null", b"1", b'"title"'])
async def test_a_body_that_is_no_object_with_a_title_is_an_issue_of_the_whole(world: World, body: bytes | None) -> None:
    with pytest.raises(InvalidInput) as refused:
        await call_with(world, "courses.create", None, body)
    assert [issue.path for issue in refused.value.issues] == ["$"]


async def test_what_is_text_in_a_title_stays_text(world: World) -> None:
    owner = await world.user()
    for title in ("'; drop table courses; --", "{{7*7}} ${jndi:ldap://x} %s %n", "<script>1</script>", "{title}"):
        assert (await call(world, "courses.create", owner, title=title)).title == title


def test_the_table_of_bounds_names_every_field() -> None:
    from procedures.courses.create import CreateCourseInput

    fields = {field.encode_name for field in msgspec.structs.fields(CreateCourseInput)}
    assert fields <= {name for name, _, _ in REFUSED}
