"""Become a server that dies with the process that started it: `python tied.py PARENT SIGNAL PROGRAM ARGUMENTS...`.

Runs as a script of its own, with the standard library alone, after privileges were dropped: a change of user
clears the parent-death signal (prctl(2), PR_SET_PDEATHSIG), an exec keeps it.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, signal_number: int, program: list[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:  # it died before the line above could take effect
        sys.exit(0)
    os.execv(program[0], program)  # noqa: S606 - the program is the caller's, and no shell is wanted


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
