"""Stepping back is a courtesy: a system that refuses it keeps nobody from working."""

import os

from app.scheduling import stay_on


def test_a_process_that_may_not_choose_its_cores_goes_on_with_what_it_has() -> None:
    before = os.sched_getaffinity(0)
    stay_on([100_000])  # which no machine has
    assert os.sched_getaffinity(0) == before
