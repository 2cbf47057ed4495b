"""Which methods tRPC's procedures answer to."""

from typing import Final

from app.rpc import Route
from app.rpc.protocol_errors import MethodNotSupported

_METHODS: Final = {"query": ("GET",), "mutation": ("POST",), "subscription": ("GET",)}
_METHODS_WITH_OVERRIDE: Final = {"query": ("GET", "POST"), "mutation": ("POST",), "subscription": ("GET", "POST")}


def check_method(route: Route, method: str, *, override: bool) -> None:
    """Raises MethodNotSupported; `override` lets queries and subscriptions be posted."""
    kind = route.procedure.kind
    allowed = (_METHODS_WITH_OVERRIDE if override else _METHODS)[kind]
    if method not in allowed:
        raise MethodNotSupported(method=method[:20], kind=kind, procedure=route.path, allow=", ".join(allowed))
