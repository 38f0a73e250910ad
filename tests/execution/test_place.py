"""Where a database is, from what people write of it; what leads its clients there reaches them by variables alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cockpit.errors import CockpitError
from cockpit.execution.databases.place import database_at, settings_of
from cockpit.release.configuration import Postgresql, Restore
from cockpit.release.databases import database_word
from tests.parts import require

HERE = Path("/srv/shop")


@pytest.mark.parametrize(
    ("value", "settings"),
    [
        ("shop", {"PGDATABASE": "shop"}),
        ("postgresql:///shop", {"PGDATABASE": "shop"}),
        (
            "postgres://ana:p%40ss%2Fword@db.example:5433/shop?sslmode=require",
            {"PGHOST": "db.example", "PGPORT": "5433", "PGUSER": "ana", "PGPASSWORD": "p@ss/word", "PGDATABASE": "shop",
             "PGSSLMODE": "require"},
        ),
        ("postgresql+psycopg://ana@/shop?host=/run/pg", {"PGHOST": "/run/pg", "PGUSER": "ana", "PGDATABASE": "shop"}),
        ("postgresql://ana@[::1]/shop", {"PGHOST": "::1", "PGUSER": "ana", "PGDATABASE": "shop"}),
        ("postgresql://ana:a+b@db/shop?options=-cx=a+b",
         {"PGHOST": "db", "PGUSER": "ana", "PGPASSWORD": "a+b", "PGDATABASE": "shop", "PGOPTIONS": "-cx=a+b"}),
        ("postgresql://ana@db.example", {"PGHOST": "db.example", "PGUSER": "ana", "PGDATABASE": "ana"}),
    ],
)  # fmt: skip
def test_an_address_becomes_variables(value: str, settings: dict[str, str]) -> None:
    assert settings_of(Postgresql(), HERE, {"DATABASE_URL": value}) == settings


@pytest.mark.parametrize(
    "value", ["", "postgresql://", "postgresql://h/a b", "postgresql://h:port/shop", "postgresql://h/shop?keepalives=1",
              "shop; DROP DATABASE shop", "a=b", "-x'"],
)  # fmt: skip
def test_what_is_not_understood_is_refused(value: str) -> None:
    with pytest.raises(CockpitError):
        settings_of(Postgresql(), HERE, {"DATABASE_URL": value})


def test_what_an_address_leaves_out_comes_from_the_environment() -> None:
    environment = {
        "PGHOST": "db",
        "PGUSER": "ben",
        "PGHOSTADDR": "192.0.2.1",
        "DATABASE_URL": "postgresql://other/shop",
    }
    assert settings_of(Postgresql(), HERE, environment) == {"PGHOST": "other", "PGUSER": "ben", "PGDATABASE": "shop"}


def test_no_trouble_tells_the_password() -> None:
    require("pg_restore")
    restore = Restore(postgresql=Postgresql(database_env="SHOP"))
    at = database_at(restore, HERE, {"SHOP": "postgresql://ana:hunter2-long@h/a b"})
    assert at.trouble
    assert "hunter2-long" not in at.trouble
    assert "SHOP is not set here" in database_at(restore, HERE, {}).trouble


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("DATABASE_URL=shop # ours\n", {"PGDATABASE": "shop"}),
        ("DATABASE_URL = 'postgresql://db/shop'\r\n", {"PGHOST": "db", "PGDATABASE": "shop"}),
        ('DATABASE_URL=shop\nNOTE="before the move:\nDATABASE_URL=old\n"\n', {"PGDATABASE": "shop"}),
        ("PW=a#b\nDATABASE_URL=postgresql://ana:x${PW}@db/shop\n", None),
        ("PW=ab\nexport DATABASE_URL=postgresql://ana:x${PW}@db/shop\n",
         {"PGHOST": "db", "PGUSER": "ana", "PGPASSWORD": "xab", "PGDATABASE": "shop"}),
        ("DATABASE_URL=postgresql://ana:${PW}@db/shop\n", None),
        ("DATABASE_URL\n", None),
    ],
)  # fmt: skip
def test_a_file_is_read_as_the_service_reads_it(tmp_path: Path, text: str, settings: dict[str, str] | None) -> None:
    (tmp_path / ".env").write_bytes(text.encode())
    configured = Postgresql(env_file=".env")
    if settings is not None:
        assert settings_of(configured, tmp_path, {}) == settings
        return
    with pytest.raises(CockpitError) as refused:
        settings_of(configured, tmp_path, {})
    assert "a#b" not in str(refused.value)


def test_a_file_that_is_none_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".env")
    with pytest.raises(CockpitError, match="no ordinary file"):
        settings_of(Postgresql(env_file=".env"), tmp_path, {})


def test_what_leads_elsewhere_than_the_host_says_is_shown() -> None:
    require("pg_restore")
    restore = Restore(postgresql=Postgresql())
    numbers = database_at(restore, HERE, {"DATABASE_URL": "postgresql://staging/shop?hostaddr=192.0.2.1"})
    assert numbers.place == "shop at staging (192.0.2.1)"
    service = database_at(restore, HERE, {"DATABASE_URL": "shop", "PGSERVICE": "production"})
    assert service.place == "shop at the service production of pg_service.conf"
    assert database_word(service, "staging", production=False) == "production/shop"
