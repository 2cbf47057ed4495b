"""What the product is made of, and what is known to be wrong with it."""

import subprocess
from pathlib import Path

import httpx

from tests.audit.findings import Clean, Outcome, Skipped, Wrong

LOCKS = ("requirements.lock", "requirements-tracing.lock", "requirements-local.lock", "requirements-check.lock")
VENDORED = Path("app/gen/static/swagger-ui.json")
BILL = Path("sbom.cdx.json")
ADVISORIES = "https://pypi.org/pypi"
PROBE = "pip/24.0"
"""A release that PyPI will always know: an index that does not is a mirror without advisories."""


def run(*command: str | Path, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """A tool to its end, and what it said."""
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def judged(done: "subprocess.CompletedProcess[str]", clean: str | None = None) -> Outcome:
    """A tool's exit code as an outcome, told in its own words unless `clean` says it better."""
    said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return Clean(clean or " ".join(said)) if done.returncode == 0 else Wrong(said)


def write_bill(tools: Path, root: Path, out: Path) -> Outcome:
    """Write the bill of materials; twice, since the same lock must give the same document."""
    program = (tools / "python", root / "tests/audit/tools/sbom.py", "requirements.lock", VENDORED, out)
    first = judged(run(*program, cwd=root))
    if isinstance(first, Wrong):
        return first
    written = out.read_bytes()
    again = judged(run(*program, cwd=root))
    if out.read_bytes() != written:
        return Wrong([f"{out.name} is another each time"])
    return Clean(f"{out.name}: {again.told}, valid CycloneDX 1.6") if isinstance(again, Clean) else again


def check_advisories(tools: Path, root: Path, index: str = ADVISORIES) -> Outcome:
    """No release of a lock has a known vulnerability; skipped where PyPI does not answer."""
    if missing := unreachable(index):
        return Skipped(f"pip-audit asks {index}, and {missing}")
    named = [word for lock in LOCKS for word in ("-r", lock)]
    quietly = ("--strict", "--require-hashes", "--disable-pip", "--progress-spinner", "off")
    return judged(run(tools / "pip-audit", *quietly, *named, cwd=root))


def unreachable(index: str) -> str | None:
    """Why the index tells no vulnerabilities, or None."""
    try:
        answer = httpx.get(f"{index}/{PROBE}/json", timeout=10, follow_redirects=True)
    except httpx.HTTPError as error:
        return f"it does not answer: {type(error).__name__}"
    if not answer.is_success:
        return f"it knows nothing of {PROBE}: {answer.status_code}"
    return None if "vulnerabilities" in answer.json() else "it tells no vulnerabilities"


def check_workflows(tools: Path, root: Path) -> Outcome:
    """zizmor over the workflows of GitHub Actions, where there are any."""
    if not (root / ".github" / "workflows").exists():
        return Skipped("zizmor reads workflows, and there are none")
    return judged(run(tools / "zizmor", "--offline", "--no-progress", ".github", cwd=root))
