"""A headless Chromium driven over its DevTools protocol, by the pipe that it offers: no driver and no port."""

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path
from typing import Any

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe")
_WATCH = """
window.refused = [];
document.addEventListener("securitypolicyviolation", event => window.refused.push(event.blockedURI));
"""
_UNTIL = """
new Promise((resolve, reject) => {
  const deadline = Date.now() + 60000;
  const look = () => {
    const found = (() => (%s))();
    if (found) resolve(found);
    else if (Date.now() > deadline) reject(new Error("not within 60 s"));
    else setTimeout(look, 20);
  };
  look();
})
"""


_GONE = "Inspected target navigated or closed"


class Navigated(Exception):
    """The page that was asked has made room for another."""


class Page:
    """One open page."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = os.fdopen(commands, "wb", buffering=0)
        self._answers = os.fdopen(answers, "rb")
        self._count = 0
        self._session: str | None = None
        self.requested: list[str] = []
        target = self._send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime"):
            self._send(f"{domain}.enable")
        self._send("Page.addScriptToEvaluateOnNewDocument", source=_WATCH)

    def open(self, url: str) -> None:
        """Go to an address."""
        self._send("Page.navigate", url=url)

    def until(self, expression: str) -> Any:
        """The value of a JavaScript expression as soon as it is true; AssertionError after 60 s on one page."""
        try:
            answer = self._send(
                "Runtime.evaluate", expression=_UNTIL % expression, awaitPromise=True, returnByValue=True
            )
        except Navigated:
            return self.until(expression)
        assert "exceptionDetails" not in answer, (expression, answer["exceptionDetails"])
        return answer["result"]["value"]

    def delete_cookies(self) -> None:
        """As if all had expired."""
        self._send("Network.clearBrowserCookies")

    def close(self) -> None:
        """End the browser."""
        self._session = None
        self._send("Browser.close")
        self._commands.close()
        self._answers.close()

    def _send(self, method: str, **params: Any) -> Any:
        self._count += 1
        sent = {"id": self._count, "method": method, "params": params}
        self._commands.write(
            json.dumps(sent | ({"sessionId": self._session} if self._session else {})).encode() + b"\0"
        )
        while True:
            message = json.loads(self._read())
            if message.get("id") == self._count:
                if message.get("error", {}).get("message") == _GONE:
                    raise Navigated
                assert "error" not in message, message["error"]
                return message["result"]
            if message.get("method") == "Network.requestWillBeSent":
                self.requested.append(message["params"]["request"]["url"])

    def _read(self) -> bytes:
        message = b""
        while (byte := self._answers.read(1)) != b"\0":
            assert byte, "the browser has ended"
            message += byte
        return message


@contextlib.contextmanager
def browser(profile: Path) -> Generator[Page]:
    """A browser with a profile of its own in this folder. It reads commands from descriptor 3 and writes to 4."""
    (its_commands, commands), (answers, its_answers) = os.pipe(), os.pipe()
    line = f'exec "$0" "$@" 3<&{its_commands} 4>&{its_answers}'
    arguments = ["/bin/bash", "-c", line, str(PROGRAM), *_FLAGS, f"--user-data-dir={profile}"]
    with subprocess.Popen(
        arguments, pass_fds=(its_commands, its_answers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        os.close(its_commands)
        os.close(its_answers)
        page = Page(commands, answers)
        try:
            yield page
        finally:
            page.close()
            process.wait(10)
