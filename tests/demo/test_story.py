from __future__ import annotations

from pathlib import Path

import msgspec
import yaml

import cockpit
from cockpit.demo.story import ANA, BEN, LAUNCHED_AGO, NOT_APPLICABLE, ticks
from cockpit.release.checklist import Checklist, Item, Phase, Section

SECTIONS = {
    "pre-deployment/security-review": [f"item-{number}" for number in range(8)],
    "pre-deployment/testing": ["only"],
    "deployment-day/pre-deployment-checks": ["a", "b", "c", "d", "e"],
    "deployment-day/deployment": ["deploy-application-code", "verify-deployment-successful", "monitor-error-rates"],
    "deployment-day/post-deployment-verification": ["test-login-logout"],
}
CHECKLIST = Checklist(
    id="production-deployment",
    title="",
    phases=(
        Phase(
            id="all",
            title="",
            sections=tuple(
                Section(id=section, title="", items=tuple(Item(f"{section}/{item}", "") for item in items))
                for section, items in SECTIONS.items()
            ),
        ),
    ),
)


def test_everything_before_the_deployment_is_ticked_and_nothing_after() -> None:
    made = list(ticks(CHECKLIST))
    every = [item.id for _, _, item, _ in CHECKLIST.walk()]
    assert [tick.item for tick in made] == every[: every.index("deployment-day/deployment/monitor-error-rates")]


def test_both_people_work_and_time_runs_forward() -> None:
    made = list(ticks(CHECKLIST))
    assert {tick.who for tick in made} == {ANA, BEN}
    ages = [tick.minutes_ago for tick in made]
    assert ages == sorted(ages, reverse=True)
    assert min(ages) < LAUNCHED_AGO.total_seconds() / 60 <= ages[-2]


def test_it_fits_the_checklist_that_is_shipped() -> None:
    path = Path(cockpit.__file__).parent.parent / "checklists" / "production-deployment.yaml"
    shipped = msgspec.convert(yaml.safe_load(path.read_text()), Checklist)
    settled = [tick.item for tick in ticks(shipped)] + [each.item for each in NOT_APPLICABLE]
    assert len(settled) == len(set(settled))
    before = ("pre-deployment/", "deployment-week/", "deployment-day/pre-deployment-checks/")
    items = [item.id for _, _, item, _ in shipped.walk()]
    assert {item for item in items if item.startswith(before)} < set(settled) < set(items)
    assert sum(item.startswith("deployment-day/deployment/") for item in settled) == 2
