"""system.*: is the service there."""

from app.rpc import Router
from procedures.system.ping import ping

router = Router(ping)
