"""Text that wants to be SQL, a template, a command or a line of the log: it is text, in answers and in log lines."""

import json
from collections.abc import Callable
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.hostile.asking import Target
from tests.hostile.reading import invalid, summary

pytestmark = pytest.mark.fault("hostile input: all other families")

NOTHING, LONGEST_SLUG = "404 CourseNotFound: Course not found", 200
FORGED = '{"level":"error","message":"forged","service":"course-generator"}'
TEXTS: dict[str, str] = {
    "SQL that ends a statement": "'; drop table courses; --",
    "SQL that is always true": "x' or '1'='1",
    "SQL behind a comment": "1'/**/or/**/1=1/*",
    "SQL with a dollar quote": "$$; select pg_sleep(9); $$",
    "SQL of a parameter": "$1 :title %(title)s ?",
    "SQL that escapes": "\\'; select 1; \\",
    "SQL in a cast": "'::jsonb || (select '{}')::text || '",
    "wildcards": "%_%\\%",
    "JSON of a setting": '{"role":"service_role","organization_id":"*"}',
    "a format of C": "%s%s%n%x%08x",
    "a format of Python": "{0.__class__.__mro__} {settings} {} {",
    "a format of loguru": "{message} {extra} <red>x</red> </level>",
    "a template of Jinja": "{{7*7}}{% import os %}{{config}}",
    "a template of Java": "${jndi:ldap://127.0.0.1/a} #{7*7} *{7*7}",
    "a template of ERB": "<%= 7*7 %> <%- `id` %>",
    "a command": "$(touch /tmp/x); `id` | cat /etc/passwd && x",
    "a path": "../../../../etc/passwd",
    "markup": "</title><script>alert(1)</script><img src=x onerror=alert(1)>",
    "an entity": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>&b;',
    "a cell of a table": "=cmd|' /C calc'!A0",
    "a query of Mongo": '{"$gt":""}',
    "LDAP": "*)(uid=*))(|(uid=*",
    "a line of the log": f"x\n{FORGED}",
    "a line of the log, by another line end": f"x\r{FORGED}\u2028{FORGED}\u0085{FORGED}",
    "an end of the log's JSON": f'","level":"error","message":"forged"}}\n{FORGED}\n{{"a":"',
    "a header": "x\r\nset-cookie: a=b\r\n\r\n<html>",
    "a terminal": "\x1b[2J\x1b]0;x\x07\x08\x08",
}
Sent = Callable[[Target, str, tuple[str, str]], object]
WAYS: dict[str, Sent] = {
    "a path": lambda target, text, own: target.ask("GET", f"/rpc/{quote(text, safe='')}", headers=[own]),
    "a path of the old routes": lambda target, text, own: target.ask(
        "GET", f"/api/courses/{quote(text, safe='')}/check-status", headers=[own, target.caller.header]
    ),
    "a method of JSON-RPC": lambda target, text, own: target.ask(
        "POST",
        "/rpc",
        json.dumps({"jsonrpc": "2.0", "method": text, "id": text}).encode(),
        [("content-type", "application/json"), own],
    ),
    "a trace": lambda target, text, own: target.ask(
        "GET", "/rpc/system.ping", headers=[("traceparent", quote(text, safe="{}<>;|$ ")), ("user-agent", "{x}"), own]
    ),
    "a token": lambda target, text, own: target.ask(
        "GET", "/rpc/courses.list", headers=[("authorization", f"Bearer {quote(text, safe='{}<>;|$ ')}"), own]
    ),
}
"""Where text may come from that the log has to do with; the last one is sure to be told with its reason."""


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_text_is_given_back_as_it_was_sent(target: Target, text: str) -> None:
    given = {"title": text, "prerequisites": text, "outputFormats": [text]}
    made = target.call("courses.create", json.dumps(given).encode()).json
    read = target.call("courses.get", json.dumps({"courseId": made["id"]}).encode()).json
    assert {name: read[name] for name in given} == given
    changed = {"courseId": made["id"], "learningOutcomes": text}
    assert target.call("courses.update", json.dumps(changed).encode()).json["learningOutcomes"] == text
    assert text not in made["slug"]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_text_finds_nothing_but_itself(target: Target, text: str) -> None:
    body = json.dumps({"slug": text}).encode()
    expected = (
        NOTHING if len(text) <= LONGEST_SLUG else invalid("$.slug", f"Expected `str` of length <= {LONGEST_SLUG}")
    )
    assert summary(target.call("courses.getBySlug", body)) == expected


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_line_of_the_log_stays_one_line_of_json(target: Target, text: str) -> None:
    ids = [uuid4().hex for _ in WAYS]
    for own, way in zip(ids, WAYS.values(), strict=True):
        way(target, text, ("x-request-id", own))
    (refused,) = target.served.log_lines(requestId=ids[-1], message="call refused")
    assert refused["code"] == "UNAUTHORIZED"
    target.check_unharmed()
