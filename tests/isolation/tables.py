"""What the verbs of the matrix need to know of each table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.isolation.callers import A, B, Caller, known
from tests.isolation.rows import ROWS


@dataclass(frozen=True, slots=True)
class Table:
    """`change` is a harmless assignment that reads no column.

    `parent` names the columns that say where a row belongs, `inherited` those that a trigger fills when left out, and
    `seized` the columns that no update may give another value, with whom it would go to.
    """

    name: str
    key: str
    change: str
    parent: tuple[str, ...] = ()
    inherited: tuple[str, ...] = ()
    seized: Mapping[str, Any] = field(default_factory=dict)
    view: bool = False

    @property
    def names(self) -> dict[str, str]:
        """The row of each key."""
        return {str(row.values[self.key]): name for name, row in ROWS.get(self.name, {}).items()}

    def key_of(self, row: str) -> Any:
        """The key of a seeded row."""
        return ROWS[self.name][row].values[self.key]


OTHERS_ORGANIZATION = object()
_TENANT = {"organization_id": OTHERS_ORGANIZATION}
_OWNED = {**_TENANT, "course_user_id": known("nobody")}
_INSIDE = ("organization_id", "course_user_id")
_DEEPER = ("organization_id", "course_id", "course_user_id")

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table("app.tiers", "tier", "priority = 1"),
        Table("app.counters", "id", "amount = 2"),
        Table("public.organizations", "id", "name = gen_random_uuid()::text", seized={"id": known("nobody")}),
        Table("public.users", "id", "is_active = true", seized={**_TENANT, "role": "superadmin"}),
        Table("public.courses", "id", "title = 'changed'", ("user_id",), (), {**_TENANT, "user_id": known("nobody")}),
        Table("public.sections", "id", "title = 'changed'", ("course_id",), _INSIDE, _OWNED),
        Table("public.lessons", "id", "title = 'changed'", ("section_id",), _DEEPER, _OWNED),
        Table("public.lesson_content", "lesson_id", "text_content = 'changed'", ("lesson_id",), _DEEPER, _OWNED),
        Table("public.enrollments", "id", "progress = '{}'", ("course_id",), _INSIDE, _OWNED),
        Table("public.file_catalog", "id", "mime_type = 'a/b'", ("course_id",), _INSIDE, _OWNED),
        Table("public.generation_runs", "id", "epoch = 1", ("course_id",), (), _TENANT),
        Table("public.job_status", "id", "progress = 1", ("run_id",), (), _TENANT),
        Table("public.system_metrics", "id", "severity = 'info'", (), (), _TENANT),
        Table("public.generation_status_history", "id", "trigger_source = 'changed'", ("course_id",), (), _OWNED),
        Table("public.webhook_deliveries", "id", "attempts = 1", ("course_id",), (), _OWNED),
        Table("app.webhook_secrets", "organization_id", "previous_until = null"),
        Table("app.disabled_webhooks", "id", "disabled_at = now()"),
        Table("app.audit_chain", "number", "hash = sha256('')"),
        Table("app.audit_head", "single", "number = 0"),
        Table("app.global_limit", "single", "concurrent_runs = 5"),
        Table("public.admin_generation_dashboard", "status", "course_count = 1", view=True),
        Table("public.saq_jobs", "key", "status = 'active'"),
        Table("public.saq_stats", "worker_id", "expire_at = 2"),
        Table("public.saq_versions", "version", "version = 3"),
        Table("public._yoyo_migration", "migration_hash", "migration_id = ''"),
        Table("public._yoyo_log", "id", "operation = ''"),
        Table("public._yoyo_version", "version", "version = 3"),
        Table("public.yoyo_lock", "locked", "pid = 1"),
    )
}


def other_organization(caller: Caller) -> Any:
    """The organization that the caller does not belong to."""
    return A if caller.name in ("foreigner", "rival") else B
