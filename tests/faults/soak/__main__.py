"""`python -m tests.faults.soak --rate 200 --seconds 600`: a day's calls at this rate, with no error and no growth.

`coursegen serve` and `coursegen work` over servers of their own, without faults. One table; soak.json has the same.
"""

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import msgspec

from tests.bench.process import cpu_seconds, resident_bytes, tree
from tests.bench.service import Place, Service, place, service
from tests.bench.starts import Start, make_starts, tidy
from tests.faults.report import aligned
from tests.faults.soak.load import Answers, Load
from tests.faults.soak.requests import requests

RESULTS = Path("soak.json")
MEBIBYTE = 1024 * 1024
USERS = 2000
GROWTH = 16 * MEBIBYTE
"""The most that a process may hold at the end over what it held when it was warm, in bytes."""
MORE_OPEN = 16
"""How many more files of the API process, or connections to PostgreSQL, may be open at the end."""
CONNECTIONS = "select count(*) from pg_stat_activity where application_name like 'coursegen%'"


class Sample(msgspec.Struct, frozen=True):
    """What processes held at a moment."""

    api_bytes: int
    worker_bytes: int
    api_files: int


class Soaked(msgspec.Struct, kw_only=True):
    """The figures; `warm` is the sample after the warm-up."""

    rate: float
    seconds: float
    answered: int
    errors: dict[str, int]
    p50_ms: float
    p99_ms: float
    worst_ms: float
    warm: Sample
    end: Sample
    most_api_bytes: int
    warm_connections: int
    end_connections: int
    api_cpu: float
    most_in_flight: int
    runs: dict[str, int]

    @property
    def well(self) -> bool:
        """Whether every request was answered, and nothing has grown."""
        grown = max(self.end.api_bytes - self.warm.api_bytes, self.end.worker_bytes - self.warm.worker_bytes)
        opened = max(self.end.api_files - self.warm.api_files, self.end_connections - self.warm_connections)
        answered = not self.errors and self.answered >= int(self.rate * self.seconds)
        return answered and grown <= GROWTH and opened <= MORE_OPEN

    def rows(self) -> list[tuple[str, str]]:
        """Names and values, to be printed."""
        memory = [
            (f"memory of the {name}, warm and at the end", f"{warm / MEBIBYTE:.1f} MiB, {end / MEBIBYTE:.1f} MiB")
            for name, warm, end in (
                ("API process", self.warm.api_bytes, self.end.api_bytes),
                ("worker", self.warm.worker_bytes, self.end.worker_bytes),
            )
        ]
        lines = [
            ("requests a second, for seconds", f"{self.rate:g}, {self.seconds:g}"),
            ("answered 200", str(self.answered)),
            ("errors", str(sum(self.errors.values()))),
            ("latency p50, p99, worst", f"{self.p50_ms:.1f} ms, {self.p99_ms:.1f} ms, {self.worst_ms:.0f} ms"),
            *memory,
            ("most memory of the API process", f"{self.most_api_bytes / MEBIBYTE:.1f} MiB"),
            ("open files of the API process, warm and at the end", f"{self.warm.api_files}, {self.end.api_files}"),
            ("connections to PostgreSQL, warm and at the end", f"{self.warm_connections}, {self.end_connections}"),
            ("processor of the API process", f"{100 * self.api_cpu:.0f} % of a core"),
            ("most requests under way at once", str(self.most_in_flight)),
            ("runs generated meanwhile", ", ".join(f"{count} {state}" for state, count in self.runs.items())),
        ]
        return lines + [(f"ERROR {times}x", text[:150]) for text, times in self.errors.items()]


class Soak:
    """A running service under load, looked at once a second."""

    def __init__(self, there: Place, running: Service, worker: int) -> None:
        self._superuser = there.database.superuser
        self._running = running
        self._worker = worker
        self._most = 0

    def run(self, starts: list[Start], rate: float, seconds: float) -> Soaked:
        """Warm up for a tenth of the time, at least 5 s, then measure."""
        asked = requests(starts)
        port = self._running.port
        Load(port, asked, lambda: None).run(rate, max(5.0, seconds / 10))
        warm, warm_connections, cpu = self._sample(), self._ask(CONNECTIONS), cpu_seconds(self._running.api_process)
        answers = Load(port, asked, self._look).run(rate, seconds)
        cpu = cpu_seconds(self._running.api_process) - cpu
        return self._told(answers, rate, seconds, warm, int(warm_connections), cpu / seconds)

    def _told(
        self, answers: Answers, rate: float, seconds: float, warm: Sample, warm_connections: int, cpu: float
    ) -> Soaked:
        return Soaked(
            rate=rate,
            seconds=seconds,
            answered=len(answers.latencies),
            errors=dict(answers.errors),
            p50_ms=answers.percentile(50),
            p99_ms=answers.percentile(99),
            worst_ms=answers.percentile(100),
            warm=warm,
            end=self._sample(),
            most_api_bytes=self._most,
            warm_connections=warm_connections,
            end_connections=int(self._ask(CONNECTIONS)),
            api_cpu=cpu,
            most_in_flight=answers.connections,
            runs=dict(msgspec.json.decode(self._ask(RUNS))),
        )

    def _look(self) -> None:
        self._most = max(self._most, resident_bytes(self._running.api_process))

    def _sample(self) -> Sample:
        api = self._running.api_process
        files = len(os.listdir(f"/proc/{api}/fd"))
        return Sample(resident_bytes(api), resident_bytes(self._worker), files)

    def _ask(self, query: str) -> str:
        async def asked() -> str:
            connection = await asyncpg.connect(self._superuser)
            try:
                return str(await connection.fetchval(query))
            finally:
                await connection.close()

        return asyncio.run(asked())


RUNS = """
select coalesce(jsonb_object_agg(state, number), '{}')::text
from (select state, count(*) as number from generation_runs group by state) as counted
"""


async def prepared(superuser: str) -> list[Start]:
    """Users with a course each."""
    connection = await asyncpg.connect(superuser)
    starts = await make_starts(connection, USERS)
    await tidy(connection)
    await connection.close()
    return starts


@contextmanager
def worker(there: Place) -> Generator[int]:
    """`coursegen work` for the time of the block; its process."""
    program = Path(sys.executable).with_name("coursegen")
    with there.log.with_name("worker.log").open("ab") as log:
        process = subprocess.Popen([program, "work"], env={**os.environ, **there.environment}, stdout=log, stderr=log)
    try:
        yield tree(process.pid)[0]
    finally:
        process.terminate()
        process.wait(20)


def main() -> int:
    """Run, print, and say by the exit code whether all was well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--seconds", type=float, default=600.0)
    given = parser.parse_args()
    with TemporaryDirectory(prefix="coursegen-soak-") as folder, place(Path(folder)) as there:
        starts = asyncio.run(prepared(there.database.superuser))
        with service(there) as running, worker(there) as pid:
            soaked = Soak(there, running, pid).run(starts, given.rate, given.seconds)
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(soaked), indent=2))
    print(aligned(soaked.rows()))
    return 0 if soaked.well else 1


if __name__ == "__main__":
    sys.exit(main())
