"""How much slower than by itself this machine is at the moment."""

import os


def busy() -> float:
    """How many processes want each core, 1 at least (getloadavg(3), over a minute): so many times longer may a thing
    take that is timed by the clock.
    """
    return max(1.0, os.getloadavg()[0] / len(os.sched_getaffinity(0)))
