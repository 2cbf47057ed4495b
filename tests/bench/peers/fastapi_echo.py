"""The echo of the benchmark as FastAPI's users write it; runs in the peers' own environment."""

from enum import Enum
from uuid import UUID

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI
from pydantic import BaseModel


class Color(Enum):
    """Any enumeration."""

    RED = "red"
    BLUE = "blue"


class Echo(BaseModel):
    """A uuid, a url, an enum and a list."""

    id: UUID
    url: str
    color: Color
    tags: list[str]


app = FastAPI(openapi_url=None)
identified = FastAPI(openapi_url=None)
identified.add_middleware(CorrelationIdMiddleware)


@identified.post("/echo")
@app.post("/echo")
async def echo(given: Echo) -> Echo:
    """Give back what came in."""
    return Echo(id=given.id, url=given.url, color=given.color, tags=given.tags)
