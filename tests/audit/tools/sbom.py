"""`sbom.py LOCK VENDORED OUT`: what production consists of, as CycloneDX 1.6; the same document for the same lock.

Run by the environment of the tools. VENDORED is the record of the one package that is not installed but kept here.
"""

import json
import subprocess
import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

PROGRAM = Path(sys.executable).with_name("cyclonedx-py")
OPTIONS = ("--pyproject", "pyproject.toml", "--mc-type", "application", "--output-reproducible", "--sv", "1.6")


def installed(lock):
    """The document of what the lock pins, hashes included."""
    command = [PROGRAM, "requirements", *OPTIONS, "--output-format", "JSON", "--output-file", "-", lock]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def vendored(record):
    """A component for a package whose files are kept in the repository."""
    package = f"pkg:npm/{record['package']}@{record['version']}"
    files = [
        {
            "type": "file",
            "bom-ref": f"{package}#{name}",
            "name": name,
            "hashes": [{"alg": "SHA-256", "content": digest}],
        }
        for name, digest in record["sha256"].items()
    ]
    return {
        "type": "library",
        "bom-ref": package,
        "name": record["package"],
        "version": record["version"],
        "purl": package,
        "licenses": [{"license": {"id": record["license"]}}],
        "components": files,
    }


def main(lock, record, out):
    """Write the document; exits with what is wrong by CycloneDX's schema."""
    document = installed(lock)
    document["components"].append(vendored(json.loads(Path(record).read_text())))
    text = json.dumps(document, indent=2, sort_keys=True) + "\n"
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong:
        sys.exit(f"not valid CycloneDX 1.6: {wrong}")
    Path(out).write_text(text)
    print(f"{len(document['components'])} components")


main(*sys.argv[1:])
