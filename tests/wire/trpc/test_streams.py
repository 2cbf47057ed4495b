"""Batch streams and event streams as bytes, where clients of several versions depend on them."""

import json
from urllib.parse import quote

import httpx
import pytest

from tests.transports.server import RawConnection, until
from tests.wire.trpc.transcripts import decode_lines

JSONL = {"trpc-accept": "application/jsonl"}
V10 = {"trpc-batch-mode": "stream"}


def test_a_line_for_each_call_and_none_is_empty(http: httpx.Client) -> None:
    response = http.get("/trpc/values.nil?batch=1", headers=JSONL)
    assert response.text == '{"0":[[0],[null,0,0]]}\n[0,0,[[{"result":{"data":null}}]]]\n'
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")


def test_items_of_generators_and_their_ends(http: httpx.Client) -> None:
    inputs = quote(json.dumps({"0": {"words": ["a", "b"]}, "2": {"words": 1}}))
    path = "stream.words,stream.failing,stream.words,no.such"
    values = decode_lines(http.get(f"/trpc/{path}?batch=1&input={inputs}", headers=JSONL).text)
    assert values["0"]["result"]["data"] == [("item", "a"), ("item", "b"), ("return", "done")]
    item, (status, error) = values["1"]["result"]["data"]
    assert (item, status, error["data"]["code"]) == (("item", 1), "error", "FORBIDDEN")
    assert values["2"]["error"]["data"]["code"] == "BAD_REQUEST"
    assert values["3"]["error"]["data"]["code"] == "NOT_FOUND"


def test_silence_in_a_batch_stream_is_broken_by_single_spaces(http: httpx.Client) -> None:
    inputs = quote('{"0":{"ms":700,"tag":"late"}}')
    text = http.get(f"/trpc/slow.wait?batch=1&input={inputs}", headers=JSONL).text
    head, line = text.splitlines()
    assert line.lstrip(" ") == '[0,0,[[{"result":{"data":{"tag":"late"}}}]]]'
    assert 2 <= len(line) - len(line.lstrip(" ")) <= 4
    assert head == head.strip()


@pytest.mark.parametrize("accept", ["application/jsonl", "text/html, application/jsonl", "application/jsonl,*/*"])
def test_the_stream_may_be_asked_for_in_accept(http: httpx.Client, accept: str) -> None:
    assert http.get("/trpc/values.nil?batch=1", headers={"accept": accept}).text.startswith('{"0":[[0]')


def test_trpc_accept_outdoes_accept(http: httpx.Client) -> None:
    headers = {"accept": "application/jsonl", "trpc-accept": "application/json"}
    assert http.get("/trpc/values.nil?batch=1", headers=headers).json() == [{"result": {"data": None}}]


def test_a_stream_must_be_a_batch(http: httpx.Client) -> None:
    response = http.get("/trpc/values.nil", headers=JSONL)
    assert (response.status_code, response.json()["error"]["data"]["code"]) == (400, "BAD_REQUEST")


def test_version_ten_reads_one_object_member_by_member(http: httpx.Client) -> None:
    response = http.get("/trpc/values.nil,boom.notFound?batch=1", headers=V10)
    assert (response.text[0], response.text[-3:]) == ("{", "}\n}")
    assert response.json()["0"] == {"result": {"data": None}}
    assert response.json()["1"]["error"]["data"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("headers", [JSONL, V10])
def test_a_client_that_leaves_a_stream_leaves_its_mutations_to_finish(
    port: int, http: httpx.Client, headers: dict[str, str]
) -> None:
    http.post("/trpc/counter.reset", headers={"content-type": "application/json"})
    with RawConnection(port) as raw:
        lines = [f"{name}: {value}" for name, value in headers.items()]
        raw.post("/trpc/counter.addSlowly?batch=1", b"{}", *lines)
        raw.read_until(b"\r\n")

    def added() -> bool:
        answer = http.post("/trpc/counter.add", content='{"by":0}', headers={"content-type": "application/json"})
        return bool(answer.json()["result"]["data"]["value"])

    until(added, "the mutation is done")


def test_a_generator_is_refused_outside_of_streams(http: httpx.Client) -> None:
    words = '{"words":["a"]}'
    call = f'{{"jsonrpc":"2.0","id":1,"method":"stream.words","params":{words}}}'
    typed = {"content-type": "application/json"}
    batch = f'{{"0":{words}}}'
    answers = [
        http.get(f"/trpc/stream.words?input={quote(words)}").json(),
        http.get(f"/trpc/stream.words?batch=1&input={quote(batch)}").json()[0],
        http.post("/rpc/stream.words", content=words, headers=typed).json(),
        http.post("/rpc", content=call, headers=typed).json(),
    ]
    assert [answer["error"]["data"]["type"] for answer in answers] == ["StreamOnly"] * 4
    assert {answer["error"]["data"]["httpStatus"] for answer in answers} == {415}


def test_a_client_that_resumes_keeps_its_id_over_untracked_events(http: httpx.Client) -> None:
    text = http.get("/trpc/feed.plain?input=%7B%22count%22%3A1%7D", headers={"last-event-id": "x"}).text
    assert "data: 1\nid: \n\n\nevent: restore-id\ndata: \nid: x\n\n\n" in text


@pytest.mark.parametrize("query", ["lastEventId=2", "lastEventId=1&input=%7B%22count%22%3A3%7D"])
def test_the_header_outdoes_the_query_and_the_input(http: httpx.Client, query: str) -> None:
    query = query if "input" in query else f"{query}&input=%7B%22count%22%3A3%2C%22lastEventId%22%3A%220%22%7D"
    text = http.get(f"/trpc/feed.ticks?{query}", headers={"last-event-id": "2"}).text
    assert text == 'event: connected\ndata: {}\n\n\ndata: {"n":3}\nid: 3\n\n\nevent: return\ndata: \n\n\n'


def test_an_id_that_no_event_can_have_is_none(http: httpx.Client) -> None:
    text = http.get("/trpc/feed.plain?input=%7B%22count%22%3A1%7D&lastEventId=a%0Adata:x").text
    assert text == "event: connected\ndata: {}\n\n\ndata: 1\n\n\nevent: return\ndata: \n\n\n"


def test_a_posted_subscription_is_the_same_where_methods_may_be_overridden(http: httpx.Client) -> None:
    response = http.post("/trpc/feed.plain", content='{"count":1}', headers={"content-type": "application/json"})
    assert response.text.endswith("data: 1\n\n\nevent: return\ndata: \n\n\n")


def test_a_posted_subscription_without_input_says_so_in_its_stream(http: httpx.Client) -> None:
    response = http.post("/trpc/feed.plain", headers={"content-type": "application/json"})
    assert response.status_code == 200
    assert 'event: serialized-error\ndata: {"code":-32600' in response.text


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("leak.endlessSub", "text/event-stream"),
        ("leak.silentSub", "text/event-stream"),
        ("leak.endless?batch=1", "application/jsonl"),
    ],
)
def test_a_connection_that_breaks_closes_the_generator_within_two_seconds(
    port: int, http: httpx.Client, path: str, accept: str
) -> None:
    def active() -> int:
        return int(http.get("/trpc/leak.active").json()["result"]["data"])

    with RawConnection(port) as raw:
        raw.send(f"GET /trpc/{path} HTTP/1.1\r\nhost: x\r\naccept: {accept}\r\n\r\n".encode())
        until(lambda: active() == 1, "the generator is open")
    until(lambda: active() == 0, "the generator is closed", 2)
