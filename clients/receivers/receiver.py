"""Receives Coursegen's webhooks with Python's standard library alone: python receiver.py PORT

COURSEGEN_WEBHOOK_SECRET is what webhooks.rotateSecret has answered, `whsec_...`; two of them, with a space between, while
you go over to a new one. Answers 204 to a genuine webhook, and 400 to everything else.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import sys
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOLERANCE_SECONDS = 5 * 60
LARGEST_BODY = 64 * 1024
KEYS = [base64.b64decode(secret.removeprefix("whsec_")) for secret in os.environ["COURSEGEN_WEBHOOK_SECRET"].split()]


class NotGenuine(Exception):
    """This is no webhook of Coursegen's, or one that somebody has recorded and sends again."""


def verify(headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The event of a genuine webhook (Standard Webhooks 1.0.0). Verify the bytes as they came, before anything reads them.

    Raises NotGenuine.
    """
    webhook_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not webhook_id or not re.fullmatch("[0-9]{1,11}", timestamp):
        raise NotGenuine("webhook-id or webhook-timestamp is missing or malformed")
    if abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        raise NotGenuine("the webhook is too old, or from the future")
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    expected = [b"v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)) for key in KEYS]
    given = headers.get("webhook-signature", "").encode().split(b" ")
    if not any(hmac.compare_digest(right, signature) for right in expected for signature in given):
        raise NotGenuine("no signature is right")
    return json.loads(body)


class Receiver(BaseHTTPRequestHandler):
    """Answers at once: what takes time is done afterwards, since a sender waits ten seconds at most."""

    def do_POST(self) -> None:
        length = self.headers.get("content-length", "")
        if not re.fullmatch("[0-9]{1,6}", length) or int(length) > LARGEST_BODY:
            self.answer(400, "the body is missing or too long")
            return
        try:
            # a header that comes twice is nobody's: which of the two was meant?
            once = {name.lower(): value for name, value in self.headers.items() if len(self.headers.get_all(name)) == 1}
            event = verify(once, self.rfile.read(int(length)))
        except (NotGenuine, ValueError) as refused:
            self.answer(400, str(refused))
            return
        # The same id may come twice: remember ids for some days, and do nothing for one that you know.
        print(once["webhook-id"], event["courseId"], event["status"], flush=True)
        self.answer(204)

    def answer(self, status: int, text: str = "") -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
