"""`python -m tests.bench [--short]`: every row of the speed table that there is, printed and written to bench.json."""

import argparse
import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from tests.bench import client, documents, echo, generation, growth, initiate, jobs, policies, upload, watch
from tests.bench.figure import Figure, table
from tests.bench.service import Place, Service, place, service

RESULTS = Path("bench.json")
START_SECONDS = 2.0


def measure(*, short: bool) -> list[Figure]:
    """All figures; the short form only shows that everything runs."""
    with TemporaryDirectory(prefix="coursegen-bench-") as name:
        folder = Path(name)
        figures = echo.measure(folder, rounds=1 if short else 7, seconds=0.3 if short else 2.0)
        with place(folder / "servers") as there, service(there) as running:
            figures += [_started(running), *asyncio.run(_service_rows(there, running, short=short))]
            figures += asyncio.run(_rows_of_their_own(there, short=short))
        figures += map(_of_client, client.measure(short))
        return [*figures, *generation.measure(folder / "generation", short=short)]


async def _service_rows(there: Place, running: Service, *, short: bool) -> list[Figure]:
    starts = await initiate.measure(there, running, rounds=1 if short else 5, calls=50 if short else 400)
    watched = await watch.measure(there, running, watchers=50 if short else 500, rounds=2 if short else 20)
    uploads = await upload.measure(there, running, rounds=1 if short else 7)
    read = await documents.measure(there, running, rounds=1 if short else 5, files=1 if short else 10)
    secured = await policies.measure(there, courses=2_000 if short else 200_000, rounds=1 if short else 7)
    return [*starts, *watched, *uploads, *read, *secured]


async def _rows_of_their_own(there: Place, *, short: bool) -> list[Figure]:
    """Those that have databases of their own."""
    rounds = 1 if short else 5
    queued = await jobs.measure(there, rounds, latencies=5 if short else 100, jobs=20 if short else 2_000)
    sizes = growth.SMALL if short else growth.SIZES
    return [*queued, *await growth.measure(there, rounds, 20 if short else 200, sizes)]


def _started(running: Service) -> Figure:
    return Figure(
        row="-",
        work="`coursegen serve` to its first answer",
        value=running.started_in,
        unit="s",
        reach=START_SECONDS,
        at_most=True,
    )


def _of_client(row: dict[str, object]) -> Figure:
    return Figure(
        row="9",
        work=f"{row['work']} against {row['against']}",
        value=float(str(row["ratio"])),
        reach=float(str(row["reach"])),
    )


def main() -> None:
    """Print the table and write it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="a few seconds: shows that it runs, measures nothing")
    figures = measure(short=parser.parse_args().short)
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2))
    print(table(figures))


if __name__ == "__main__":
    main()
