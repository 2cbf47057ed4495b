"""The service's own programs with failpoints: `python -m tests.faults.program work`, and create_app for granian."""

import os
import sys

from litestar import Litestar

import app.asgi
from app.cli import main
from tests.faults.failpoints import install


def create_app() -> Litestar:
    """The application, with the failpoints that the environment asks for."""
    install(os.environ)
    return app.asgi.create_app()


if __name__ == "__main__":
    install(os.environ)
    main(sys.argv[1:])
