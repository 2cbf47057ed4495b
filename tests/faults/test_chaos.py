"""A short chaos with a seed of its own in every `make check`; `make chaos` draws one, and takes longer."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from tests.faults.chaos.schedule import SECONDS_CALM, WEIGHTS, calms, make_schedule

SEED = 6


@pytest.mark.timeout(300)
@pytest.mark.fault("chaos: a random schedule of faults under load")
def test_a_random_schedule_of_faults_loses_and_doubles_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.faults.chaos", "--seed", str(SEED), "--seconds", "8"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=280)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    outcome = msgspec.json.decode((tmp_path / "chaos.json").read_bytes())
    assert (outcome["lost"], outcome["doubled"], outcome["violations"]) == (0, 0, [])
    assert outcome["accepted"] > 0
    assert (outcome["webhooks"] > 0, outcome["never"]) == (True, 0)
    assert outcome["faults"] == len(make_schedule(SEED, 8))


def test_a_seed_is_a_schedule() -> None:
    assert make_schedule(1, 60) == make_schedule(1, 60) != make_schedule(2, 60)


def test_a_minute_has_every_kind_of_fault_sooner_or_later() -> None:
    drawn = {fault.kind for seed in range(5) for fault in make_schedule(seed, 60)}
    assert drawn == set(WEIGHTS)


def test_the_oracle_has_a_calm_after_each_storm_to_judge_recovery_in() -> None:
    schedule = make_schedule(1, 120)
    assert calms(schedule) >= 4
    gaps = [after.at - fault.at for fault, after in pairwise(schedule)]
    assert sum(gap >= SECONDS_CALM - 0.1 for gap in gaps) >= calms(schedule)
