"""What an editor shows of the client: the docs of procedures, types, fields and errors."""

import shutil
from pathlib import Path

import msgspec

from app.boot import TABLE
from app.rpc.surface import surface
from tests.clients.typescript.compiler import NODE
from tests.clients.typescript.running import run

SCRIPT = """
import { createTRPCClient } from "@trpc/client";
import { clientLinks, isRpcError, type AppRouter, type errors, type /*?*/Course } from "coursegen-client";

const client = createTRPCClient<AppRouter>({ links: clientLinks({ url: "" }) });
client.courses./*?*/create.mutate({ title: "", /*?*/language: "ru" });
client.generation./*?*/watch;
client./*?*/jobs;
const course = await client.courses.get.query(null!);
course./*?*/status;
type _ = errors./*?*/CourseNotFound;
"""


def test_docs_are_shown_where_names_are_hovered_over(application: Path) -> None:
    file = application / "hover.ts"
    file.write_text(SCRIPT)
    shutil.copy(NODE / "hover.mjs", application)
    over = msgspec.json.decode(run(application, "hover.mjs", str(file)), type=list[dict[str, str]])
    course, create, language, watch, jobs, status, error = [each["doc"] for each in over]
    procedures = {procedure.path: procedure for procedure in surface(TABLE).procedures}
    assert course == surface(TABLE).schemas["Course"]["description"]
    assert create.startswith(procedures["courses.create"].doc)
    assert "Errors: `AddressLimited`, `Forbidden`, `Unauthorized`." in create
    assert language == 'By default `"ru"`.'
    assert watch.startswith(procedures["generation.watch"].doc)
    assert jobs == "The procedures of `jobs`."
    assert "CourseStatus" in over[5]["shown"]
    assert status == ""
    assert error == "Course not found\n\nHTTP 404, NOT_FOUND."
