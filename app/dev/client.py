"""Calls over the plain wire, for `coursegen call` and the demo."""

from typing import Any

import click
import httpx
import msgspec


class CallRefused(Exception):
    """The server answered with an error object."""


class PlainClient:
    """POST /rpc/{path} with a Bearer token."""

    def __init__(self, url: str, token: str | None) -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self.http = httpx.Client(base_url=url, headers=headers, timeout=30.0, trust_env=False)

    def post(self, path: str, body: str) -> httpx.Response:
        """The answer to one call."""
        return self.http.post(f"/rpc/{path}", content=body, headers={"content-type": "application/json"})

    def call(self, path: str, **fields: Any) -> Any:
        """The output of a call. Raises CallRefused with the server's message."""
        answer = self.post(path, msgspec.json.encode(fields).decode())
        if answer.is_error:
            raise CallRefused(f"{path}: {answer.json()['error']['message']}")
        return answer.json()


def call_procedure(url: str, path: str, json: str, token: str | None) -> int:
    """Call and print the answer; the exit code."""
    try:
        answer = PlainClient(url, token).post(path, json)
        text = msgspec.json.format(answer.content, indent=2).decode()
    except (httpx.TransportError, httpx.InvalidURL) as error:
        click.echo(f"{url} does not answer: {error}", err=True)
        return 1
    except msgspec.DecodeError:
        click.echo(f"{url} answers with something else than JSON: is it a coursegen server?", err=True)
        return 1
    click.echo(text)
    return 0 if answer.is_success else 1
