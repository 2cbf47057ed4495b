"""The core: typed procedures, declared errors, the table and its dispatch. msgspec and the standard library only."""

from app.rpc.dispatch import CallRecord, Dispatcher, Failure, Outcome, RawInput, Success
from app.rpc.errors import Code, ErrorShape, Issue, RpcError
from app.rpc.procedure import AnyProcedure, Base, Middleware, Next, Procedure
from app.rpc.router import Route, Router, Table
from app.rpc.structs import Input, Output
from app.rpc.tracked import Tracked

__all__ = [
    "AnyProcedure",
    "Base",
    "CallRecord",
    "Code",
    "Dispatcher",
    "ErrorShape",
    "Failure",
    "Input",
    "Issue",
    "Middleware",
    "Next",
    "Outcome",
    "Output",
    "Procedure",
    "RawInput",
    "Route",
    "Router",
    "RpcError",
    "Success",
    "Table",
    "Tracked",
]
