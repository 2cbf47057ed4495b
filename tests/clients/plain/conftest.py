"""The service, for those who call it without a client."""

from tests.clients.python.conftest import served, working

__all__ = ["served", "working"]
