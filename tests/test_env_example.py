"""The example of settings names exactly the settings there are, and would be accepted once filled in."""

import re
from pathlib import Path

import msgspec

from app.settings import Settings, read_settings

EXAMPLE = Path(__file__).parents[1] / ".env.example"


def variables(pattern: str) -> dict[str, str]:
    return dict(re.findall(pattern, EXAMPLE.read_text(), re.MULTILINE))


def test_the_example_names_every_setting_and_no_other() -> None:
    assert set(variables(r"^#?([A-Z_]+)=(.*)$")) == {name.upper() for name in Settings.__struct_fields__}


def test_the_example_is_accepted_as_it_stands() -> None:
    read_settings(variables(r"^([A-Z_]+)=(.*)$"))


def test_what_is_commented_out_shows_the_default() -> None:
    shown = variables(r"^#([A-Z_]+)=(.*)$")
    shown.pop("OWNER_DATABASE_URL")  # has none: an example is worth more than an empty line
    defaults = {field.name.upper(): str(field.default) for field in msgspec.structs.fields(Settings)}
    assert shown == {name: defaults[name] for name in shown}
