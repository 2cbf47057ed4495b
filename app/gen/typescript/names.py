"""Names that the package itself uses, so that nothing of the surface can be called the same."""

from typing import Final

RUNTIME_TYPES: Final = ("DateTime", "Uuid")
"""What types of the surface are made of."""

TAKEN: Final = frozenset(
    {*RUNTIME_TYPES, "AppRouter", "Client", "ClientOptions", "RpcClientError", "RpcError", "RpcErrorName"}
)
"""Names of types that `index.d.ts` exports beside the surface's."""

TAKEN_BY_ERRORS: Final = frozenset(
    {"Issue", "ProtocolError", "RpcClientError", "RpcError", "RpcErrorName", "RpcErrors", "UnknownError"}
)
"""Names of types in `errors.d.ts` beside the errors."""
