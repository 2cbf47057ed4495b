"""billing.*: what an organization uses of what its tier allows."""

from app.rpc import Router
from procedures.billing.get_usage import get_usage

router = Router(get_usage)
