"""The core: typed procedures, declared errors, the table and its dispatch. msgspec and the standard library only."""

from app.rpc.dispatch import CallRecord, Dispatcher, Failure, Outcome, RawInput, Success
from app.rpc.errors import Code, ErrorShape, Issue, RpcError
from app.rpc.procedure import AnyProcedure, Base, Middleware, Next, Procedure
from app.rpc.router import Route, Router, Table
from app.rpc.structs import Input, Moment, Output
from app.rpc.tracked import Returned, Tracked
from app.rpc.unencoded import File, FileStream, Form, Unencoded

__all__ = [
    "AnyProcedure",
    "Base",
    "CallRecord",
    "Code",
    "Dispatcher",
    "ErrorShape",
    "Failure",
    "File",
    "FileStream",
    "Form",
    "Input",
    "Issue",
    "Middleware",
    "Moment",
    "Next",
    "Outcome",
    "Output",
    "Procedure",
    "RawInput",
    "Returned",
    "Route",
    "Router",
    "RpcError",
    "Success",
    "Table",
    "Tracked",
    "Unencoded",
]
