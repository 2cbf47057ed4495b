"""`python -m tests.audit`: the supply chain, step by step; exits with 1 when a step finds something."""

import sys
from collections.abc import Callable
from pathlib import Path

from tests.audit.findings import Clean, Outcome, Skipped, Wrong, none_of
from tests.audit.locks import lock_findings
from tests.audit.packages import BILL, check_advisories, check_workflows, judged, run, write_bill
from tests.audit.repository import private_files, tracked
from tests.audit.secrets import check_secrets
from tests.audit.tokens import FOLDERS, unexpected

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / "tests/audit/tools/.venv/bin"
RUFF = Path(sys.executable).with_name("ruff")


def files() -> Outcome:
    """No file whose name says that it holds a secret."""
    held = tracked(ROOT)
    return none_of([f"{path} is in git" for path in private_files(held)], f"{len(held)} files, none named as a secret")


STEPS: dict[str, Callable[[], Outcome]] = {
    "ruff S": lambda: judged(run(RUFF, "check", "--quiet", "--select", "S", cwd=ROOT), "flake8-bandit's rules hold"),
    "tokens": lambda: none_of(unexpected(ROOT, *FOLDERS), "no token is read without verification"),
    "locks": lambda: none_of(lock_findings(ROOT, tracked(ROOT)), "every line a pin, a hash or a package's name"),
    "files": files,
    "secrets": lambda: check_secrets(TOOLS / "detect-secrets", ROOT),
    "workflows": lambda: check_workflows(TOOLS, ROOT),
    "sbom": lambda: write_bill(TOOLS, ROOT, ROOT / BILL),
    "advisories": lambda: check_advisories(TOOLS, ROOT),
}


def told(outcome: Outcome) -> str:
    """An outcome as it is printed."""
    match outcome:
        case Clean(told):
            return f"ok: {told}"
        case Skipped(why):
            return f"skip: {why}"
        case Wrong(lines):
            return "\n  ".join(["WRONG:", *lines])


def main() -> None:
    """Take all steps, so that one run shows all that is wrong."""
    wrong = False
    for name, step in STEPS.items():
        outcome = step()
        wrong |= isinstance(outcome, Wrong)
        print(f"{name:<11}{told(outcome)}", flush=True)
    sys.exit(wrong)


main()
