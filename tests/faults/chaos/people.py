"""Users for callers: each starts few runs, since more of one user in a minute are refused."""

from itertools import count, cycle
from typing import Self
from uuid import uuid4

from app.context import SignedIn
from tests.world import World

STARTS_OF_ONE = 2
STARTS_A_SECOND = 8


class People:
    """`next` gives a user and a key for one start."""

    def __init__(self, owners: list[SignedIn]) -> None:
        self._turns = cycle(owner for owner in owners for _ in range(STARTS_OF_ONE))
        self._numbers = count()

    @classmethod
    async def make(cls, world: World, seconds: float) -> Self:
        """As many users as callers can need in that time, made before anything fails."""
        needed = int(seconds * STARTS_A_SECOND / STARTS_OF_ONE) + 20
        organizations = [await world.organization("standard") for _ in range(needed)]
        return cls([await world.user(organization) for organization in organizations])

    def next(self) -> tuple[SignedIn, str]:
        """A user of an organization that may upload, and a key that nobody has used."""
        return next(self._turns), f"{next(self._numbers)}-{uuid4()}"
