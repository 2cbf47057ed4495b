"""What Litestar answers by itself, outside of the wires, has the shape of the wires' errors."""

import httpx
import pytest


@pytest.mark.parametrize("path", ["/", "/nowhere", "/rpcfoo", "/rp", "/%ff"])
def test_an_unknown_address_is_404(http: httpx.Client, path: str) -> None:
    response = http.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/json"
    error = response.json()["error"]
    assert (error["code"], error["data"]["code"], error["data"]["httpStatus"]) == (-32004, "NOT_FOUND", 404)


def test_another_method_is_405_with_allow(http: httpx.Client) -> None:
    response = http.delete("/outside/crash")
    assert (response.status_code, response.json()["error"]["code"]) == (405, -32005)
    assert "GET" in response.headers["allow"]


def test_a_bug_is_masked(http: httpx.Client) -> None:
    response = http.get("/outside/crash")
    assert (response.status_code, response.headers["content-type"]) == (500, "application/json")
    assert response.json()["error"]["message"] == "Internal server error"
    assert len(response.json()["error"]["data"]["details"]["error_id"]) == 32
    assert "secret" not in response.text


def test_a_host_that_is_none_is_refused(http: httpx.Client) -> None:
    response = http.get("/nowhere", headers={"host": "a b"})
    assert response.status_code == 400
