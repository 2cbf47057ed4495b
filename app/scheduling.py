"""How this process stands behind others on its machine: what it leaves them of the processors.

All of it is for a process to do to itself, early: threads it starts later, and children, inherit.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

NICENESS = 19
"""The least weight there is, nice(2)."""
_AUTOGROUP = Path("/proc/self/autogroup")
_ASKED_AGAIN, _ASKED_AGAIN_SECONDS = 10, 0.1


def step_back(niceness: int) -> None:
    """Be as nice as that, 0 to 19; above 0, stay off one of several cores too. A kernel does not look for a core on
    which nothing but idle work runs when the machine is busy, so short calls would wait where this process is.
    """
    os.nice(niceness)
    if niceness > 0:
        stay_on(all_but_one_core())


def all_but_one_core() -> list[int]:
    """The cores this process may use without the first, which is left to others: niceness alone does not keep a short
    call from waiting until a long-running process has made room. The only one, if there are no more.
    """
    here = cores()
    return here[1:] or here


def stay_on(these: list[int]) -> None:
    """Use no other cores; where the system has no such thing, or refuses, all is as before."""
    if hasattr(os, "sched_setaffinity"):
        with suppress(OSError):
            os.sched_setaffinity(0, these)


def cores() -> list[int]:
    """The cores this process may use, in order."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


def be_idle() -> None:
    """Take the processor time that nobody else wants (SCHED_IDLE), in a session of this process's own; niceness alone
    where the system has no such thing, or refuses.

    Where autogroups are on, sessions share a core as if each were one process, whatever the policy within
    (sched(7)), and a thread that yields does so within its session: so the session is made to weigh least.
    """
    os.nice(NICENESS)
    os.setsid()
    _weigh_least()
    if hasattr(os, "SCHED_IDLE"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _weigh_least() -> None:
    for _ in range(_ASKED_AGAIN):
        try:
            _AUTOGROUP.write_text(f"{NICENESS}")
        except BlockingIOError:  # the kernel takes ten of these a second, from all processes together
            time.sleep(_ASKED_AGAIN_SECONDS)
        except OSError:  # no autogroups here
            return
        else:
            return
