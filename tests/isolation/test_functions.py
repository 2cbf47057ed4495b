"""Which functions a caller may call, and what the ones that act for their owner do to whose rows."""

import asyncpg
import pytest

from tests.isolation.actions import ACTIONS, Action
from tests.isolation.callers import CALLERS, Caller, Connection

# Whatever is not named here is for nobody: neither triggers nor what other functions are made of.
_SIGNED_IN = {
    "app.abandon_run",
    "app.cancel_job",
    "app.cancel_run",
    "app.change_role",
    "app.claim_run",
    "app.confirm_role",
    "app.count_files",
    "app.delete_file",
    "app.enqueue_job",
    "app.live_workers",
    "app.record_event",
    "app.redeliver_webhook",
    "app.rotate_webhook_secret",
    "app.stuck_after",
    "public.get_generation_summary",
}
_WORKERS = {
    "app.as_iso",
    "app.check_progress_event",
    "app.claim_job",
    "app.claim_webhooks",
    "app.complete_job",
    "app.count_reaper_work",
    "app.enqueue_job",
    "app.event_rank",
    "app.fail_run",
    "app.finish_run",
    "app.generation_moves",
    "app.generation_steps",
    "app.file_entry",
    "app.file_progress",
    "app.files_after",
    "app.initial_progress",
    "app.is_late",
    "app.lock_global_limit",
    "app.lock_held_run",
    "app.lock_run",
    "app.progress",
    "app.progress_after",
    "app.record_event",
    "app.record_webhook",
    "app.retry_job",
    "app.status_after",
    "app.step_after",
    "app.stuck_after",
    "public.get_generation_summary",
    "public.update_course_progress",
}
CALLABLE: dict[str, set[str]] = {
    "anon": {"app.live_workers", "app.operating_figures", "app.webhooks_waiting"},
    "authenticated": _SIGNED_IN,
    "app_superadmin": _SIGNED_IN | {"app.begin_superadmin_call", "app.lock_global_limit", "app.retry_exhausted_job"},
    "service_role": _WORKERS,
}


@pytest.mark.parametrize("name", CALLERS)
async def test_a_caller_can_call_the_functions_of_its_role_and_no_other(
    root: Connection, logins: dict[str, Connection], name: str
) -> None:
    caller, found = CALLERS[name], await _functions(root)
    assert {function for function, call in found if await _may(logins, caller, call)} == CALLABLE[caller.role]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", CALLERS)
async def test_a_function_that_runs_as_its_owner_heeds_the_claims(
    logins: dict[str, Connection], name: str, action: str
) -> None:
    caller, acted = CALLERS[name], ACTIONS[action]
    assert {row: await _act(logins, caller, acted, row) for row in acted.expected[name]} == acted.expected[name]


async def _functions(root: Connection) -> list[tuple[str, str]]:
    """Every function with a call of it, all arguments null."""
    records = await root.fetch(
        """
        select pronamespace::regnamespace::text || '.' || proname as name,
            array(
                select 'null::' || format_type(type, null)
                from unnest(proargtypes) with ordinality as types (type, place)
                order by place
            ) as arguments
        from pg_proc
        where pronamespace::regnamespace::text in ('public', 'app') and prokind = 'f'
        """
    )
    return [(record["name"], f"select {record['name']}({', '.join(record['arguments'])})") for record in records]


async def _may(logins: dict[str, Connection], caller: Caller, call: str) -> bool:
    connection = logins[caller.login]
    await connection.execute(caller.begin)
    try:
        await connection.execute(call)
    except asyncpg.PostgresError as error:
        return not str(error).startswith("permission denied for")
    finally:
        await connection.execute("ROLLBACK")
    return True


async def _act(logins: dict[str, Connection], caller: Caller, action: Action, row: str) -> str:
    """What the action answers, or what a look at the rows shows afterwards, in one transaction that leaves nothing."""
    connection = logins[caller.login]
    await connection.execute(caller.begin)
    try:
        answer = await connection.fetchval(action.call, action.on(row))
        if action.look is None:
            return str(answer)
        if caller.login == "api":
            await connection.execute("SET LOCAL ROLE app_superadmin")
        return str(await connection.fetchval(action.look, action.on(row)))
    except asyncpg.InsufficientPrivilegeError as error:
        return "denied" if str(error).startswith("permission denied for") else "refused"
    except asyncpg.PostgresError as error:
        return str(error.sqlstate)
    finally:
        await connection.execute("ROLLBACK")
