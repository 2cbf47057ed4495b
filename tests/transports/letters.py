"""Procedures that take a form whose file is streamed, and what they have seen of those that broke off."""

import asyncio

from app.context import Request
from app.rpc import Code, FileStream, Form, Input, Output, RpcError
from tests.transports.calls import public

FALLEN: list[str] = []
"""How letters ended that were not read to their end."""


class Letter(Input):
    """A letter as JSON."""

    to: str
    copies: int = 1
    text: str


class LetterForm(Form):
    """A letter as a form."""

    to: str
    copies: int = 1
    file: FileStream


class Posted(Output):
    """What was read of a letter."""

    to: str
    copies: int
    name: str
    type: str
    size: int
    pieces: int
    at_most: int | None


class Refused(RpcError, code=Code.FORBIDDEN):
    """No letters to {to}"""

    to: str


@public.mutation(errors=(Refused,))
async def post(_ctx: Request, input: Letter | LetterForm) -> Posted:
    """Read a letter. One to `nobody` is refused unread, one to `halfway` after its first piece."""
    if input.to == "nobody":
        raise Refused(to=input.to)
    if isinstance(input, Letter):
        return Posted(
            to=input.to, copies=input.copies, name="", type="", size=len(input.text), pieces=1, at_most=len(input.text)
        )
    sizes: list[int] = []
    try:
        async for piece in input.file:
            sizes.append(len(piece))
            if input.to == "halfway":
                raise Refused(to=input.to)
    except RpcError as error:
        FALLEN.append(type(error).__name__)
        raise
    file = input.file
    return Posted(
        to=input.to,
        copies=input.copies,
        name=file.name,
        type=file.type,
        size=sum(sizes),
        pieces=len(sizes),
        at_most=file.at_most,
    )


@public.mutation(timeout=0.3)
async def post_in_time(_ctx: Request, input: Letter | LetterForm) -> int:
    """Read a letter that must come quickly."""
    return len(input.text) if isinstance(input, Letter) else sum([len(piece) async for piece in input.file])


@public.query()
async def fallen(_ctx: Request) -> list[str]:
    """How letters ended since this was asked last."""
    await asyncio.sleep(0)
    told = [*FALLEN]
    FALLEN.clear()
    return told
