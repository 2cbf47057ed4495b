"""One call of a procedure, as an API process makes it.

python -m tests.faults.call PROCEDURE USER ORGANIZATION COURSE-OR-FILE KEY

Prints `calling`, then the answer, and stays until it is killed: what it had still to do after its answer is never done.
"""

import asyncio
import sys
import time
from uuid import UUID

from app.auth.claims import Claims, Role
from app.boot import open_resources
from app.context import Request, SignedIn
from app.settings import read_settings
from procedures.generation.cancel import CancelGenerationInput, cancel
from procedures.generation.delete_file import DeleteFileInput, delete_file
from procedures.generation.initiate import InitiateInput, initiate


async def main(procedure: str, user: str, organization: str, thing: str, key: str) -> None:
    settings = read_settings()
    claims = Claims(UUID(user), UUID(organization), Role.INSTRUCTOR, int(time.time()) + 600)
    async with open_resources(settings, settings.database_url) as resources:
        headers = {"idempotency-key": key} if key else {}
        ctx = SignedIn(Request(id="a-call", headers=headers), resources, claims)
        print("calling", flush=True)
        if procedure == "initiate":
            print((await initiate(ctx, InitiateInput(course_id=UUID(thing)))).job_id, flush=True)
        elif procedure == "delete_file":
            print((await delete_file(ctx, DeleteFileInput(file_id=UUID(thing)))).freed_bytes, flush=True)
        else:
            print((await cancel(ctx, CancelGenerationInput(course_id=UUID(thing)))).message, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
