"""`/admin/queues` as a superadmin uses it, in Chromium: coming in, looking, retrying, being refused, leaving."""

from pathlib import Path

import pytest

from app.auth.claims import Role
from tests.dashboard.test_queue import job, started, status_of
from tests.gen.browser import PROGRAM, Page, browser
from tests.wire.served import Served
from tests.work.harness import eventually
from tests.world import token_of

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed")

NOTICE = "document.getElementById('notice').textContent"


def show(text: str) -> str:
    """An expression that is true once the page shows this."""
    return f"document.body && document.body.innerText.includes({text!r})"


def click(page: Page, selector: str, text: str) -> None:
    """Click the element with this text, once it is there."""
    found = f"[...document.querySelectorAll({selector!r})].find(each => each.innerText.trim() === {text!r})"
    page.until(f"(found => found && (found.click(), true))({found})")


def come_in(page: Page, token: str) -> None:
    """Fill the form in as a person does."""
    page.until(
        "(form => form && !form.querySelector('button').disabled && form.elements.token.value === '' && "
        f"(form.elements.token.value = {token!r}, form.requestSubmit(), true))(document.getElementById('enter'))"
    )


async def test_a_superadmin_comes_in_retries_a_job_is_refused_another_and_leaves(
    served: Served, tmp_path: Path
) -> None:
    exhausted, (_, waiting) = await job(served, "failed"), await started(served)
    here = f"http://127.0.0.1:{served.port}"
    instructor, superadmin = token_of(await served.user()), token_of(await served.user(Role.SUPERADMIN))
    with browser(tmp_path) as page:
        page.open(f"{here}/admin/queues")
        come_in(page, instructor)
        page.until(f"{NOTICE} === 'Insufficient permissions'")
        come_in(page, superadmin)
        click(page, "td a", "coursegen")
        click(page, "tbody a", exhausted)
        click(page, "main a", "Retry")
        page.until(show("queued"))

        async def queued() -> bool:
            return await status_of(served, exhausted) == "queued"

        await eventually(queued)
        click(page, "main a", "coursegen")
        click(page, "tbody a", waiting)
        click(page, "main a", "Retry")
        page.until(f"{NOTICE}.startsWith('This job is not retried')")
        click(page, "main a", "Abort")
        page.until(show("aborted"))
        assert await status_of(served, waiting) == "aborted"
        assert page.until("[window.refused]") == [[]]
        assert page.until("[document.cookie + JSON.stringify({...localStorage, ...sessionStorage})]") == ["{}"]
        click(page, "button", "Leave")
        page.until(show("Access token"))
        assert {url for url in page.requested if not url.startswith(("data:", "about:", here))} == set()
        assert not [url for token in (instructor, superadmin) for url in page.requested if token[-20:] in url]


async def test_an_ended_session_leads_back_to_the_door(served: Served, tmp_path: Path) -> None:
    caller = await served.user(Role.SUPERADMIN)
    with browser(tmp_path) as page:
        page.open(f"http://127.0.0.1:{served.port}/admin/queues/queues/coursegen")
        come_in(page, token_of(caller))
        page.until(show("Workers"))
        page.delete_cookies()
        page.until(show("Access token"))
