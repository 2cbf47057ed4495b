"""`/docs` as a person uses it: read in Chromium, with a call tried from the page."""

from pathlib import Path

import pytest

from tests.gen.browser import PROGRAM, Page, browser
from tests.wire.served import Served
from tests.world import token_of

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed")

# the page writes a backslash into its ids
PING = r"document.getElementById('operations-system-system\\.ping')"
CREATE = r"document.getElementById('operations-courses-courses\\.create')"
EXECUTED = """operation => {
    if (!operation) return null;
    const answer = operation.querySelector('.live-responses-table .response-col_description pre');
    if (answer) return answer.innerText;
    if (operation.clicked > Date.now() - 3000) return null;
    operation.clicked = Date.now();
    (operation.querySelector('button.execute') ?? operation.querySelector('.opblock-summary-control'))?.click();
    return null;
}"""


def _click(page: Page, found: str) -> None:
    """Click what a JavaScript expression finds, once it is there."""
    page.until(f"(found => found && (found.click(), true))({found})")


def _answer(page: Page, operation: str) -> str:
    """Open an operation, execute it with what the page suggests, and return the body of the answer.

    On a slow machine the page loses a click, on an operation that it has not resolved yet: what is there is clicked
    again.
    """
    return str(page.until(f"({EXECUTED})({operation})"))


def _authorize(page: Page, token: str) -> None:
    _click(page, "document.querySelector('.btn.authorize')")
    written = f"""(field => field && (
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, "{token}"),
        field.dispatchEvent(new Event("input", {{bubbles: true}})), true))"""
    page.until(f"{written}(document.querySelector('.auth-container input'))")
    _click(page, "document.querySelector('.auth-btn-wrapper .authorize')")
    _click(page, "document.querySelector('.auth-btn-wrapper .btn-done')")


async def test_a_procedure_can_be_tried_from_the_page(served: Served, tmp_path: Path) -> None:
    here = f"http://127.0.0.1:{served.port}"
    with browser(tmp_path) as page:
        page.open(f"{here}/docs")
        assert '"version"' in _answer(page, PING)
        _authorize(page, token_of(await served.user()))
        assert "Компост на балконе" in _answer(page, CREATE)
        assert page.until("[window.refused]") == [[]]
        assert {url for url in page.requested if not url.startswith(("data:", "about:", here))} == set()
