"""What a deployment may set about the wires, and nothing else."""

import msgspec


class WireSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of requests and the pace of streams; the defaults are those of the interface."""

    batch_limit: int = 50
    """Calls in one batch; 0 turns batches off."""
    method_override: bool = True
    """Whether tRPC's queries and subscriptions may be posted."""
    read_deadline: float = 30.0
    """Seconds in which a request's body must have arrived."""
    read_grace: float = 5.0
    """Seconds before `minimum_rate` counts."""
    minimum_rate: int = 1024
    """Bytes a second that a body must keep up on average, once the grace is over."""
    ping: float = 15.0
    """Seconds of silence after which an event stream sends a ping."""
