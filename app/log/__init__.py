"""Log lines by loguru: JSON in production, for reading in a terminal; with the call's context, without secrets.

Lines are written by a thread of their own, so that a slow disk or pipe never stops the event loop.
"""

from app.log.scope import begin_scope, note, scope
from app.log.secrets import redact, without_secrets
from app.log.setup import LEVELS, SERVICE, call_line, configure_logging, json_line

__all__ = [
    "LEVELS",
    "SERVICE",
    "begin_scope",
    "call_line",
    "configure_logging",
    "json_line",
    "note",
    "redact",
    "scope",
    "without_secrets",
]
