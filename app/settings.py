"""All settings, read once from the environment and checked at start; a wrong value names itself."""

import ipaddress
import os
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Seconds = Annotated[float, Meta(gt=0, le=86_400)]  # more than a day is a mistake, infinity first
Count = Annotated[int, Meta(ge=1)]
Port = Annotated[int, Meta(ge=0, le=65535)]
PostgresUrl = Annotated[str, Meta(pattern="^postgres(ql)?://")]
RedisUrl = Annotated[str, Meta(pattern="^(rediss?|unix)://")]
StorageUrl = Annotated[str, Meta(pattern="^(file:///|s3://)")]
PublicUrl = Annotated[str, Meta(pattern=r"^(https?://[^\s/?#]+(/[^\s?#]*)?)?$")]
# an origin as browsers send it (RFC 6454, section 6.2): no path, capital letter or user; `null` and `*` are none
ORIGIN = re.compile(r"https?://[a-z0-9.:\[\]_-]+(?<![:/])")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LARGEST_PORT = 65535
SECRET_BYTES = 32
"""The least length of an HS256 secret (RFC 7518, section 3.2)."""


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The service's settings. Each field is the environment variable of the same name in upper case."""

    environment: Literal["development", "test", "production"] = "production"
    """Where this runs. Development issues tokens, shows stacks and allows http:// key sets; production does not."""

    version: str = "0.1.0"
    """The version that log lines and /health report."""

    database_url: PostgresUrl
    """PostgreSQL for the API: a login that may become anon, authenticated and app_superadmin, and nothing else."""

    worker_database_url: PostgresUrl
    """PostgreSQL for workers: a login that may become service_role, and nothing else."""

    owner_database_url: Annotated[str, Meta(pattern="^(postgres(ql)?://|$)")] = ""
    """PostgreSQL for `coursegen migrate`, `superadmin` and `audit` alone: a superuser, or Supabase's postgres."""

    redis_url: RedisUrl
    """Redis or Valkey that holds the slots: redis://, rediss:// or unix://."""

    storage_url: StorageUrl
    """Where uploaded files are kept: file:///folder, or s3://bucket/prefix?endpoint=...&region=... where needed."""

    download_secret: str = ""
    """What signs the addresses of files in a folder (32 bytes or more); empty to derive it from JWT_SECRET."""

    jwt_secret: str = ""
    """The HS256 secret that access tokens are signed with (32 bytes or more); empty when only a key set is used."""

    jwt_secret_previous: str = ""
    """The secret before JWT_SECRET, while it is changed: its tokens are good until they expire. Empty otherwise."""

    jwks_url: Annotated[str, Meta(pattern="^(https?://|$)")] = ""
    """The address of the issuer's JSON Web Key Set for ES256 and RS256 tokens; empty when only the secret is used."""

    jwt_issuer: str = "coursegen"
    """The `iss` that tokens must carry (Supabase: https://<project>.supabase.co/auth/v1)."""

    jwt_audience: str = "authenticated"
    """The `aud` that tokens must carry."""

    token_lifetime_seconds: Count = 86_400
    """The longest time to live a token may still have when it is presented, in seconds."""

    public_url: PublicUrl = ""
    """Where callers reach this service, such as https://api.example.org; empty: addresses of files are relative."""

    cors_origins: str = ""
    """Comma-separated origins whose pages may call from a browser, such as https://app.example.org; empty: none."""

    trusted_proxies: str = ""
    """Comma-separated addresses or networks of proxies whose X-Forwarded-For is believed; empty: nobody's."""

    refused_tokens_per_minute: Annotated[int, Meta(ge=0)] = 120
    """Refused tokens a minute from one address, to one API process, before it has to wait; 0: no limit."""

    host: str = "127.0.0.1"
    """The address the API listens on."""

    port: Port = 8000
    """The port the API listens on; 0 lets the system choose one."""

    api_processes: Count = 1
    """API processes of one `coursegen serve`."""

    worker_concurrency: Count = 4
    """Jobs that one worker process runs at once."""

    worker_niceness: Annotated[int, Meta(ge=0, le=19)] = 10
    """How far a worker steps back for others (nice(2)); above 0 it leaves a core, and reads documents in idle time."""

    worker_grace_seconds: Seconds = 30.0
    """How long a stopping worker lets its running jobs finish before it gives them back, in seconds."""

    db_pool_size: Count = 10
    """PostgreSQL connections of one process's pool."""

    db_timeout_seconds: Seconds = 1.5
    """The longest a database statement of a call, or its wait for a connection, may take, in seconds."""

    worker_db_timeout_seconds: Seconds = 5.0
    """The same of a worker's jobs and duties, for which nobody waits, in seconds."""

    redis_timeout_seconds: Seconds = 0.75
    """The longest a Redis call may take, with its wait for a connection, in seconds."""

    global_concurrency_limit: Annotated[int, Meta(ge=1, le=100)] = 3
    """Generations at once over all users, until a superadmin changes it at run time."""

    lease_ttl_seconds: Seconds = 30.0
    """How long a slot or a job outlives its owner's last sign of life, in seconds."""

    reaper_period_seconds: Seconds = 5.0
    """How often the reaper looks for what lost its owner, in seconds."""

    upload_ttl_seconds: Seconds = 600.0
    """How long a half-made upload keeps its quota before the reaper gives it back, in seconds."""

    file_pairing_seconds: Annotated[int, Meta(ge=1, le=86_400)] = 3600
    """How often stored files are compared with the database, which must be the only one that uses them, in seconds."""

    resumable_upload_ttl_seconds: Seconds = 86_400.0
    """How long the rest of a resumable upload may take to come before the reaper deletes what is there, in seconds."""

    metrics_token: Annotated[str, Meta(pattern="^(.{16,})?$")] = ""
    """The Bearer token (16 characters or more) that /metrics asks for; while it is empty, there is no /metrics."""

    worker_metrics_port: Port = 0
    """The port on which a worker tells its own metrics, for the same token; 0 for none."""

    webhook_ports: Annotated[str, Meta(pattern="^([1-9][0-9]{0,4}(,[1-9][0-9]{0,4})*)?$")] = ""
    """The ports beside 443 that webhooks may go to, such as 8443,9443."""

    webhook_test_hosts: Annotated[str, Meta(pattern=r"^([a-z0-9.:-]+:[0-9]+(,[a-z0-9.:-]+:[0-9]+)*)?$")] = ""
    """Receivers under test, such as localhost:9000: private ones are reached too, and by http. Not in production."""

    webhook_timeout_seconds: Annotated[float, Meta(gt=0, le=10)] = 10.0
    """How long one attempt at a webhook may take in all, in seconds."""

    session_secret: str = ""
    """The secret (32 bytes or more) that signs the cookies of /admin/queues; empty: made of JWT_SECRET, or no page."""

    log_level: Literal["debug", "info", "warn", "error", "fatal"] = "info"
    """The least severity that is logged."""

    log_format: Literal["auto", "json", "pretty"] = "auto"
    """Log lines as JSON or for reading; auto is pretty in a terminal and JSON elsewhere."""

    @property
    def development(self) -> bool:
        """Whether what only a developer needs is allowed."""
        return self.environment != "production"

    @property
    def origins(self) -> tuple[str, ...]:
        """CORS_ORIGINS, one by one."""
        return _listed(self.cors_origins)

    @property
    def proxies(self) -> tuple[Network, ...]:
        """TRUSTED_PROXIES as networks. ValueError for what is none."""
        return tuple(ipaddress.ip_network(each) for each in _listed(self.trusted_proxies))


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of an environment (the process's own unless given). Raises SettingsError naming the variable."""
    source = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    for name in Settings.__struct_fields__:
        if (value := source.get(name.upper())) is not None:
            values[name] = value
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(_explain(str(error))) from None
    _check_identity(settings)
    _check_downloads(settings)
    _check_callers(settings)
    _check_webhooks(settings)
    return settings


def _listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in text.split(","))))


def _explain(text: str) -> str:
    """msgspec's sentence with the variable's name in front."""
    message, _, path = text.partition(" - at `$.")
    if path:
        return f"{path.rstrip('`').upper()}: {message}"
    name = message.rpartition("`")[0].rpartition("`")[2]
    return f"{name.upper()} is not set" if "missing" in message else message


def _check_identity(settings: Settings) -> None:
    if not settings.jwt_secret and not settings.jwks_url:
        raise SettingsError("JWT_SECRET or JWKS_URL must be set: no token could be verified")
    if settings.jwks_url.startswith("http://") and not settings.development:
        raise SettingsError("JWKS_URL must begin with https:// in production")
    if settings.jwt_secret_previous and not settings.jwt_secret:
        raise SettingsError("JWT_SECRET_PREVIOUS is set without JWT_SECRET: nothing has replaced it")
    for name in ("jwt_secret", "jwt_secret_previous", "download_secret", "session_secret"):
        secret: str = getattr(settings, name)
        if secret and len(secret.encode()) < SECRET_BYTES:
            raise SettingsError(f"{name.upper()} must be at least {SECRET_BYTES} bytes long")


def _check_downloads(settings: Settings) -> None:
    if settings.storage_url.startswith("file:") and not settings.download_secret and not settings.jwt_secret:
        raise SettingsError("DOWNLOAD_SECRET must be set: STORAGE_URL is a folder, and there is no JWT_SECRET")


def _check_callers(settings: Settings) -> None:
    if not all(map(ORIGIN.fullmatch, settings.origins)):
        raise SettingsError("CORS_ORIGINS must be origins as browsers send them, such as https://app.example.org")
    try:
        _ = settings.proxies
    except ValueError:
        raise SettingsError("TRUSTED_PROXIES must be addresses or networks, such as 10.0.0.0/8") from None


def _check_webhooks(settings: Settings) -> None:
    if any(int(port) > LARGEST_PORT for port in settings.webhook_ports.split(",") if port):
        raise SettingsError(f"WEBHOOK_PORTS must be numbers up to {LARGEST_PORT}")
    if settings.webhook_test_hosts and not settings.development:
        raise SettingsError("WEBHOOK_TEST_HOSTS must be empty in production")
