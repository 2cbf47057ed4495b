"""The service's own programs, with failpoints: `python -m tests.faults.program work`, and create_app for granian."""

import os
import sys

import app.asgi
from app.cli import main
from app.transports.litestar import AsgiApp
from tests.faults import mutants
from tests.faults.failpoints import install


def prepare() -> None:
    """Failpoints and the mutant that the environment asks for."""
    if mutant := os.environ.get(mutants.VARIABLE):
        mutants.change_this_process(mutant)
    install(os.environ)


def create_app() -> AsgiApp:
    """The application as it was asked for."""
    prepare()
    return app.asgi.create_app()


if __name__ == "__main__":
    prepare()
    main(sys.argv[1:])
