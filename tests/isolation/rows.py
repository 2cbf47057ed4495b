"""The rows of two organizations, as pure data: what is seeded, and what an insert of such a row gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from tests.isolation.callers import A, B, Connection, known

_NOW = datetime.now(UTC)
_numbers = count(1000)


@dataclass(frozen=True, slots=True)
class Row:
    """`values` is what an insert gives, `seeded` what only the seed adds, `probe` what an insert has instead."""

    values: Mapping[str, Any]
    seeded: Mapping[str, Any] = field(default_factory=dict)
    probe: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """A course and whose it is."""

    name: str
    organization: UUID
    owner: str

    @property
    def inside(self) -> dict[str, Any]:
        """The columns that everything inside the course repeats."""
        return {
            "organization_id": self.organization,
            "course_id": known(f"course {self.name}"),
            "course_user_id": known(self.owner),
        }


_OWN, _OTHER, _FOREIGN = Place("own", A, "member"), Place("other", A, "colleague"), Place("foreign", B, "foreigner")
_ADMINS = Place("admins", A, "admin")
_PLACES = (_OWN, _OTHER, _FOREIGN)


def _organization(id: UUID, name: str) -> Row:
    return Row({"id": id, "name": name, "tier": "standard"}, {"storage_quota_bytes": 10**9, "storage_used_bytes": 1000})


def _user(name: str, organization: UUID, role: str) -> Row:
    row = {"id": known(name), "email": name, "organization_id": organization}
    # nobody but a function gives roles: to insert somebody like the superadmin is to try it
    return Row({**row, "role": role}) if role == "superadmin" else Row(row, {"role": role})


def _course(place: Place, status: str) -> Row:
    row = {
        "id": known(f"course {place.name}"),
        "title": "T",
        "slug": place.name,
        "user_id": known(place.owner),
        "organization_id": place.organization,
    }
    return Row(row, {"generation_status": status})


def _section(place: Place) -> Row:
    return Row({"id": known(f"section {place.name}"), **place.inside, "title": "T", "order_index": 1})


def _lesson(place: Place, kind: str, order: int) -> Row:
    row = {"section_id": known(f"section {place.name}"), "title": "T", "order_index": order}
    return Row({"id": known(f"{kind} {place.name}"), **place.inside, **row})


def _content(place: Place) -> Row:
    row = {"lesson_id": known(f"lesson {place.name}"), **place.inside}
    return Row(row, probe={"lesson_id": known(f"bare {place.name}")})


def _enrollment(place: Place, user: str, status: str, newcomer: str) -> Row:
    row = {"id": known(f"enrolled {user} {place.name}"), **place.inside, "user_id": known(user), "status": status}
    return Row(row, probe={"user_id": known(newcomer)})


def _file(place: Place, uploader: str) -> Row:
    row = {"id": known(f"file {uploader} {place.name}"), **place.inside, "uploaded_by": known(uploader)}
    text = {"filename": "f", "mime_type": "text/plain", "file_type": "txt", "file_size": 1, "status": "ready"}
    path = f"{place.organization}/{place.inside['course_id']}/{uploader}"
    return Row({**row, **text, "storage_path": path, "hash": "0" * 64})


def _run_of(place: Place) -> dict[str, Any]:
    inside = {name: value for name, value in place.inside.items() if name != "course_user_id"}
    return {**inside, "user_id": known(place.owner)}


def _run(place: Place) -> Row:
    row = {"id": known(f"run {place.name}"), **_run_of(place), "tier": "standard", "slot_token": uuid4()}
    return Row({**row, "state": "queued"}, probe={"state": "completed", "ended_at": _NOW})


def _job(place: Place) -> Row:
    row = {"id": known(f"job {place.name}"), "job_id": f"job {place.name}", "run_id": known(f"run {place.name}")}
    kind = {"job_type": "structure_analysis", "priority": 5, "max_attempts": 3, "status": "waiting"}
    return Row({**row, **_run_of(place), **kind}, probe={"status": "completed"})


def _event(
    name: str, organization: UUID | None, course: Place | None, user: str, event_type: str = "worker_timeout"
) -> Row:
    row = {"id": known(f"event {name}"), "event_type": event_type, "severity": "warn"}
    where = {"organization_id": organization, "course_id": course and course.inside["course_id"]}
    return Row({**row, **where, "user_id": known(user)})


def _move(place: Place) -> Row:
    return Row({"id": known(f"move {place.name}"), **place.inside, "new_status": "pending", "trigger_source": "seed"})


def _delivery(place: Place) -> Row:
    row = {"id": known(f"delivery {place.name}"), **place.inside, "run_id": known(f"run {place.name}")}
    return Row({**row, "url": "https://lms.example.org/", "payload": '{"status": "failed", "progress": {"step": 1}}'})


def _each(make: Callable[[Place], Row]) -> dict[str, Row]:
    return {place.name: make(place) for place in _PLACES}


_TIER = {"concurrent_runs": 9, "priority": 5, "storage_quota_bytes": 10**9, "max_file_bytes": 9, "files_per_course": 99}
_PEOPLE = {
    **{"admin": (A, "admin"), "member": (A, "instructor"), "colleague": (A, "instructor"), "learner": (A, "student")},
    **{"dropout": (A, "student"), "root": (A, "superadmin"), "foreigner": (B, "instructor"), "rival": (B, "admin")},
}

ROWS: dict[str, dict[str, Row]] = {
    "app.tiers": {"standard": Row({"tier": "standard", **_TIER, "accepted": ["txt"]}, probe={"tier": "gold"})},
    "public.organizations": {"a": _organization(A, "A"), "b": _organization(B, "B")},
    "public.users": {name: _user(name, *belongs) for name, belongs in _PEOPLE.items()},
    "public.courses": {
        "own": _course(_OWN, "generating_content"),
        "other": _course(_OTHER, "failed"),
        "admins": _course(_ADMINS, "completed"),
        "foreign": _course(_FOREIGN, "cancelled"),
    },
    "public.sections": _each(_section),
    "public.lessons": {
        **{"own": _lesson(_OWN, "lesson", 1), "bare": _lesson(_OWN, "bare", 2)},
        **{"other": _lesson(_OTHER, "lesson", 1), "bare_other": _lesson(_OTHER, "bare", 2)},
        **{"foreign": _lesson(_FOREIGN, "lesson", 1), "bare_foreign": _lesson(_FOREIGN, "bare", 2)},
    },
    "public.lesson_content": _each(_content),
    "public.enrollments": {
        "own": _enrollment(_OWN, "learner", "active", "admin"),
        "dropped": _enrollment(_OWN, "dropout", "dropped", "admin"),
        "peer": _enrollment(_OWN, "colleague", "active", "admin"),
        "other": _enrollment(_OTHER, "learner", "completed", "admin"),
        "foreign": _enrollment(_FOREIGN, "rival", "active", "foreigner"),
    },
    "public.file_catalog": {
        "own": _file(_OWN, "member"),
        "lent": _file(_OWN, "admin"),
        "other": _file(_OTHER, "colleague"),
        "guest": _file(_OTHER, "member"),
        "foreign": _file(_FOREIGN, "foreigner"),
    },
    "public.generation_runs": _each(_run),
    "public.job_status": _each(_job),
    "public.system_metrics": {
        "own": _event("own", A, _OWN, "member"),
        "other": _event("other", A, None, "colleague"),
        "foreign": _event("foreign", B, _FOREIGN, "foreigner"),
        "nobodys": _event("nobodys", None, None, "member"),
        "audit": _event("audit", A, _FOREIGN, "root", "superadmin_action"),
    },
    "app.audit_chain": {"first": Row({"number": 1, "event_id": known("event audit"), "hash": b"#" * 32})},
    "app.audit_head": {"only": Row({"single": 1, "number": 1, "hash": b"#" * 32})},
    "app.global_limit": {"only": Row({"single": 1, "concurrent_runs": 7})},
    "public.generation_status_history": _each(_move),
    "public.webhook_deliveries": _each(_delivery),
    "app.webhook_secrets": {name: Row({"organization_id": known(f"organization {name}")}) for name in "ab"},
    "app.disabled_webhooks": {
        name: Row({"id": known(f"disabled {name}"), "organization_id": known(f"organization {name}"), "url": name})
        for name in "ab"
    },
    "app.counters": {"first": Row({"id": known("counter"), "name": "events", "label": "first", "amount": 1})},
    "public.saq_jobs": {"first": Row({"key": "first", "job": b"{}", "queue": "coursegen", "status": "queued"})},
    "public.saq_stats": {"first": Row({"worker_id": "first", "expire_at": 1})},
    "public.saq_versions": {"first": Row({"version": 3})},
}

_FRESH: dict[str, Callable[[], Any]] = {
    **{name: lambda: str(uuid4()) for name in ("slug", "email", "name", "job_id", "key", "worker_id")},
    "id": uuid4,
    "order_index": lambda: next(_numbers),
}


def another(table: str, row: str) -> dict[str, Any]:
    """The values to insert a further row like this one, with keys of its own."""
    found = ROWS[table][row]
    fresh = {name: make() for name, make in _FRESH.items() if name in found.values}
    if "storage_path" in found.values:
        fresh["storage_path"] = f"{found.values['storage_path']} {uuid4()}"  # a path begins with whose it is
    return {**found.values, **fresh, **found.probe}


def insert(table: str, values: Mapping[str, Any]) -> str:
    """The statement that inserts these columns."""
    places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
    return f"insert into {table} ({', '.join(values)}) values ({places})"  # noqa: S608  names from this file


async def seed(root: Connection) -> None:
    """Exactly these rows, whatever was there, without the help of triggers."""
    await root.execute("set session_replication_role = replica")
    for table, rows in ROWS.items():
        await root.execute(f"delete from {table}")  # noqa: S608  names from this file
        for row in rows.values():
            values = {**row.values, **row.seeded}
            await root.execute(insert(table, values), *values.values())
    await root.execute("reset session_replication_role")
