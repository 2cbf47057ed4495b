"""Forms and bytes, where a procedure declares them."""

import base64

import httpx
import pytest

FILE = ("s.txt", b"small", "text/plain")
FORM = {"content-type": "multipart/form-data; boundary=x"}
HEAD = b'--x\r\ncontent-disposition: form-data; name="a"'


def test_a_file_keeps_its_name_type_and_size(http: httpx.Client) -> None:
    files = {"f": ("план «а».txt", b"\x00\r\n--x" * 100, "text/plain")}
    answer = http.post("/trpc/upload.form", data={"a": "ü"}, files=files).json()
    seen = {"a": "ü", "f": {"name": "план «а».txt", "type": "text/plain", "size": 600}}
    assert answer == {"result": {"data": seen}}


def test_the_same_input_may_come_as_json_with_its_file_in_base64(http: httpx.Client) -> None:
    content = base64.b64encode(b"small").decode()
    given = {"a": "1", "f": {"name": "s.txt", "type": "text/plain", "content": content}}
    for path in ("/trpc/upload.form", "/rpc/upload.form"):
        assert "s.txt" in http.post(path, json=given).text


def test_bytes_are_taken_as_they_are(http: httpx.Client) -> None:
    headers = {"content-type": "application/octet-stream"}
    for size in (0, 1, 60_000):
        answer = http.post("/trpc/upload.bin", content=bytes(size), headers=headers).json()
        assert answer == {"result": {"data": {"size": size}}}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x--",
        b"--x\r\n",
        b"nothing of a form",
        HEAD,
        HEAD + b"\r\n\r\n1",
        HEAD + b"\r\n\r\n1\r\n--x",
        HEAD + b"\r\n\r\n\xff\r\n--x--\r\n",
        HEAD + b"\r\n\r\n1\r\n" + HEAD + b"\r\n\r\n2\r\n--x--\r\n",
        b"--x\r\ncontent-disposition: attachment\r\n\r\n1\r\n--x--\r\n",
        b"--x\r\ncontent-type: text/plain\r\n\r\n1\r\n--x--\r\n",
        b"--x\r\n" + b"h: v\r\n" * 1000 + b"\r\n1\r\n--x--\r\n",
        b"".join(b'--x\r\ncontent-disposition: form-data; name="%d"\r\n\r\n1\r\n' % n for n in range(500))
        + b"--x--\r\n",
    ],
)
def test_what_is_no_form_is_a_bad_request(http: httpx.Client, body: bytes) -> None:
    response = http.post("/trpc/upload.form", content=body, headers=FORM)
    assert (response.status_code, response.json()["error"]["data"]["code"]) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("parameters", ["", ";", "; boundary=", '; boundary=""', "; charset=utf-8"])
def test_a_form_without_a_boundary_is_a_bad_request(http: httpx.Client, parameters: str) -> None:
    headers = {"content-type": f"multipart/form-data{parameters}"}
    assert http.post("/trpc/upload.form", content=b"--x--\r\n", headers=headers).status_code == 400


def test_fields_are_checked_like_any_input(http: httpx.Client) -> None:
    def problem(**form: object) -> str:
        error = http.post("/trpc/upload.form", **form).json()["error"]  # type: ignore[arg-type]  # httpx's own kinds
        return str(error["data"]["issues"][0]["path"] + error["data"]["issues"][0]["message"])

    assert "missing required field `a`" in problem(files={"f": FILE})
    assert "unknown field `b`" in problem(data={"a": "1", "b": "2"}, files={"f": FILE})
    assert problem(files={"a": FILE, "f": FILE}).startswith("$.a")
    assert problem(data={"a": "1", "f": "2"}, files={"g": FILE}).startswith("$.f")


def test_a_nul_character_in_a_field_is_422(http: httpx.Client) -> None:
    assert http.post("/trpc/upload.form", data={"a": "x\0y"}, files={"f": FILE}).status_code == 422


def test_a_form_over_the_limit_is_413(http: httpx.Client) -> None:
    assert http.post("/trpc/upload.form", data={"a": "1"}, files={"f": ("f", bytes(70_000), "x/y")}).status_code == 413


def test_a_form_is_never_a_batch_nor_a_stream(http: httpx.Client) -> None:
    sent = {"data": {"a": "1"}, "files": {"f": FILE}}
    assert http.post("/trpc/upload.form,upload.form?batch=1", **sent).status_code == 404  # type: ignore[arg-type]
    streamed = http.post("/trpc/upload.form", headers={"trpc-accept": "application/jsonl"}, **sent)  # type: ignore[arg-type]
    assert streamed.status_code == 400
