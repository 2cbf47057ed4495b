"""A page of metrics as a scraper reads it: by the client library's own parser."""

from collections.abc import Mapping
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

TOKEN = "the metrics' token of the tests"
BEARER = {"authorization": f"Bearer {TOKEN}"}


class Scraped:
    """The samples of one scrape."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]

    def value(self, name: str, **labels: str) -> float | None:
        """The only sample with this name and exactly these labels; None where there is none."""
        found = [sample.value for sample in self._samples if sample.name == name and sample.labels == labels]
        assert len(found) < 2, (name, labels, found)
        return found[0] if found else None

    def named(self, name: str) -> list[Mapping[str, str]]:
        """The labels of the samples with this name."""
        return [sample.labels for sample in self._samples if sample.name == name]

    @property
    def names(self) -> set[str]:
        """Of all samples."""
        return {sample.name for sample in self._samples}

    @property
    def labels(self) -> dict[str, set[str]]:
        """All values of each label."""
        found: dict[str, set[str]] = {}
        for sample in self._samples:
            for name, value in sample.labels.items():
                found.setdefault(name, set()).add(value)
        return found


async def scrape(http: httpx.AsyncClient, **options: Any) -> Scraped:
    """What /metrics tells now."""
    response = await http.get("/metrics", headers=BEARER, **options)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    return Scraped(response.text)
