"""What the functions that run as their owner answer to whom, written out by hand as the grids are.

`denied` is the missing right to call, `refused` the function's own refusal; five characters are an SQLSTATE. All
courses but the admin's have a live run with a waiting job. A caller without a line is denied.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.isolation.callers import CALLERS, known


@dataclass(frozen=True, slots=True)
class Action:
    """`call` on the thing of a row; where `look` is given, what it shows afterwards is the answer."""

    call: str
    on: Callable[[str], Any]
    expected: Mapping[str, Mapping[str, str]]
    look: str | None = None


def _grid(text: str) -> dict[str, dict[str, str]]:
    header, *lines = (line.split() for line in text.strip().splitlines())
    nobody = {name: dict.fromkeys(header, "denied") for name in CALLERS}
    return nobody | {name: dict(zip(header, words, strict=True)) for name, *words in lines}


def _course(row: str) -> Any:
    return known(f"course {row}")


def _file(row: str) -> Any:
    uploaders = {"own": "member own", "lent": "admin own", "other": "colleague other", "foreign": "foreigner foreign"}
    return known(f"file {uploaders[row]}")


def _run(row: str) -> Any:
    return known(f"run {row}")


_CANCELLING = """
                own         other       admins      foreign
    superadmin  cancelled   cancelled   not_running cancelled
    admin       cancelled   cancelled   not_running not_found
    member      cancelled   not_yours   not_yours   not_found
    colleague   not_yours   cancelled   not_yours   not_found
    demoted     cancelled   not_found   not_found   not_found
    learner     not_yours   not_found   not_found   not_found
    dropout     not_found   not_found   not_found   not_found
    roleless    not_found   not_found   not_found   not_found
    foreigner   not_found   not_found   not_found   cancelled
    rival       not_found   not_found   not_found   cancelled
    unscoped    not_found   not_found   not_found   not_found
    nulls       not_found   not_found   not_found   not_found
    unset       not_found   not_found   not_found   not_found
"""

_ROLES = """
                member      admin       root            foreigner
    superadmin  changed     changed     own_role        changed
    admin       {given}     own_role    superadmin_only not_found
    member      not_found   not_found   not_found       not_found
    colleague   not_found   not_found   not_found       not_found
    learner     not_found   not_found   not_found       not_found
    dropout     not_found   not_found   not_found       not_found
    foreigner   not_found   not_found   not_found       not_found
    rival       not_found   not_found   not_found       {given}
    demoted     CG020       CG020       CG020           CG020
    roleless    CG020       CG020       CG020           CG020
    unscoped    CG020       CG020       CG020           CG020
    nulls       CG020       CG020       CG020           CG020
    unset       CG020       CG020       CG020           CG020
"""

ACTIONS: dict[str, Action] = {
    "cancel a run": Action("select app.cancel_run($1) ->> 'outcome'", _course, _grid(_CANCELLING)),
    # the admin's course has no job
    "cancel a job": Action(
        "select app.cancel_job($1) ->> 'outcome'",
        lambda row: f"job {row}",
        {
            name: {row: "not_found" if word != "denied" and row == "admins" else word for row, word in line.items()}
            for name, line in _grid(_CANCELLING).items()
        },
    ),
    "start a run": Action(
        "select app.claim_run($1, gen_random_uuid(), gen_random_uuid(), null, null, 'r') ->> 'outcome'",
        _course,
        _grid("""
                        own                 other               admins              foreign
            superadmin  not_yours           not_yours           not_yours           not_yours
            admin       not_yours           not_yours           claimed             course_not_found
            member      already_running     not_yours           not_yours           course_not_found
            colleague   not_yours           already_running     not_yours           course_not_found
            demoted     not_yours           course_not_found    course_not_found    course_not_found
            learner     not_yours           course_not_found    course_not_found    course_not_found
            dropout     course_not_found    course_not_found    course_not_found    course_not_found
            roleless    course_not_found    course_not_found    course_not_found    course_not_found
            foreigner   course_not_found    course_not_found    course_not_found    already_running
            rival       course_not_found    course_not_found    course_not_found    not_yours
            unscoped    course_not_found    course_not_found    course_not_found    course_not_found
            nulls       course_not_found    course_not_found    course_not_found    course_not_found
            unset       course_not_found    course_not_found    course_not_found    course_not_found
        """),
    ),
    # a run that is queued takes no further job from its owner (CG011); from a worker it would, but one lives (23505)
    "enqueue a job": Action(
        "select app.enqueue_job($1, 'probe', 'finalization', '{}', 95::smallint, 3)",
        _run,
        _grid("""
                        own         other       foreign
            superadmin  refused     refused     refused
            admin       refused     refused     refused
            member      CG011       refused     refused
            demoted     CG011       refused     refused
            colleague   refused     CG011       refused
            learner     refused     refused     refused
            dropout     refused     refused     refused
            roleless    refused     refused     refused
            foreigner   refused     refused     CG011
            rival       refused     refused     refused
            unscoped    refused     refused     refused
            nulls       refused     refused     refused
            unset       refused     refused     refused
            worker      23505       23505       23505
        """),
    ),
    "abandon a run": Action(
        "select app.abandon_run($1)",
        _run,
        _grid("""
                        own         other       foreign
            superadmin  queued      queued      queued
            admin       queued      queued      queued
            member      failed      queued      queued
            demoted     failed      queued      queued
            colleague   queued      failed      queued
            learner     queued      queued      queued
            dropout     queued      queued      queued
            roleless    queued      queued      queued
            foreigner   queued      queued      failed
            rival       queued      queued      queued
            unscoped    queued      queued      queued
            nulls       queued      queued      queued
            unset       queued      queued      queued
        """),
        look="select state from public.generation_runs where id = $1",
    ),
    # all of them are in use: whoever may delete them is told so, and "own" and "lent" stand in one course
    "delete a file": Action(
        "select app.delete_file($1) ->> 'outcome'",
        _file,
        _grid("""
                        own         lent        other       foreign
            superadmin  in_use      in_use      in_use      in_use
            admin       in_use      in_use      in_use      not_found
            member      in_use      in_use      not_yours   not_found
            colleague   not_yours   not_yours   in_use      not_found
            learner     not_yours   not_yours   not_found   not_found
            demoted     not_yours   not_yours   not_found   not_found
            dropout     not_found   not_found   not_found   not_found
            roleless    not_found   not_found   not_found   not_found
            foreigner   not_found   not_found   not_found   in_use
            rival       not_found   not_found   not_found   in_use
            unscoped    not_found   not_found   not_found   not_found
            nulls       not_found   not_found   not_found   not_found
            unset       not_found   not_found   not_found   not_found
        """),
    ),
    "count the files": Action(
        "select app.count_files($1)",
        lambda row: known(f"organization {row}"),
        _grid("""
                        a           b
            superadmin  4           1
            admin       4           None
            member      4           None
            colleague   4           None
            learner     4           None
            demoted     4           None
            dropout     4           None
            roleless    4           None
            foreigner   None        1
            rival       None        1
            unscoped    None        None
            nulls       None        None
            unset       None        None
        """),
    ),
    # the queue's only row waits: it has not failed
    "retry an exhausted job": Action(
        "select app.retry_exhausted_job($1)",
        lambda row: row,
        _grid("""
                        first       no_such_job
            superadmin  not_failed  not_found
        """),
    ),
    # whose organization the event is written to, and whether it names the course
    "note an event": Action(
        "select app.record_event('worker_timeout', 'warn', $1, 'probe', null)",
        _course,
        _grid("""
                        own         other       foreign
            superadmin  A/named     A/named     B/named
            worker      A/named     A/named     B/named
            admin       A/named     A/named     A/-
            member      A/named     A/named     A/-
            colleague   A/named     A/named     A/-
            learner     A/named     A/named     A/-
            dropout     A/named     A/named     A/-
            demoted     A/named     A/named     A/-
            roleless    A/named     A/named     A/-
            foreigner   B/-         B/-         B/named
            rival       B/-         B/-         B/named
            unscoped    refused     refused     refused
            nulls       refused     refused     refused
            unset       refused     refused     refused
        """),
        look="""
            select o.name || '/' || case m.course_id when $1 then 'named' else '-' end
            from public.system_metrics m
            join public.organizations o on o.id = m.organization_id
            where m.job_id = 'probe'
        """,
    ),
    "send a webhook again": Action(
        "select app.redeliver_webhook($1)",
        lambda row: known(f"delivery {row}"),
        _grid("""
                        own         other       foreign     nothing
            superadmin  True        True        True        False
            admin       True        True        False       False
            member      True        False       False       False
            colleague   False       True        False       False
            demoted     True        False       False       False
            learner     False       False       False       False
            dropout     False       False       False       False
            roleless    False       False       False       False
            foreigner   False       False       True        False
            rival       False       False       True        False
            unscoped    False       False       False       False
            nulls       False       False       False       False
            unset       False       False       False       False
        """),
    ),
    # a secret of 44 letters behind its prefix, for whom it is
    "take a new webhook secret": Action(
        "select length(secret) from app.rotate_webhook_secret(60) where $1::text is null",
        lambda _row: None,
        _grid("""
                        any
            superadmin  50
            admin       50
            rival       50
            member      refused
            colleague   refused
            learner     refused
            dropout     refused
            demoted     refused
            roleless    refused
            foreigner   refused
            unscoped    refused
            nulls       refused
            unset       refused
        """),
    ),
    # the roles of the seed are those of the claims, but for who was demoted and whose claims say nothing
    "take a role": Action("select app.change_role($1, 'student')", known, _grid(_ROLES.format(given="changed"))),
    "give superadmin": Action(
        "select app.change_role($1, 'superadmin')", known, _grid(_ROLES.format(given="superadmin_only"))
    ),
    "confirm a role": Action(
        "select coalesce(nullif(app.confirm_role()::text, ''), 'confirmed') where $1::text is null",
        lambda _row: None,
        _grid("""
                        any
            superadmin  confirmed
            admin       confirmed
            member      confirmed
            colleague   confirmed
            learner     confirmed
            dropout     confirmed
            foreigner   confirmed
            rival       confirmed
            demoted     CG020
            roleless    CG020
            unscoped    CG020
            nulls       CG020
            unset       CG020
        """),
    ),
    # one row or none
    "read a summary": Action(
        "select count(*) from public.get_generation_summary($1)",
        _course,
        _grid("""
                        own     other   admins  foreign
            superadmin  1       1       1       1
            worker      1       1       1       1
            admin       1       1       1       0
            member      1       1       1       0
            colleague   1       1       1       0
            learner     1       0       0       0
            dropout     0       0       0       0
            demoted     0       0       0       0
            roleless    0       0       0       0
            foreigner   0       0       0       1
            rival       0       0       0       1
            unscoped    0       0       0       0
            nulls       0       0       0       0
            unset       0       0       0       0
        """),
    ),
}
