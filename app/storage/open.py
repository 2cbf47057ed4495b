"""A storage URL to what obstore makes of it."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from obstore.store import LocalStore, S3Store

if TYPE_CHECKING:
    from obstore.store import S3Config

_FORMS: Final = "storage is file:///absolute/folder or s3://bucket/prefix, with ?endpoint= and region= where needed"
_OPTIONS: Final = frozenset({"endpoint", "region"})


def open_store(url: str) -> LocalStore | S3Store:
    """`file:///absolute/folder`, made if missing, or `s3://bucket/prefix?endpoint=https://...&region=...`, with AWS_*
    variables for the rest. Raises ValueError for another URL.
    """
    parts = urlsplit(url)
    folder = Path(unquote(parts.path))
    if parts.scheme == "file" and not parts.netloc and folder.is_absolute():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return LocalStore(folder, automatic_cleanup=True)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme == "s3" and parts.netloc and _OPTIONS.issuperset(options):
        return _bucket(f"s3://{parts.netloc}{parts.path}", options)
    raise ValueError(_FORMS)


def _bucket(url: str, options: dict[str, str]) -> S3Store:
    endpoint = options.get("endpoint", "")
    if "endpoint" in options and urlsplit(endpoint).scheme not in ("http", "https"):
        raise ValueError(_FORMS)
    config: S3Config = {}
    if endpoint:
        config["endpoint"] = endpoint
    if "region" in options:
        config["region"] = options["region"]
    return S3Store.from_url(
        url,
        config=config,
        client_options={"connect_timeout": "3s", "timeout": "60s", "allow_http": endpoint.startswith("http://")},
        retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)},
    )
