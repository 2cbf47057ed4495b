"""The OpenAPI document as TypeScript's users read it who call plain HTTP: openapi-typescript takes it, tsc its types."""

import shutil
from pathlib import Path

import pytest

from app.gen.files import OPENAPI
from tests.clients.typescript.compiler import CLIENT, HERE, NODE, RESOLUTIONS, compile_project, make_project
from tests.clients.typescript.running import run

USES = """
import { same } from "./assertions.js";
import type { components, paths } from "./openapi.js";

type Create = paths["/rpc/courses.create"]["post"];
type Given = NonNullable<Create["requestBody"]>["content"]["application/json"];
type Course = Create["responses"][200]["content"]["application/json"];

export const right: Given["title"] = "Компост";
same<Course, components["schemas"]["Course"]>();
same<Course["status"], "archived" | "draft" | "published">();
same<Course["language"], string | null>();
same<paths["/rpc/system.ping"]["get"]["responses"][200]["content"]["application/json"]["version"], string>();

// @ts-expect-error  no such procedure
export type Nothing = paths["/rpc/courses.remove"];
// @ts-expect-error  a title is text
export const wrong: Given["title"] = 7;
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the generated types."""
    project = make_project(tmp_path_factory.mktemp("openapi"))
    program = NODE / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
    run(project, str(program), str(CLIENT.parents[1] / OPENAPI), "--output", "openapi.d.ts")
    shutil.copy(HERE / "uses" / "assertions.ts", project)
    (project / "uses.ts").write_text(USES)
    return project


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_the_document_becomes_types_that_compile(project: Path, resolution: str) -> None:
    compile_project(project, "typescript7", ["*.ts"], **RESOLUTIONS[resolution])
