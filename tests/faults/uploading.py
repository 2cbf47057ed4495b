"""Uploads over HTTP by hand, to stop in the middle of: a form's request, and what uploads have left behind."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple
from uuid import UUID

from app.context import SignedIn
from tests.world import World, token_of

PATH = "/rpc/generation.uploadFile"
END = b"\r\n--x--\r\n"


class Request(NamedTuple):
    """A form that is being sent: `rest` is what has not been sent."""

    reader: StreamReader
    writer: StreamWriter
    rest: bytes

    async def finish(self) -> None:
        """Send the rest."""
        self.writer.write(self.rest)
        await self.writer.drain()

    async def status(self) -> int:
        """The status of the answer."""
        return int((await self.reader.readline()).split()[1])


@asynccontextmanager
async def begun_upload(port: int, owner: SignedIn, course: UUID, content: bytes, sent: int) -> AsyncGenerator[Request]:
    """A form with this content as its file, of which only so many bytes are sent."""
    field = f'--x\r\ncontent-disposition: form-data; name="courseId"\r\n\r\n{course}\r\n'
    head = 'content-disposition: form-data; name="file"; filename="a.txt"\r\ncontent-type: text/plain\r\n\r\n'
    form = f"{field}--x\r\n{head}".encode()
    lines = [
        f"POST {PATH} HTTP/1.1",
        "host: test",
        f"authorization: Bearer {token_of(owner)}",
        "content-type: multipart/form-data; boundary=x",
        f"content-length: {len(form) + len(content) + len(END)}",
    ]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write("\r\n".join([*lines, "", ""]).encode() + form + content[:sent])
    await writer.drain()
    yield Request(reader, writer, content[sent:] + END)
    writer.transport.abort()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def objects_of(world: World) -> list[str]:
    """Every object of every organization, parts too."""
    organizations = await world.sql.fetch("select id::text from organizations")
    return [key for row in organizations for key in await world.resources.storage.list(row[0])]


async def wrong(world: World) -> list[str]:
    """What does not agree among the quota, the rows and the objects; nothing when all is well."""
    accounts = await world.sql.fetch(
        "select o.id, storage_used_bytes as used, coalesce(sum(f.file_size), 0)::bigint as files from organizations o"
        " left join file_catalog f on f.organization_id = o.id group by o.id having storage_used_bytes"
        " <> coalesce(sum(f.file_size), 0)"
    )
    ready = await world.sql.fetch("select storage_path from file_catalog where status <> 'uploading'")
    rows, objects = {row[0] for row in ready}, set(await objects_of(world))
    return [
        *(f"organization {row['id']} has used {row['used']} bytes, its files have {row['files']}" for row in accounts),
        *(f"no row has the object {key}" for key in sorted(objects - rows)),
        *(f"the object {key} is missing" for key in sorted(rows - objects)),
    ]
