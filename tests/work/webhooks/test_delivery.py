"""What becomes of an event: sent, sent again by the schedule, given up, disabled."""

import asyncio
from collections import Counter
from datetime import timedelta
from time import time
from uuid import UUID

import msgspec
import pytest
from standardwebhooks import Webhook

from app.auth.claims import Role
from app.context import Administrator, SignedIn
from app.webhooks import Answer, Rules, Sender
from app.work.webhooks import Claimed
from procedures.webhooks.redeliver import RedeliverInput, redeliver
from procedures.webhooks.rotate_secret import RotateSecretInput, rotate_secret
from tests.captured import captured_logs
from tests.procedures.generation.progressing import complete
from tests.webhooks.receiving import Received, silence, status
from tests.work.harness import eventually
from tests.work.webhooks.hooked import Hooked

SCHEDULE = [
    *(timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5)),
    *(timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=24)),
]
DAY = 86_400
SECRETS = "select array[current_secret, previous_secret] from app.webhook_secrets"


async def test_a_whole_run_is_told_signed_and_once(hooked: Hooked) -> None:
    async with hooked.life.worker():
        course = await hooked.started()
        assert await hooked.life.ends(course) == "completed"
        await hooked.become(delivered=9)
    secret = (await hooked.sql.fetchval(SECRETS))[0]
    told = [Webhook(secret).verify(got.body, got.headers) for got in hooked.receiver.received]
    assert sorted(map(str, told)) == sorted(map(str, await hooked.payloads(course)))
    assert set(hooked.receiver.ids) == {
        str(row["id"]) for row in await hooked.sql.fetch("select id from webhook_deliveries")
    }
    assert hooked.receiver.received[0].headers["user-agent"] == "Coursegen/0.1.0"


async def test_an_attempt_that_failed_is_made_again_with_the_same_id_and_a_new_time(hooked: Hooked) -> None:
    hooked.receiver.script = status(500)
    await hooked.started()
    async with hooked.delivering():
        await eventually(lambda: _last_status(hooked, 500))
        hooked.receiver.script = status(200)
        await eventually(lambda: _time_is_over(_time(hooked.receiver.received[0])))
        await hooked.make_due()
        await hooked.become(delivered=1)
    first, second = hooked.receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert _time(second) > _time(first)
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


async def _last_status(hooked: Hooked, code: int) -> bool:
    return bool(await hooked.sql.fetchval("select count(*) from webhook_deliveries where last_status = $1", code))


async def _time_is_over(second: int) -> bool:
    return int(time()) > second


def _time(request: Received) -> int:
    return int(request.headers["webhook-timestamp"])


class Broken(Sender):
    """Has a bug."""

    async def send(self, *_: object, **_named: object) -> Answer:
        raise ZeroDivisionError


async def test_a_bug_in_sending_costs_an_attempt_and_not_the_worker(hooked: Hooked) -> None:
    await hooked.started()
    sender = Broken(Rules.of(hooked.life.settings), seconds=1, at_once=1)
    with captured_logs() as lines:
        async with hooked.delivering(sender=sender):
            await eventually(lambda: _attempted(hooked))
    error = await hooked.sql.fetchval("select last_error from webhook_deliveries")
    error_id = error.removeprefix("internal error ")
    assert [line for line in lines if line["extra"].get("errorId") == error_id]
    assert await hooked.waits() > 0


async def _attempted(hooked: Hooked) -> bool:
    return bool(await hooked.sql.fetchval("select count(*) from webhook_deliveries where last_error is not null"))


async def test_ten_attempts_are_made_over_three_days_and_then_no_more(hooked: Hooked) -> None:
    await hooked.started()
    waited = []
    for delay in SCHEDULE:
        [claimed] = await hooked.claim()
        assert await hooked.record(claimed, "refused", 500) == "pending"
        waited.append(await hooked.waits())
        assert waited[-1] == pytest.approx(delay.total_seconds(), rel=0.101)
        assert await hooked.claim() == []
        await hooked.make_due()
    [last] = await hooked.claim()
    assert last["attempt"] == 10
    assert await hooked.record(last, "refused", 500) == "failed"
    await hooked.make_due()
    assert await hooked.claim() == []
    assert 2.8 * DAY < sum(waited) < 3.5 * DAY
    assert sum(delay.total_seconds() for delay in SCHEDULE) == pytest.approx(3.15 * DAY, rel=0.01)


async def test_the_waits_of_two_deliveries_are_not_the_same(hooked: Hooked) -> None:
    for _ in range(8):
        await hooked.started()
    for claimed in await hooked.claim():
        await hooked.record(claimed, "refused", 500)
    assert len(await hooked.sql.fetch("select distinct next_attempt_at - last_attempt_at from webhook_deliveries")) == 8


@pytest.mark.parametrize(("asked", "waited"), [(3600, 3600), (1, 5), (7 * DAY, DAY), (0, 5), (1e18, DAY)], ids=str)
async def test_retry_after_makes_the_wait_longer_up_to_a_day(hooked: Hooked, asked: float, waited: float) -> None:
    await hooked.started()
    [claimed] = await hooked.claim()
    await hooked.record(claimed, "refused", 429, asked)
    assert await hooked.waits() == pytest.approx(waited, rel=0.11)


async def test_retry_after_of_an_answer_is_heeded(hooked: Hooked) -> None:
    hooked.receiver.script = status(503, "retry-after: 7200")
    await hooked.started()
    async with hooked.delivering():
        await eventually(lambda: _last_status(hooked, 503))
    assert await hooked.waits() == pytest.approx(7200, rel=0.01)


FAILURES = [300, 301, 302, 307, 400, 401, 404, 422, 429, 500, 502, 503, 504]


async def test_every_other_answer_is_a_failure_that_is_tried_again(hooked: Hooked) -> None:
    codes = iter(FAILURES)

    async def script(writer: asyncio.StreamWriter) -> None:
        await status(next(codes), "location: /elsewhere")(writer)

    hooked.receiver.script = script
    for _ in FAILURES:
        await hooked.started()
    async with hooked.delivering():
        await eventually(lambda: _all_attempted(hooked))
    rows = await hooked.sql.fetch("select state, last_status, last_error, attempts from webhook_deliveries")
    assert sorted(tuple(row) for row in rows) == [("pending", code, f"the answer was {code}", 1) for code in FAILURES]


async def _all_attempted(hooked: Hooked) -> bool:
    return bool(await hooked.sql.fetchval("select bool_and(last_error is not null) from webhook_deliveries"))


async def test_410_disables_the_address_for_its_organization_until_somebody_sends_again(hooked: Hooked) -> None:
    owner = await hooked.life.user()
    hooked.receiver.script = status(410)
    course = await hooked.started(owner)
    async with hooked.delivering():
        await hooked.become(disabled=1)
        await complete(hooked.life, course)
        await hooked.become(disabled=9)
        assert len(hooked.receiver.received) == 1
        hooked.receiver.script = status(200)
        await hooked.started()  # another organization's, at the same address
        await hooked.become(disabled=9, delivered=1)
        gone, unsent = await hooked.sql.fetch(
            "select id, attempts, last_status, last_error from webhook_deliveries where state = 'disabled'"
            " order by created_at limit 2"
        )
        assert tuple(gone)[1:] == (1, 410, "the answer was 410")
        assert tuple(unsent)[1:] == (0, None, "not sent: the endpoint has answered 410 Gone")
        await redeliver(owner, RedeliverInput(delivery_id=unsent["id"]))
        await hooked.become(disabled=8, delivered=2)
        await hooked.started(owner)
        await hooked.become(disabled=8, delivered=3)


async def test_workers_side_by_side_make_each_attempt_once(hooked: Hooked) -> None:
    for _ in range(5):
        await complete(hooked.life, await hooked.started())
    async with hooked.delivering(loops=4):
        await hooked.become(delivered=45)
    assert Counter(Counter(hooked.receiver.ids).values()) == {1: 45}
    assert await hooked.sql.fetchval("select max(attempts) from webhook_deliveries") == 1


async def test_an_attempt_that_was_never_recorded_is_made_again_when_its_lease_is_over(hooked: Hooked) -> None:
    await hooked.started()
    [dead] = await hooked.claim(lease=30)
    assert await hooked.claim() == []
    await hooked.make_due()
    [heir] = await hooked.claim()
    assert (heir["id"], heir["attempt"]) == (dead["id"], 2)
    assert await hooked.record(dead, "delivered", 200) is None
    assert await hooked.states() == {"pending": 1}
    assert await hooked.record(heir, "delivered", 200) == "delivered"


async def test_a_delivery_whose_last_attempt_was_lost_has_failed(hooked: Hooked) -> None:
    await hooked.started()
    for _ in range(10):
        assert len(await hooked.claim()) == 1
        await hooked.make_due()
    assert await hooked.claim() == []
    [row] = await hooked.sql.fetch("select state, attempts, last_error from webhook_deliveries")
    assert tuple(row) == ("failed", 10, "the worker died during the attempt")


async def test_two_secrets_sign_until_the_overlap_is_over(hooked: Hooked) -> None:
    owner = await hooked.life.user()
    admin = await hooked.life.user(owner.claims.organization_id, Role.ADMIN)
    old = await rotate_secret(_administrator(admin), RotateSecretInput())
    new = await rotate_secret(_administrator(admin), RotateSecretInput(overlap_seconds=60))
    assert old.previous_valid_until is None
    assert new.previous_valid_until is not None
    async with hooked.delivering():
        await hooked.started(owner)
        await hooked.become(delivered=1)
        await hooked.sql.execute("update app.webhook_secrets set previous_until = now()")
        await hooked.started(owner)
        await hooked.become(delivered=2)
    during, after = hooked.receiver.received
    assert [len(got.headers["webhook-signature"].split(" ")) for got in (during, after)] == [2, 1]
    for secret in (old.secret, new.secret):
        Webhook(secret).verify(during.body, during.headers)
    Webhook(new.secret).verify(after.body, after.headers)
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(old.secret).verify(after.body, after.headers)


def _administrator(caller: SignedIn) -> Administrator:
    return Administrator(caller.request, caller.resources, caller.claims)


MANY = """
insert into webhook_deliveries (organization_id, course_id, course_user_id, run_id, url, payload, next_attempt_at)
select organization_id, course_id, course_user_id, run_id, $1, payload, now() - interval '1 h'
from webhook_deliveries, generate_series(1, 500)
"""


async def test_an_organizations_dead_target_holds_up_no_other(hooked: Hooked) -> None:
    async def script(writer: asyncio.StreamWriter) -> None:
        await (silence if "/dead" in hooked.receiver.received[-1].line else status(200))(writer)

    hooked.receiver.script = script
    await hooked.started()
    await hooked.sql.execute(MANY, hooked.receiver.url.replace("hook", "dead"))
    async with hooked.delivering():
        await eventually(lambda: _received(hooked, 4))
        other = await hooked.started()
        assert await eventually(lambda: _is_delivered(hooked, other)) < 3.0


async def _received(hooked: Hooked, count: int) -> bool:
    return len(hooked.receiver.received) >= count


async def _is_delivered(hooked: Hooked, course: UUID) -> bool:
    state = await hooked.sql.fetchval("select state from webhook_deliveries where course_id = $1", course)
    return bool(state == "delivered")


async def test_no_log_line_holds_an_address_a_secret_or_a_payload(hooked: Hooked) -> None:
    with captured_logs() as lines:
        async with hooked.delivering():
            await hooked.started(url=f"{hooked.receiver.url}/t0p-secret")
            await hooked.become(delivered=1)
    secret = (await hooked.sql.fetchval(SECRETS))[0]
    text = str([(line["message"], line["extra"]) for line in lines])
    assert "webhook delivered" in text
    assert not any(hidden in text for hidden in ("t0p-secret", secret, secret.removeprefix("whsec_"), "Инициализация"))


async def test_outcomes_are_counted(hooked: Hooked) -> None:
    await complete(hooked.life, await hooked.started())
    assert await hooked.sql.fetchval("select app.webhooks_waiting()") == 9
    first, second, third, *_ = await hooked.claim()
    await hooked.record(first, "delivered", 200)
    await hooked.record(second, "refused", 500)
    await hooked.record(third, "gone", 410)
    await hooked.make_due()
    await hooked.claim()
    rows = await hooked.sql.fetch(
        "select label, sum(amount)::int from app.counters where name = 'webhooks' group by label"
    )
    assert dict(tuple(row) for row in rows) == {"delivered": 1, "retried": 1, "disabled": 8}
    assert await hooked.sql.fetchval("select app.webhooks_waiting()") == 0


def test_a_claim_shows_no_secret() -> None:
    blank = "00000000-0000-0000-0000-000000000000"
    fields = dict.fromkeys(("id", "claim_token", "organization_id", "course_id", "run_id"), blank)
    claimed = msgspec.convert(
        {**fields, "url": "u", "payload": "p", "attempt": 2, "secrets": ["whsec_x"], "trace": {}}, Claimed
    )
    assert repr(claimed) == f"Claimed({blank}, attempt 2)"
