"""The schema of a migrated database as text that does not depend on who made it, when and with which minor version.

`python -m tests.sql.dump > sql/schema.sql` after a new migration.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from app.db.migrate import migrate
from app.dev import Databases, LocalServers
from app.dev.find import postgres_folder

_HEADER = (
    "-- What sql/migrations amount to, for reading: written by `python -m tests.sql.dump`, held equal by a test.\n\n"
)
_NOISE = ("--", "\\", "SET ", "SELECT pg_catalog.set_config", "COMMENT ON SCHEMA app")


def schema_of(dsn: str) -> str:
    """pg_dump's statements alone: its comments and settings name versions, schema app's comment the last migration.

    yoyo's own tables are left out.
    """
    command = [str(postgres_folder() / "pg_dump"), "--schema-only", "--exclude-table=public.*yoyo*", dsn]
    dumped = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = [line for line in dumped.splitlines() if not line.startswith(_NOISE)]
    kept = [line for line, before in zip(lines, ["", *lines], strict=False) if line or before]
    return _HEADER + "\n".join(kept).strip() + "\n"


if __name__ == "__main__":
    with TemporaryDirectory(prefix="coursegen-dump-") as folder, LocalServers(Path(folder)) as servers:
        database = Databases(servers.addresses.postgres_dsn).create("dumped")
        migrate(database.superuser)
        sys.stdout.write(schema_of(database.superuser))
