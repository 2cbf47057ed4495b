"""The alert rules: valid, about metrics that there are, and firing when they should, by Prometheus's own tool."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.metrics.scraped import scrape
from tests.wire.served import Served

HERE = Path(__file__).parent
RULES = HERE.parents[1] / "app" / "metrics" / "alerts.yml"
TESTS = HERE / "alerts_test.yml"
PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="no promtool on PATH; .ci/run installs it")


def promtool(*arguments: str) -> None:
    done = subprocess.run([str(PROMTOOL), *arguments], cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_the_rules_are_valid() -> None:
    promtool("check", "rules", str(RULES))


@needs_promtool
def test_each_alert_fires_when_it_should_and_not_before() -> None:
    promtool("test", "rules", str(TESTS))


def test_each_alert_is_shown_firing_and_not_firing() -> None:
    alerts = set(re.findall(r"- alert: (\w+)", RULES.read_text()))
    blocks = re.split(r"(?=- \{?eval_time)", TESTS.read_text())
    fires = {name: "exp_alerts" in block for block in blocks for name in re.findall(r"alertname: (\w+)", block)}
    shown = {(name, "exp_alerts" in block) for block in blocks for name in re.findall(r"alertname: (\w+)", block)}
    assert set(fires) == alerts
    assert shown == {(name, firing) for name in alerts for firing in (True, False)}


async def test_every_metric_that_a_rule_names_is_told(served: Served) -> None:
    await served.post("system.ping")
    named = set(re.findall(r"\bcoursegen_\w+", RULES.read_text()))
    assert named
    assert named <= (await scrape(served.http)).names
