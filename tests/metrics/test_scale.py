"""A scrape takes less than 20 ms however many jobs wait and courses there are."""

from pathlib import Path
from statistics import median
from time import perf_counter

from app.dev import Database
from app.metrics import exposition, observe_call
from app.rpc import Code
from app.work.figures import Figures
from procedures import router
from tests.metrics.scraped import Scraped
from tests.work.harness import eventually
from tests.world import make_world, settings_for

CROWD = (Path(__file__).parent / "crowd.sql").read_text()
SCRAPES = 7
LIMIT_SECONDS = 0.02


async def test_a_scrape_is_fast_among_100_000_waiting_jobs_and_200_000_courses(
    own_database: Database, own_redis_url: str, tmp_path: Path
) -> None:
    settings = settings_for(own_database, own_redis_url, tmp_path, db_timeout_seconds=60)
    for procedure in router.entries:  # a page as long as it gets
        for code in (None, Code.UNAUTHORIZED, Code.BAD_REQUEST, Code.INTERNAL_SERVER_ERROR):
            observe_call(procedure, code.name if code else "OK", 3.0)
    async with make_world(settings) as world:
        await world.sql.execute(CROWD)
        figures = Figures(world.resources, fresh_seconds=0)  # each scrape asks the servers
        took: list[float] = []

        async def fast() -> bool:
            """Over the last scrapes: others may have had the machine before."""
            began = perf_counter()
            page = exposition(await figures.current())
            took.append(perf_counter() - began)
            pages.append(page)
            return len(took) > SCRAPES and median(took[-SCRAPES:]) < LIMIT_SECONDS

        pages: list[bytes] = []
        await eventually(fast, within=90)
        await figures.close()
        told = Scraped(pages[-1].decode())
        assert told.value("coursegen_queue_jobs", state="waiting", priority="10") == 25_000
        assert told.value("coursegen_runs", state="queued") == 100_000
        assert told.value("coursegen_runs_stuck") == 40_000
        assert (told.value("coursegen_figures_age_seconds") or 0) < 1
