"""Maintenance from the command line: with and without a run, by whole ids and short ones."""

from __future__ import annotations

import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Console
from tests.store.support import git

pytestmark = pytest.mark.full

LOGS = "ongoing-maintenance/weekly/review-error-logs"
DISK = "ongoing-maintenance/weekly/check-server-disk-space"
DAILY = "post-deployment/monitoring/review-server-logs-daily"
FIELDS = {"id", "text", "cadence", "period", "state", "due_at", "overdue_by", "by", "at"}


@pytest.fixture
def care(tmp_path: Path) -> Console:
    """A repository that flies by the shipped checklist, with no run open."""
    repo = tmp_path / "shop"
    repo.mkdir()
    git(repo, "init", "-q", "-b", "main", "--template=")
    for setting in (("user.name", "Ana"), ("user.email", "ana@example.org")):
        git(repo, "config", *setting)
    (repo / "cockpit.yaml").write_text("service: shop\nenvironment: {name: live}\ntimezone: Europe/Berlin\n")
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "v1")
    git(repo, "tag", "v1")
    return Console(repo)


def week(weeks: int = 0) -> str:
    year, number, _ = (datetime.now(UTC) + timedelta(weeks=weeks)).isocalendar()
    return f"{year}-W{number:02d}"


def of_item(console: Console, item: str, *arguments: str) -> dict[str, dict[str, Any]]:
    return {each["period"]: each for each in console.json("maintenance", *arguments) if each["id"].endswith(item)}


def test_without_a_run_what_recurs_is_listed_and_ticked(care: Console) -> None:
    listed = care.json("maintenance")
    assert set(listed[0]) >= FIELDS
    assert {each["state"] for each in listed} == {"due", "upcoming"}
    assert care.say("item", "tick", "review-error-logs")[1] == "done\n"
    care.json("item", "note", f"{week()}/check-server-disk-space", "--reason", "nearly full")
    ticked = care.json("item", "tick", f"weekly/{week()}/{DISK}", "--value", "61 %", "--by", "Ben")
    assert (ticked["id"], ticked["state"], ticked["detail"]) == (f"weekly/{week()}/{DISK}", "done", "61 %")
    found = of_item(care, DISK)[week()]
    assert (found["state"], found["by"], found["overdue_by"]) == ("done", "Ben", 0)
    assert care.say("item", "undo", "review-error-logs")[1] == "open\n"
    assert of_item(care, LOGS)[week()]["state"] == "due"
    assert care.refused("item", "tick", "backup-current-database", code=2)["code"] == "no-run"
    assert "Check server disk space" in care.say("maintenance")[1]


def test_a_launch_weeks_ago_leaves_overdue_what_nobody_did(care: Console) -> None:
    launch = datetime.now(UTC) - timedelta(days=23)
    care.json("release", "open", "v1", "--launch", launch.isoformat())
    late = of_item(care, LOGS)
    assert [late[period]["state"] for period in sorted(late)] == ["overdue", "due", "upcoming"]
    assert late[week(-1)]["overdue_by"] > 0
    assert late[week(-1)]["missed"] in {1, 2}
    (daily,) = of_item(care, DAILY).values()
    assert (daily["state"], daily["missed"]) == ("overdue", 14)
    assert len(of_item(care, DAILY, "--all")) == 15
    status = care.json("status")
    assert [each["id"] for each in status["maintenance"]] == [each["id"] for each in care.json("maintenance")]
    assert f"Review error logs ({week(-1)})" in care.say("status")[1]

    assert care.json("item", "tick", f"{week(-1)}/review-error-logs")["id"] == f"weekly/{week(-1)}/{LOGS}"
    late = of_item(care, LOGS)
    assert [late[period]["state"] for period in sorted(late)] == ["done", "due", "upcoming"]


def test_a_period_ticked_in_one_run_is_ticked_in_the_next(care: Console) -> None:
    care.json("release", "open", "v1")
    care.json("item", "tick", "review-error-logs")
    care.json("release", "close")
    assert of_item(care, LOGS)[week()]["state"] == "done"
    care.json("release", "open", "next")
    assert of_item(care, LOGS)[week()]["state"] == "done"
    assert "already" in care.refused("item", "tick", "review-error-logs", code=4)["code"]


def test_items_stay_the_116_templates_and_phases_count_what_is_done_once(care: Console) -> None:
    care.json("release", "open", "v1")
    care.json("item", "tick", LOGS)
    status = care.json("status")
    items = {item["id"]: item for item in status["items"]}
    assert len(items) == 116
    assert (items[LOGS]["state"], items[LOGS]["instance"]) == ("done", f"weekly/{week()}/{LOGS}")
    assert items[DISK]["state"] == "open"
    phases = {phase["id"]: phase for phase in status["phases"]}
    assert (phases["post-deployment"]["done"], phases["post-deployment"]["total"]) == (0, 17)
    assert phases["ongoing-maintenance"]["state"] == "open"
    assert "recurs" in care.say("status")[1]


def test_a_year_by_period(care: Console) -> None:
    care.json("item", "tick", "review-error-logs")
    year = care.json("maintenance", "--year", "2026")
    assert year["year"] == 2026
    assert [(row["cadence"], len(row["periods"])) for row in year["cadences"]] == [
        ("weekly", 53), ("monthly", 12), ("quarterly", 4), ("annually", 1),
    ]  # fmt: skip
    now = care.json("maintenance", "--year")
    (logs,) = [row for row in now["items"] if row["item"] == LOGS]
    assert {each["period"]: each["state"] for each in logs["periods"]}.get(week()) == "done"
    assert "weekly: 1 due" in care.say("maintenance", "--year")[1]
    for year in ("20", "9" * 5000, "٢٠٢٦", "1969"):
        assert "is not a year" in care.refused("maintenance", "--year", year, code=2)["what"]
    assert care.refused("maintenance", "--year", "--all", code=2)


@pytest.mark.parametrize(
    ("item", "code", "kind"),
    [
        ("weekly/2019-W60/review-error-logs", 2, "not-found"),
        ("monthly/2026-11/review-error-logs", 2, "not-found"),
        ("2999-W01/review-error-logs", 4, "not-due"),
        ("review-server-logs-daily", 2, "not-found"),
    ],
)
def test_what_is_no_instance_is_refused_with_what_to_do(care: Console, item: str, code: int, kind: str) -> None:
    error = care.refused("item", "tick", item, code=code)
    assert error["code"] == kind
    assert error["fix"]


def test_readonly_refuses_a_tick_and_still_lists(care: Console) -> None:
    assert care.refused("--readonly", "item", "tick", "review-error-logs", code=4)["code"] == "readonly"
    assert of_item(care, LOGS)[week()]["state"] == "due"


BACKUPS = "ongoing-maintenance/weekly/verify-backups-completed"


@pytest.fixture
def sensed(care: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Console:
    """The same, with dumps that a check looks at, and a disk that another one supports."""
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "dumps").mkdir()
    with (care.repo / "cockpit.yaml").open("a") as file:
        file.write(
            f"checks:\n  {BACKUPS}:\n"
            f"    {{file: {{path: '{tmp_path}/dumps/*', newer_than: 24h}}, closes: true, interval: 1s}}\n"
            f"  {DISK}: {{command: {{run: echo 61%}}, interval: 1s}}\n"
        )
    care.say("trust")
    return care


def test_a_check_looks_at_this_week_s_instance_and_closes_it(sensed: Console, tmp_path: Path) -> None:
    assert of_item(sensed, BACKUPS)[week()]["item_state"] == "unknown"
    found = {one["id"]: one for one in sensed.json("verify", code=1)}
    backups, disk = f"weekly/{week()}/{BACKUPS}", f"weekly/{week()}/{DISK}"
    assert {identity: one["item_state"] for identity, one in found.items() if identity in {backups, disk}} == {
        backups: "open", disk: "open",
    }  # fmt: skip
    (tmp_path / "dumps" / "shop.sql").write_text("x")
    (one,) = sensed.json("verify", "verify-backups-completed")
    assert (one["id"], one["state"], one["item_state"]) == (backups, "ok", "sensed")
    now = of_item(sensed, BACKUPS)[week()]
    assert (now["state"], now["item_state"], now["by"], now["check"]["state"]) == ("done", "sensed", None, "ok")
    assert "shop.sql" in sensed.say("maintenance")[1]
    assert of_item(sensed, DISK)[week()]["state"] == "due", "a check that supports closes nothing"
    (tmp_path / "dumps" / "shop.sql").unlink()
    sensed.json("verify", "verify-backups-completed", code=1)
    assert of_item(sensed, BACKUPS)[week()]["item_state"] == "regressed"


def test_the_watcher_looks_without_a_run(sensed: Console, tmp_path: Path) -> None:
    (tmp_path / "dumps" / "shop.sql").write_text("x")
    with subprocess.Popen(sensed.command("watch"), cwd=sensed.repo, stdout=subprocess.PIPE, text=True) as watcher:
        try:
            deadline = time.monotonic() + 30
            while of_item(sensed, BACKUPS)[week()]["item_state"] != "sensed":
                assert time.monotonic() < deadline, "nobody looked"
                time.sleep(0.2)
        finally:
            watcher.terminate()
    assert of_item(sensed, BACKUPS)[week()]["state"] == "done"
