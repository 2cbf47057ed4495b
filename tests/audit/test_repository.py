"""No secret is in the repository by its file's name, and what the linter for security ignores has its reason."""

import re
from pathlib import Path

import pytest

from tests.audit.repository import private_files, tracked
from tests.cli.programs import CHECKOUT

SECRETS = ("DOWNLOAD_SECRET", "JWT_SECRET", "SESSION_SECRET", "METRICS_TOKEN")
IGNORED = re.compile(r"noqa: (?P<rules>S\d+(?:, ?S\d+)*)(?P<reason>.*)")


@pytest.mark.parametrize(
    "name", [".env", "deploy/.env", ".env.production", "tls/server.key", "server.pem", "id_ed25519", "home/.pgpass"]
)
def test_a_file_with_secrets_is_told_by_its_name(name: str) -> None:
    assert private_files([Path(name), Path("app/keys.py"), Path(".env.example")]) == [Path(name)]


def test_the_repository_holds_no_such_file() -> None:
    assert private_files(tracked(CHECKOUT)) == []
    assert ".env" in (CHECKOUT / ".gitignore").read_text().splitlines()


def test_the_example_of_settings_holds_no_secret() -> None:
    text = (CHECKOUT / ".env.example").read_text()
    assert re.findall(rf"^#?(?:{'|'.join(SECRETS)})=(.+)$", text, re.MULTILINE) == []
    assert set(re.findall(r"://[^/\s]*:([^@/\s]+)@", text)) == {"PASSWORD"}


def test_what_the_linter_for_security_ignores_in_the_service_has_its_reason_beside_it() -> None:
    for path in tracked(CHECKOUT):
        if path.suffix == ".py" and path.parts[0] in ("app", "procedures"):
            for line in (CHECKOUT / path).read_text().splitlines():
                found = IGNORED.search(line)
                assert found is None or len(found["reason"].strip(" -")) > len("short"), f"{path}: {line}"
