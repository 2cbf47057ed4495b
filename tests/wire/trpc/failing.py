"""The failures of the test router."""

from app.rpc import Code, RpcError


class NoSuchThing(RpcError, code=Code.NOT_FOUND):
    """no such thing"""


class AlreadyThere(RpcError, code=Code.CONFLICT):
    """already there"""


class Unavailable(RpcError, code=Code.SERVICE_UNAVAILABLE):
    """try again"""


class Forbidden(RpcError, code=Code.FORBIDDEN):
    """mid-stream"""


class NotYours(RpcError, code=Code.FORBIDDEN):
    """not yours"""


class Late(RpcError, code=Code.CONFLICT):
    """late"""


class Expired(RpcError, code=Code.UNAUTHORIZED):
    """expired"""


class Failed(RpcError):
    """code {name}"""

    name: str


BY_CODE: dict[str, type[Failed]] = {
    code.name: type(f"Failed{code.name.title().replace('_', '')}", (Failed,), {"__doc__": "code {name}"}, code=code)
    for code in Code
}
"""An error class for each code there is."""
