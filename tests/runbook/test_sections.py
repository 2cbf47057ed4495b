"""Each section of the runbook that has commands is run by a test, which takes all of its blocks."""

import re
from pathlib import Path

from tests.cli.programs import CHECKOUT
from tests.runbook.deployment import blocks


def test_each_section_with_commands_is_run() -> None:
    titles = re.findall(r"^## (.*)$", (CHECKOUT / "RUNBOOK.md").read_text(), re.MULTILINE)
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    run = set(re.findall(r'\] = blocks\("(.*?)"\)|, \w+ = blocks\("(.*?)"\)', tests))
    with_commands = {title for title in titles if blocks(title)}
    assert with_commands == {title for pair in run for title in pair if title}
