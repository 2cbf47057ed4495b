"""detect-secrets over every file of the repository, after a look at planted secrets has shown that it sees."""

import hashlib
import json
import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.audit.findings import Clean, Outcome, Wrong

CHECKED_OTHERWISE = r"(^|/)(requirements[a-z-]*\.lock|swagger-ui-bundle\.js)$"
"""Files of hashes and of minified code: locks.py knows each form of a line, tests/gen/test_page.py the other's hash."""

NO_SECRETS = [
    r"PASSWORD",  # the place for one in .env.example
    r".*\b(for|of)[ -](tests|development)\b.*",  # what a test has made up says so
    r"eyJhbGciOiJIUzI1NiJ9\.eyJzdWIiOiIxIn0\.?",  # a token that logs must not show, signed 'signature'
    r"secret|password|hidden|owner|pa55|p\"w",  # words that logs and messages must not show
    r"4bf92f3577b34da6a3ce929d0e0e4736",  # the trace id that the standard shows (W3C Trace Context, 3.2.2)
]
"""Values that look like secrets, each with the reason why it is none. A real one has none of these forms."""

PLANTED = {
    "Private Key": "-----BEGIN {} PRIVATE KEY-----".format("RSA"),
    "AWS Access Key": "key = 'AKIA{}'".format("Z7Q3" * 4),
    "Basic Auth Credentials": "url = 'postgresql://api:{}@db.example.org/x'".format("Qm7Zr2Kx9"),
    "Secret Keyword": "jwt_secret = '{}'".format("Qm7Zr2Kx9 and more of it"),
    "Hex High Entropy String": f"value = '{hashlib.sha256(b'planted').hexdigest()}'",
}
"""What it must find, by the name that it has for it; put together here, so that this file holds none."""


def scan(program: Path, folder: Path, *options: str) -> list[str]:
    """What looks like a secret in a folder, as `path:line: kind`."""
    rules = [word for value in NO_SECRETS for word in ("--exclude-secrets", f"^(?:{value})$")]
    command: list[str | Path] = [program, "scan", *options, "--exclude-files", CHECKED_OTHERWISE, *rules]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)["results"]
    return [f"{path}:{one['line_number']}: {one['type']}" for path, all_in in found.items() for one in all_in]


def check_secrets(program: Path, root: Path) -> Outcome:
    """No secret is in the repository."""
    with TemporaryDirectory() as folder:
        for number, line in enumerate(PLANTED.values()):
            (Path(folder) / f"planted{number}.py").write_text(f"{line}\n")
        seen = {re.sub(r".*: ", "", line) for line in scan(program, Path(folder), "--all-files")}
    if missed := PLANTED.keys() - seen:
        return Wrong([f"planted, and not found: {kind}" for kind in sorted(missed)])
    found = scan(program, root)
    return Wrong(found) if found else Clean(f"no secret in the repository; {len(PLANTED)} planted ones were found")
