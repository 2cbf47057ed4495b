"""Which faults come when: the same seed gives the same schedule.

They come in storms. After each it is calm for as long as the service may take to put all right (I2), and a little more:
without that nobody could tell a recovery that is late from one that is disturbed again and again.
"""

import random
from itertools import accumulate
from typing import Final, Literal, NamedTuple

Kind = Literal[
    "kill api",
    "kill worker",
    "freeze api",
    "freeze worker",
    "stop worker",
    "flush redis",
    "stall redis",
    "cut redis",
    "stall postgres",
    "cut postgres",
    "end backends",
    "crash postgres",
]
WEIGHTS: Final[dict[Kind, int]] = {
    "kill api": 4,
    "kill worker": 6,
    "freeze api": 2,
    "freeze worker": 3,
    "stop worker": 2,
    "flush redis": 3,
    "stall redis": 2,
    "cut redis": 2,
    "stall postgres": 2,
    "cut postgres": 2,
    "end backends": 2,
    "crash postgres": 1,
}
SECONDS_BETWEEN: Final = (0.4, 2.0)
SECONDS_STORMY: Final = (5.0, 20.0)
SECONDS_CALM: Final = 8.0
"""Longer than the bounds of the watch with the settings of `place`, and its slack."""
SECONDS_LONG: Final = (0.5, 5.0)
"""How long a freeze or a stall lasts: less than a lease, and more."""


class Fault(NamedTuple):
    """At so many seconds after the start. `target` is which of two processes; `seconds` for what lasts."""

    at: float
    kind: Kind
    target: int
    seconds: float

    @property
    def lasts(self) -> bool:
        """Whether it goes on for `seconds`, or is over at once."""
        return self.kind.startswith(("freeze", "stall"))

    def __str__(self) -> str:
        target = f" {self.target}" if self.kind.endswith(("api", "worker")) else ""
        lasting = f" for {self.seconds:.1f} s" if self.lasts else ""
        return f"{self.at:6.1f} s  {self.kind}{target}{lasting}"


def make_schedule(seed: int, seconds: float) -> list[Fault]:
    """Faults from the first second to the last but one, with a calm after each storm."""
    draw = random.Random(seed)  # noqa: S311  it is to be foreseeable
    kinds: list[Kind] = [*WEIGHTS]
    weights = [*WEIGHTS.values()]
    faults: list[Fault] = []
    at, storm_ends = 1.0, 1.0 + draw.uniform(*SECONDS_STORMY)
    while at < seconds - 1:
        if at > storm_ends:
            at = max(fault.at + fault.seconds * fault.lasts for fault in faults) + SECONDS_CALM
            storm_ends = at + draw.uniform(*SECONDS_STORMY)
            continue
        (kind,) = draw.choices(kinds, weights)
        faults.append(Fault(round(at, 2), kind, draw.randint(0, 1), round(draw.uniform(*SECONDS_LONG), 2)))
        at += draw.uniform(*SECONDS_BETWEEN)
    return faults


def calms(schedule: list[Fault]) -> int:
    """How often it is calm between faults."""
    ends = accumulate((fault.at + fault.seconds * fault.lasts for fault in schedule), max)
    return sum(after.at - end >= SECONDS_CALM - 0.1 for end, after in zip(ends, schedule[1:], strict=False))
