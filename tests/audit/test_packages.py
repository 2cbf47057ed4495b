"""What the audit does where it can't look: it says so, and does not call it clean."""

from pathlib import Path

from app.dev.ports import free_port
from tests.audit.findings import Clean, Skipped, Wrong
from tests.audit.packages import check_advisories, check_workflows, judged, run

NOWHERE = Path("/nonexistent")


def test_without_network_the_look_for_vulnerabilities_is_skipped_and_says_so() -> None:
    outcome = check_advisories(NOWHERE, NOWHERE, f"http://127.0.0.1:{free_port()}")
    assert isinstance(outcome, Skipped)
    assert outcome.why.endswith("it does not answer: ConnectError")


def test_without_workflows_there_is_nothing_to_read(tmp_path: Path) -> None:
    assert check_workflows(NOWHERE, tmp_path) == Skipped("zizmor reads workflows, and there are none")


def test_a_tool_that_fails_is_a_finding_in_its_own_words(tmp_path: Path) -> None:
    assert judged(run("sh", "-c", "echo found; echo more >&2; exit 1", cwd=tmp_path)) == Wrong(["found", "more"])
    assert judged(run("sh", "-c", "echo none", cwd=tmp_path)) == Clean("none")
