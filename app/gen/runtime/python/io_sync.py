"""Waiting, in a thread of the caller's."""

import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

__all__ = ["in_thread", "sleep"]

P = ParamSpec("P")
R = TypeVar("R")

sleep = time.sleep


def in_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call it: this is the thread."""
    return function(*args, **kwargs)
