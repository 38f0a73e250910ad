"""Where a database is, from what people write of it; what leads its clients there reaches them by variables alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.errors import CockpitError
from cockpit.execution.databases.place import database_at, settings_of
from cockpit.release.configuration import Postgresql, Restore
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
