"""Settings: read from the environment, and a wrong one names itself without telling what it was set to."""

import pytest

from app.settings import Settings, SettingsError, read_settings

SECRET = "a secret for tests, thirty-two bytes and more"
GIVEN = {
    "DATABASE_URL": "postgresql://coursegen_api:hidden@db.example.org/coursegen",
    "WORKER_DATABASE_URL": "postgresql://coursegen_worker:hidden@db.example.org/coursegen",
    "REDIS_URL": "redis://:hidden@redis.example.org/0",
    "STORAGE_URL": "file:///var/lib/coursegen",
    "JWT_SECRET": SECRET,
}
WRONG = {
    "DATABASE_URL": ["", "db.example.org", "mysql://db.example.org/x"],
    "WORKER_DATABASE_URL": ["", "x"],
    "OWNER_DATABASE_URL": ["x"],
    "REDIS_URL": ["", "redis.example.org:6379", "http://redis.example.org"],
    "STORAGE_URL": ["", "relative/folder", "file://relative", "ftp://x"],
    "DOWNLOAD_SECRET": ["short", "x" * 31],
    "JWT_SECRET": ["short", "x" * 31],
    "JWT_SECRET_PREVIOUS": ["short", "x" * 31],
    "JWKS_URL": ["issuer.example.org/keys", "ftp://x", "http://issuer.example.org/keys"],
    "TOKEN_LIFETIME_SECONDS": ["0", "-1", "1.5", "day"],
    "ENVIRONMENT": ["prod", "PRODUCTION", ""],
    "PUBLIC_URL": ["api.example.org", "ftp://api.example.org", "https://", "https://a.example.org/?x=1", "https://a b"],
    "CORS_ORIGINS": [
        *("*", "null", "app.example.org", "ftp://app.example.org", "https://app.example.org/", "https://*.example.org"),
        *("https://App.example.org", "https://u@app.example.org", "https://a.example.org, *", "https://a b"),
    ],
    "TRUSTED_PROXIES": ["proxy", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.1; 10.0.0.2", "10.0.0.1, x"],
    "REFUSED_TOKENS_PER_MINUTE": ["-1", "1.5", "many"],
    "PORT": ["-1", "65536", "http", "", "80.5"],
    "API_PROCESSES": ["0", "two"],
    "WORKER_CONCURRENCY": ["0", ""],
    "WORKER_NICENESS": ["-1", "20", "low"],
    "WORKER_GRACE_SECONDS": ["0", "-1", "soon", "inf", "nan"],
    "DB_POOL_SIZE": ["0"],
    "DB_TIMEOUT_SECONDS": ["0", "inf"],
    "WORKER_DB_TIMEOUT_SECONDS": ["0", "inf"],
    "REDIS_TIMEOUT_SECONDS": ["0", "1s"],
    "GLOBAL_CONCURRENCY_LIMIT": ["0", "101", "-3", "many"],
    "LEASE_TTL_SECONDS": ["0", "inf", "nan", "-1"],
    "REAPER_PERIOD_SECONDS": ["0", "inf"],
    "UPLOAD_TTL_SECONDS": ["0", "inf"],
    "FILE_PAIRING_SECONDS": ["0", "-1", "0.5", "inf", "86401", "hourly"],
    "RESUMABLE_UPLOAD_TTL_SECONDS": ["0", "inf"],
    "METRICS_TOKEN": ["short", "fifteen letters"],
    "WORKER_METRICS_PORT": ["-1", "65536", ""],
    "WEBHOOK_PORTS": ["http", "0", "65536", "443;8443", "8443,"],
    "WEBHOOK_TIMEOUT_SECONDS": ["0", "-1", "11", "inf"],
    "WEBHOOK_TEST_HOSTS": ["localhost", "localhost:9000", "http://localhost:9000"],
    "SESSION_SECRET": ["short", "x" * 31],
    "LOG_LEVEL": ["warning", "INFO", "trace", ""],
    "LOG_FORMAT": ["xml", ""],
}


def test_what_must_be_set_is_enough() -> None:
    settings = read_settings(GIVEN)
    assert (settings.environment, settings.log_level, settings.log_format) == ("production", "info", "auto")
    assert (settings.global_concurrency_limit, settings.host, settings.port) == (3, "127.0.0.1", 8000)


def test_values_are_read_as_their_types() -> None:
    changes = {"PORT": "0", "LEASE_TTL_SECONDS": "2.5", "GLOBAL_CONCURRENCY_LIMIT": "100", "LOG_LEVEL": "fatal"}
    settings = read_settings(GIVEN | changes)
    assert (settings.port, settings.lease_ttl_seconds) == (0, 2.5)
    assert (settings.global_concurrency_limit, settings.log_level) == (100, "fatal")


def test_other_variables_are_left_alone() -> None:
    assert read_settings(GIVEN | {"HOME": "/root", "PGHOST": "x"}) == read_settings(GIVEN)


@pytest.mark.parametrize("name", ["DATABASE_URL", "WORKER_DATABASE_URL", "REDIS_URL", "STORAGE_URL"])
def test_a_missing_value_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is not set$"):
        read_settings({key: value for key, value in GIVEN.items() if key != name})


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings(GIVEN | {name: value})
    assert str(refused.value).startswith(name)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "JWT_SECRET", "STORAGE_URL"])
def test_the_message_does_not_tell_a_value_that_may_hold_a_secret(name: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings(GIVEN | {name: "hidden"})
    assert "hidden" not in str(refused.value)


def test_one_way_to_verify_tokens_is_needed() -> None:
    without = {key: value for key, value in GIVEN.items() if key != "JWT_SECRET"} | {"STORAGE_URL": "s3://bucket"}
    with pytest.raises(SettingsError) as refused:
        read_settings(without)
    assert str(refused.value) == "JWT_SECRET or JWKS_URL must be set: no token could be verified"
    assert read_settings(without | {"JWKS_URL": "https://issuer.example.org/keys"}).jwt_secret == ""


def test_files_in_a_folder_need_a_secret_that_signs_their_addresses() -> None:
    keys = {**GIVEN, "JWT_SECRET": "", "JWKS_URL": "https://issuer.example.org/keys"}
    with pytest.raises(SettingsError, match=r"^DOWNLOAD_SECRET must be set: STORAGE_URL is a folder"):
        read_settings(keys)
    assert read_settings(keys | {"DOWNLOAD_SECRET": SECRET}).download_secret == SECRET
    assert read_settings(keys | {"STORAGE_URL": "s3://bucket"}).download_secret == ""
    assert read_settings(GIVEN).download_secret == ""


def test_a_short_secret_is_told_with_the_length_it_needs() -> None:
    with pytest.raises(SettingsError, match=r"^JWT_SECRET must be at least 32 bytes long$"):
        read_settings(GIVEN | {"JWT_SECRET": "x" * 31})


def test_a_secret_that_was_replaced_stands_beside_its_successor() -> None:
    keys = {**GIVEN, "JWT_SECRET": "", "JWKS_URL": "https://issuer.example.org/keys", "STORAGE_URL": "s3://bucket"}
    with pytest.raises(SettingsError, match=r"^JWT_SECRET_PREVIOUS is set without JWT_SECRET"):
        read_settings(keys | {"JWT_SECRET_PREVIOUS": SECRET})


def test_the_length_of_a_secret_is_counted_in_bytes() -> None:
    assert read_settings(GIVEN | {"JWT_SECRET": "щ" * 16}).jwt_secret == "щ" * 16


def test_keys_over_plain_http_are_for_development() -> None:
    keys = {"JWKS_URL": "http://localhost:9000/keys"}
    assert read_settings(GIVEN | keys | {"ENVIRONMENT": "development"}).jwks_url == keys["JWKS_URL"]


def test_production_is_the_default_and_the_only_one_without_a_developers_ways() -> None:
    developing = {name: read_settings(GIVEN | {"ENVIRONMENT": name}).development for name in ("development", "test")}
    assert developing == {"development": True, "test": True}
    assert read_settings(GIVEN).development is False


def test_every_setting_that_can_be_wrong_is_tried() -> None:
    free = {"version", "host", "jwt_issuer", "jwt_audience"}
    assert {name.lower() for name in WRONG} == set(Settings.__struct_fields__) - free
