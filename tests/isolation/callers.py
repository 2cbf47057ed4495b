"""Who asks: every kind of caller, each beginning its transactions as the service does."""

from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import NAMESPACE_OID, UUID, uuid5

import asyncpg

from app.db.session import ANONYMOUS, SERVICE, Identity, prelude

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


def known(name: str) -> UUID:
    """The id of a seeded thing: the same in every database."""
    return uuid5(NAMESPACE_OID, name)


A, B = known("organization a"), known("organization b")

_NULLS = '{"sub": null, "user_id": null, "role": null, "organization_id": null}'


@dataclass(frozen=True, slots=True)
class Caller:
    """`begin` opens a transaction of this caller's; `role` is the database role in it.

    Without an `identity` it is what no session of the service ever begins.
    """

    name: str
    role: str
    begin: str
    login: Literal["api", "worker"] = "api"
    identity: Identity | None = None


def _of(name: str, identity: Identity) -> Caller:
    login: Literal["api", "worker"] = "worker" if identity.database_role == "service_role" else "api"
    return Caller(name, identity.database_role, prelude(identity), login, identity)


def _signed_in(name: str, organization: UUID, role: str | None, user: str = "") -> Caller:
    return _of(name, Identity("authenticated", known(user or name), organization, role))


CALLERS: dict[str, Caller] = {
    caller.name: caller
    for caller in (
        _of("anon", ANONYMOUS),
        _signed_in("member", A, "instructor"),
        _signed_in("colleague", A, "instructor"),
        _signed_in("learner", A, "student"),  # enrolled in the member's course, done with the colleague's
        _signed_in("dropout", A, "student"),  # was enrolled in the member's course
        _signed_in("demoted", A, "student", user="member"),  # owned a course, then became a student
        _signed_in("roleless", A, None, user="learner"),
        _signed_in("admin", A, "admin"),
        _signed_in("foreigner", B, "instructor"),
        _signed_in("rival", B, "admin"),
        _of("superadmin", Identity("app_superadmin", known("root"), A, "superadmin")),
        _of("worker", SERVICE),
        _of("unscoped", Identity("authenticated")),  # signed in, and the claims say nothing
        Caller(
            "nulls", "authenticated", f"BEGIN; SET LOCAL ROLE authenticated; SET LOCAL request.jwt.claims = '{_NULLS}'"
        ),
        Caller("unset", "authenticated", "BEGIN; SET LOCAL ROLE authenticated"),  # nobody set any claims
    )
}
