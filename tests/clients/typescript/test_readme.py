"""The scripts of the client's README, as they stand there: they compile, and they run under Node."""

import asyncio
import re
from pathlib import Path

import pytest

from tests.clients.python.conftest import url_of
from tests.clients.typescript.compiler import CLIENT, HERE, RESOLUTIONS, compile_project
from tests.clients.typescript.running import run
from tests.wire.served import Served
from tests.world import token_of


def scripts(language: str) -> list[str]:
    """The README's scripts in order; `ts`: main job, isRpcError, safe; `tsx`: components."""
    text = (CLIENT / "README.md").read_text()
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_the_scripts_compile(application: Path, resolution: str) -> None:
    for language in ("ts", "tsx"):
        for number, script in enumerate(scripts(language)):
            (application / f"script_{number}.{language}").write_text(script)
    (application / "ws.d.ts").write_text((HERE / "uses" / "ws.d.ts").read_text())
    options = {**RESOLUTIONS[resolution], "jsx": "react-jsx", "noPropertyAccessFromIndexSignature": False}
    compile_project(application, "typescript7", ["script_*", "ws.d.ts"], **options)


async def test_the_scripts_run_as_they_stand(working: Served, application: Path) -> None:
    environment = {"COURSEGEN_URL": url_of(working), "COURSEGEN_TOKEN": token_of(await working.user())}

    def output(script: str) -> str:
        (application / "script.mjs").write_text(script)
        return run(application, "script.mjs", **environment)

    main_job, guarded, safe = [await asyncio.to_thread(output, script) for script in scripts("ts")]
    lines = main_job.splitlines()
    assert any(line.startswith("completed ") for line in lines)
    assert len([line for line in lines if line.startswith("  ")]) > 1
    assert guarded == safe == "Course not found\n"
