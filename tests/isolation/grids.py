"""Who may do what with which row, by hand from the contract's table; nothing here is read from the database.

A grid has a column for each seeded row and a line for each caller: r read, i insert such a row, u update, d delete,
w all of these three, - nothing. A caller without a line may do nothing; a table without a grid fails the tests. Of the
rows, `own` belongs to the member, `other` to the colleague, both of organization A, and `foreign` to organization B.
"""

from collections.abc import Mapping

Grid = Mapping[str, Mapping[str, frozenset[str]]]


def _grid(text: str) -> Grid:
    header, *lines = (line.split() for line in text.strip().splitlines())
    return {name: dict(zip(header, map(_rights, rights), strict=True)) for name, *rights in lines}


def _rights(letters: str) -> frozenset[str]:
    return frozenset(letters.replace("w", "iud").replace("-", ""))


_CONTENT = """
                own     other   foreign
    superadmin  rw      rw      rw
    admin       rw      rw      -
    member      rw      r       -
    colleague   r       rw      -
    learner     r       -       -
    foreigner   -       -       rw
    rival       -       -       rw
    worker      rw      rw      rw
"""

_QUEUE = """
                first
    worker      rw
"""

# superadmins see it at /admin/queues; what they do there is done by functions
_SHOWN_QUEUE = """
                first
    superadmin  r
    worker      rw
"""

GRIDS: dict[str, Grid] = {
    "app.tiers": _grid("""
                    standard
        superadmin  r
        admin       r
        member      r
        colleague   r
        learner     r
        dropout     r
        demoted     r
        roleless    r
        foreigner   r
        rival       r
        worker      r
        unscoped    r
        nulls       r
        unset       r
    """),
    "public.organizations": _grid("""
                    a       b
        superadmin  rw      rw
        admin       ru      -
        member      r       -
        colleague   r       -
        learner     r       -
        dropout     r       -
        demoted     r       -
        roleless    r       -
        foreigner   -       r
        rival       -       ru
        worker      r       r
    """),
    # an admin never touches a superadmin; who becomes one is the business of an audited function, not of an insert
    "public.users": _grid("""
                    admin   member  colleague   learner     dropout     root    foreigner   rival
        superadmin  rw      rw      rw          rw          rw          rud     rw          rw
        admin       rw      rw      rw          rw          rw          r       -           -
        member      r       r       r           r           r           r       -           -
        colleague   r       r       r           r           r           r       -           -
        learner     -       -       -           r           -           -       -           -
        dropout     -       -       -           -           r           -       -           -
        demoted     -       r       -           -           -           -       -           -
        roleless    -       -       -           r           -           -       -           -
        foreigner   -       -       -           -           -           -       r           r
        rival       -       -       -           -           -           -       rw          rw
        worker      r       r       r           r           r           r       r           r
    """),
    # a course is created in one's own name; `admins` belongs to the admin of A
    "public.courses": _grid("""
                    own     other   admins  foreign
        superadmin  rw      rw      rw      rw
        admin       rud     rud     rw      -
        member      rw      r       r       -
        colleague   r       rw      r       -
        learner     r       -       -       -
        foreigner   -       -       -       rw
        rival       -       -       -       rud
        worker      ru      ru      ru      ru
    """),
    "public.sections": _grid(_CONTENT),
    "public.lesson_content": _grid(_CONTENT),
    # the bare lessons have no content yet
    "public.lessons": _grid("""
                    own     bare    other   bare_other  foreign bare_foreign
        superadmin  rw      rw      rw      rw          rw      rw
        admin       rw      rw      rw      rw          -       -
        member      rw      rw      r       r           -       -
        colleague   r       r       rw      rw          -       -
        learner     r       r       -       -           -       -
        foreigner   -       -       -       -           rw      rw
        rival       -       -       -       -           rw      rw
        worker      rw      rw      rw      rw          rw      rw
    """),
    # own: the learner in the member's course; dropped: the dropout there; peer: the colleague there;
    # other: the learner in the colleague's course, completed; foreign: the rival in B's course
    "public.enrollments": _grid("""
                    own     dropped     peer    other   foreign
        superadmin  rw      rw          rw      rw      rw
        admin       rw      rw          rw      rw      -
        member      r       r           r       -       -
        colleague   -       -           -       r       -
        learner     r       -           -       r       -
        dropout     -       r           -       -       -
        foreigner   -       -           -       -       r
        rival       -       -           -       -       rw
        worker      r       r           r       r       r
    """),
    # a file is uploaded in one's own name; the admin put `lent` into the member's course,
    # the member `guest` into the colleague's
    "public.file_catalog": _grid("""
                    own     lent    other   guest   foreign
        superadmin  rw      rw      rw      rw      rw
        admin       rud     rw      rud     rud     -
        member      rw      rud     -       -       -
        colleague   -       -       rw      rud     -
        foreigner   -       -       -       -       rw
        rival       -       -       -       -       rud
        worker      rud     rud     rud     rud     rud
    """),
    "public.generation_runs": _grid("""
                    own     other   foreign
        superadmin  r       r       r
        admin       r       r       -
        member      r       r       -
        colleague   r       r       -
        demoted     r       -       -
        foreigner   -       -       r
        rival       -       -       r
        worker      riu     riu     riu
    """),
    "public.job_status": _grid("""
                    own     other   foreign
        superadmin  rw      rw      rw
        admin       r       r       -
        member      r       r       -
        colleague   r       r       -
        demoted     r       -       -
        foreigner   -       -       r
        rival       -       -       r
        worker      riu     riu     riu
    """),
    # nobody's: an event without an organization; audit: what the superadmin, who belongs to A, did anywhere
    "public.system_metrics": _grid("""
                    own     other   foreign nobodys audit
        superadmin  r       r       r       r       r
        admin       r       r       -       -       -
        rival       -       -       r       -       -
        worker      r       r       r       r       r
    """),
    "app.audit_chain": _grid("""
                    first
        superadmin  r
    """),
    "app.audit_head": {},
    "app.global_limit": _grid("""
                    only
        superadmin  ru
        worker      r
    """),
    "public.generation_status_history": _grid("""
                    own     other   foreign
        superadmin  r       r       r
        admin       r       r       -
        member      r       -       -
        colleague   -       r       -
        demoted     r       -       -
        foreigner   -       -       r
        rival       -       -       r
        worker      r       r       r
    """),
    "public.webhook_deliveries": _grid("""
                    own     other   foreign
        superadmin  r       r       r
        admin       r       r       -
        member      r       -       -
        colleague   -       r       -
        demoted     r       -       -
        foreigner   -       -       r
        rival       -       -       r
    """),
    # what signs is read by no role at all, and handed to workers by a function
    "app.webhook_secrets": {},
    "app.disabled_webhooks": {},
    # a line for each status: the member's course is generating_content, the colleague's failed,
    # the admin's completed, B's cancelled
    "public.admin_generation_dashboard": _grid("""
                    generating_content  failed  completed   cancelled
        superadmin  r                   r       r           r
        admin       r                   r       r           -
        member      r                   r       r           -
        colleague   r                   r       r           -
        learner     r                   -       -           -
        foreigner   -                   -       -           r
        rival       -                   -       -           r
        worker      r                   r       r           r
    """),
    # sums over all tenants: written by triggers, read by app.operating_figures alone
    "app.counters": {},
    "public.saq_jobs": _grid(_SHOWN_QUEUE),
    "public.saq_stats": _grid(_SHOWN_QUEUE),
    "public.saq_versions": _grid(_QUEUE),
    # the migrations' own notes
    "public._yoyo_migration": {},
    "public._yoyo_log": {},
    "public._yoyo_version": {},
    "public.yoyo_lock": {},
}
