"""What the readiness light says of the host and of the plan behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.durations import byte_size, long_duration
from cockpit.execution.readiness import Obstacles, readiness
from cockpit.execution.surroundings import kills_at_logout, runs_on_battery_power
from cockpit.release.databases import DatabaseAt, database_word
from cockpit.release.live import Readiness
from tests.execution.flight import Flight
from tests.parts import require


def supply(directory: Path, name: str, **facts: str) -> None:
    (directory / name).mkdir(parents=True)
    for fact, value in facts.items():
        (directory / name / fact).write_text(f"{value}\n")


def test_a_laptop_is_known_by_its_battery_and_a_mouse_is_none(tmp_path: Path) -> None:
    assert not runs_on_battery_power(tmp_path / "nowhere")
    supply(tmp_path, "AC", type="Mains")
    supply(tmp_path, "hid-mouse", type="Battery", scope="Device")
    assert not runs_on_battery_power(tmp_path)
    supply(tmp_path, "BAT0", type="Battery", status="Discharging")
    assert runs_on_battery_power(tmp_path)


def test_a_logind_that_ends_what_is_left_running_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 65534)
    etc, linger = tmp_path / "etc", tmp_path / "linger"
    (etc / "logind.conf.d").mkdir(parents=True)
    linger.mkdir()
    assert not kills_at_logout(etc, linger)
    (etc / "logind.conf").write_text("[Login]\n#KillUserProcesses=yes\n")
    assert not kills_at_logout(etc, linger)
    (etc / "logind.conf.d" / "50-kill.conf").write_text("[Login]\nKillUserProcesses=yes\n")
    assert kills_at_logout(etc, linger)
    (linger / "nobody").touch()
    assert not kills_at_logout(etc, linger)


@pytest.mark.parametrize(
    ("database", "production", "word"),
    [
        (DatabaseAt("postgresql", "shop", "db1.shop.example"), True, "shop"),
        (DatabaseAt("postgresql", "shop_prod", "db1.prod.example"), True, "shop_prod"),
        (DatabaseAt("postgresql", "shop", "db1.staging.shop.example"), True, "db1.staging.shop.example/shop"),
        (DatabaseAt("postgresql", "shop_test", ""), True, "local/shop_test"),
        (DatabaseAt("postgresql", "shop_production", ""), False, "local/shop_production"),
        (DatabaseAt("postgresql", "latest_contest", "greatest"), True, "latest_contest"),
        (DatabaseAt("sqlite", "/srv/shop/shop.db"), True, "shop.db"),
        (DatabaseAt("sqlite", "/srv/staging/shop.db"), True, "/srv/staging/shop.db"),
    ],
)
def test_what_looks_like_another_environments_is_typed_with_its_place(
    database: DatabaseAt, production: bool, word: str
) -> None:
    assert database_word(database, "live" if production else "acceptance", production=production) == word


def test_spans_and_sizes_are_told_in_few_words() -> None:
    spans = (0, 40, 61, 3600, 11520, 187200)
    assert [long_duration(span) for span in spans] == ["0 s", "40 s", "1 m 1 s", "1 h 0 m", "3 h 12 m", "2 d 4 h"]
    assert [byte_size(size) for size in (0, 812, 4000, 1_234_567_890)] == ["0 B", "812 B", "4.0 kB", "1.2 GB"]


def look(flight: Flight) -> Readiness:
    workspace = flight.workspace()
    obstacles = Obstacles(trusted=True, held="", root=workspace.root)
    return readiness(workspace.run, workspace.code, obstacles)


def test_the_light_looks_at_the_dump_and_at_what_the_worker_needs(
    flight: Flight, monkeypatch: pytest.MonkeyPatch
) -> None:
    require("pg_restore")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    restore = {"id": "restore", "restore": {"postgresql": {}}}
    plan = {
        "steps": [flight.checkout_step(), restore],
        "migrations": ["VERSION"],
        "backups": {"glob": str(flight.var / "shop-{tag}.sql")},
    }
    flight.begin(rollback=plan)
    assert look(flight).ready
    assert "the older code must run on the newer schema" in look(flight).warnings[0]

    dump = flight.var / "shop-v1.sql"
    dump.write_text("CREATE TABLE orders (id integer);\n")
    monkeypatch.setenv("DATABASE_URL", "shop")
    assert look(flight).reasons == (f"the dump is cut off: its last lines do not say that it is complete: {dump}",)
    dump.write_text("--\n-- PostgreSQL database dump complete\n--\n")
    assert look(flight).ready
    monkeypatch.delenv("DATABASE_URL")
    (reason,) = look(flight).reasons
    assert reason.startswith("Restore: DATABASE_URL is not set here")
