"""What is told of calls: log lines with the call's ids, figures, spans."""

from loguru import logger
from msgspec.structs import replace

from app.auth.errors import Unauthorized
from app.context import Context
from app.log import begin_scope, call_line
from app.metrics import observe_call
from app.rpc import CallRecord, Failure, RpcError
from app.tracing import begin_call as begin_trace
from app.tracing import end_call as end_trace

SERVER_FAULT = 500
"""The least HTTP status for which the service is to blame."""


def begin_call(ctx: Context) -> None:
    """From here on, log lines of this task carry the call's ids."""
    request = ctx.request
    trace_id = begin_trace(request.path, request.headers) or request.trace_id
    if trace_id is None:
        begin_scope(requestId=request.id)
    else:
        begin_scope(requestId=request.id, traceId=trace_id)


def with_arguments(ctx: Context, value: object) -> Context:
    """The context whose request knows what it asks for: a superadmin's transactions write it down."""
    return replace(ctx, request=replace(ctx.request, arguments=value))


def log_call(record: CallRecord) -> None:
    """Count a finished call, and log one line; a bug with its stack, under the id that the caller was shown."""
    observe_call(record.path, record.code, record.milliseconds)
    if record.failure is None:
        call_line(record.path, record.kind, record.code, record.milliseconds)
        end_trace(record.code, faulty=False)
    else:
        _log_failure(record, record.failure)
        faulty = record.failure.error.code.http_status >= SERVER_FAULT
        end_trace(record.code, faulty=faulty, bug=record.bug)


def _log_failure(record: CallRecord, failure: Failure) -> None:
    line = logger.bind(path=record.path, kind=record.kind, code=record.code, ms=round(record.milliseconds, 2))
    if record.bug is not None:
        error_id = failure.error.details.get("error_id")
        line.bind(errorId=error_id).opt(exception=record.bug).error("call crashed")
    else:
        line.bind(error=type(failure.error).__name__, why=reason_of(failure.error)).info("call refused")


def reason_of(error: RpcError) -> str | None:
    """Why a token was refused: for the log alone, the caller is not told."""
    return error.reason if isinstance(error, Unauthorized) else None
