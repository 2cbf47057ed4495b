"""What changed between two surfaces, and what of it may break the clients of the old one."""

from collections.abc import Iterator

from app.gen.compatible import Change, Comparison, Direction
from app.rpc.schemas import Schema
from app.rpc.surface import ErrorEntry, ProcedureEntry, Surface


def changes(old: Surface, new: Surface) -> list[Change]:
    """Every change of the interface, by procedure and then by error; docs and examples are none."""
    return [*_procedures(old, new), *_errors(old, new)]


def _procedures(old: Surface, new: Surface) -> Iterator[Change]:
    before = {procedure.path: procedure for procedure in old.procedures}
    after = {procedure.path: procedure for procedure in new.procedures}
    for path in sorted(before.keys() | after.keys()):
        if path not in after:
            yield Change(path, f"{before[path].kind} removed", breaking=True)
        elif path not in before:
            yield Change(path, f"{after[path].kind} added", breaking=False)
        else:
            yield from _procedure(old, new, before[path], after[path])


def _procedure(old: Surface, new: Surface, was: ProcedureEntry, now: ProcedureEntry) -> Iterator[Change]:
    if was.kind != now.kind:
        yield Change(was.path, f"kind changed from {was.kind} to {now.kind}", breaking=True)
    yield from _input(old, new, was, now)
    yield from _compared(old, new, "output", was.output, now.output, f"{was.path} output")
    yield from _terms(was, now)
    for name in sorted(set(was.errors) - set(now.errors)):
        yield Change(was.path, f"error {name} is gone", breaking=True)
    for name in sorted(set(now.errors) - set(was.errors)):
        yield Change(was.path, f"error {name} added", breaking=False)


def _input(old: Surface, new: Surface, was: ProcedureEntry, now: ProcedureEntry) -> Iterator[Change]:
    where = f"{was.path} input"
    if was.input is not None and now.input is not None:
        if was.input_optional != now.input_optional:
            yield Change(where, "made optional" if now.input_optional else "made required", was.input_optional)
        yield from _compared(old, new, "input", was.input, now.input, where)
    elif now.input is not None:
        yield Change(where, "added", breaking=not now.input_optional)
    elif was.input is not None:
        yield Change(where, "removed", breaking=True)


def _terms(was: ProcedureEntry, now: ProcedureEntry) -> Iterator[Change]:
    """What is required of a call, and promised to it, besides its types; `breaks` is the change that hurts."""
    promises = {
        "needs a token": (was.requires_token, now.requires_token, True),
        "heeds an Idempotency-Key": (was.idempotency_key, now.idempotency_key, False),
        "gives its events ids": (was.tracked, now.tracked, False),
        "can be resumed": (was.resumable, now.resumable, False),
        "is streamed": (was.streamed, now.streamed, now.streamed),
    }
    for what, (before, after, hurts) in promises.items():
        if before != after:
            yield Change(was.path, f"{what} {'from now on' if after else 'no longer'}", breaking=after == hurts)
    if was.body_limit != now.body_limit:
        told = f"body limit changed from {was.body_limit} to {now.body_limit} bytes"
        yield Change(was.path, told, breaking=now.body_limit < was.body_limit)
    for media_type in sorted(set(was.accepts) ^ set(now.accepts)):
        gone = media_type in was.accepts
        yield Change(was.path, f"{media_type} {'no longer taken' if gone else 'taken as well'}", breaking=gone)


def _errors(old: Surface, new: Surface) -> Iterator[Change]:
    for name in sorted(old.errors.keys() & new.errors.keys()):
        was, now = old.errors[name], new.errors[name]
        if (was.code, was.http_status) != (now.code, now.http_status):
            told = f"code changed from {was.code} ({was.http_status}) to {now.code} ({now.http_status})"
            yield Change(f"error {name}", told, breaking=True)
        yield from _compared(old, new, "output", _details(was), _details(now), f"error {name} details")


def _details(error: ErrorEntry) -> Schema:
    return error.details or {"type": "object", "properties": {}, "required": []}


def _compared(
    old: Surface, new: Surface, direction: Direction, was: Schema, now: Schema, where: str
) -> Iterator[Change]:
    return Comparison(old.schemas, new.schemas, direction).compare(was, now, where)
