"""Waiting, in an event loop."""

import asyncio

__all__ = ["in_thread", "sleep"]

sleep = asyncio.sleep
in_thread = asyncio.to_thread
