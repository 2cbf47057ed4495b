"""Whether an address is free to listen on.

granian shares a port with whoever else lets it be shared, and tells a taken one by a stack: both are found out before.
"""

import os
import socket


class CannotListen(Exception):
    """Something else listens there, or the address is not this machine's."""

    def __init__(self, host: str, port: int, reason: OSError) -> None:
        why = os.strerror(reason.errno).lower() if reason.errno else str(reason)
        super().__init__(f"cannot listen on {host} port {port}: {why}")


def require_free(host: str, port: int) -> None:
    """Raises CannotListen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise CannotListen(host, port, error) from None


def free_port() -> int:
    """A port of this machine that nothing listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
