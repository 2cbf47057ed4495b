"""Leases: slots for runs and rate limits for calls, in Redis."""

from app.leases.connection import connect
from app.leases.errors import RateLimited, SlotsUnavailable, SystemFull, UserLimitReached
from app.leases.slots import Held, Lease, LiveRun, Reconciled, Slots, TokenMismatch
from app.leases.window import Allowed, RateLimiter, Standing, Window

__all__ = [
    "Allowed",
    "Held",
    "Lease",
    "LiveRun",
    "RateLimited",
    "RateLimiter",
    "Reconciled",
    "Slots",
    "SlotsUnavailable",
    "Standing",
    "SystemFull",
    "TokenMismatch",
    "UserLimitReached",
    "Window",
    "connect",
]
