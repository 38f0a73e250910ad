"""Checklists from public repositories: exactly their items, and the same again after a way out and back."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cockpit.content.checklists import parse_checklist_text
from cockpit.content.markdown.exporting import checklist_markdown
from cockpit.content.markdown.files import checklist_text, part_texts
from cockpit.content.markdown.importing import Imported, import_text
from cockpit.content.markdown.source import read_markdown
from tests.content.markdown.reading import lines_of, read

SHARED = Path(__file__).parents[4] / "shared"
CORPORA = SHARED / "corpora" / "checklists"
FILES = sorted(CORPORA.glob("*.md"))
SEED = SHARED / "production-deployment-checklist.md"
LOOKS_LIKE_A_BOX = re.compile(r"\[ \]|\[[xX]\](?!\()|[☐☑☒]")

pytestmark = pytest.mark.skipif(not FILES, reason=f"the corpora are not at {CORPORA}")


def imported(path: Path) -> Imported:
    return import_text(read_markdown(path), str(path), path.stem)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_exactly_its_items(path: Path) -> None:
    expected = json.loads(path.with_suffix(".items.json").read_text(encoding="utf-8"))
    found = imported(path)
    items = [item for _, _, item, _ in found.checklist.walk()]
    assert [
        (line.text[:160], line.checked, line.depth, item.ordered, number)
        for line, item, number in zip(lines_of(found.checklist), items, found.lines, strict=True)
    ] == [(each["text"], each["checked"], each["task_depth"], each["ordered"], each["line"]) for each in expected]


@pytest.mark.parametrize("path", [*FILES, SEED], ids=lambda path: path.stem)
def test_out_and_back_it_is_the_same(path: Path) -> None:
    first = imported(path)
    assert parse_checklist_text(checklist_text(first.checklist, path.name), "x.yaml") == first.checklist
    part_texts(first.parts)
    assert read(checklist_markdown(first.checklist)).checklist == first.checklist


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_other_box_is_named(path: Path) -> None:
    found = imported(path)
    lines = path.read_text(encoding="utf-8").split("\n")
    boxes = {number for number, line in enumerate(lines, 1) if LOOKS_LIKE_A_BOX.search(line)}
    assert boxes - set(found.lines) == {each.line for each in found.unplaced}
    lenient = import_text(read_markdown(path), str(path), path.stem, lenient=True)
    assert set(found.lines) <= set(lenient.lines)
    assert boxes == set(lenient.lines) | {each.line for each in lenient.unplaced}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_code_block_stays(path: Path) -> None:
    def blocks(text: str) -> list[str]:
        found = re.findall(r"^[ >]*(`{3,}|~{3,})[^\n]*\n(.*?)^[ >]*\1", text, re.MULTILINE | re.DOTALL)
        return sorted(" ".join(code.split()) for _, code in found)

    assert blocks(checklist_markdown(imported(path).checklist)) == blocks(path.read_text(encoding="utf-8"))


def test_the_checklist_that_the_product_comes_from() -> None:
    found = imported(SEED)
    assert len(lines_of(found.checklist)) == 116
    assert [phase.title for phase in found.checklist.phases] == [
        "Pre-Deployment", "Deployment Week", "Deployment Day", "Post-Deployment", "Ongoing Maintenance",
    ]  # fmt: skip
    kinds = [(runbook.title, runbook.kind, len(runbook.steps)) for runbook in found.parts.runbooks]
    assert kinds == [
        ("Application Down", "emergency", 4),
        ("Payment Gateway Issues", "emergency", 5),
        ("Database Issues", "emergency", 5),
        ("Security Incident", "emergency", 5),
        ("Rollback Procedure", "rollback", 5),
    ]
    assert [role.title for role in found.parts.roles] == ["Dev Lead", "QA Lead", "Security", "Ops", "Product"]
    targets = [(target.title, target.comparison, target.value, target.unit) for target in found.parts.targets]
    assert targets == [
        ("Page load time", "<", 2, "s"),
        ("API response time", "<", 0.5, "s"),
        ("Checkout completion time", "<", 30, "s"),
        ("Payment processing", "<", 5, "s"),
        ("Uptime", ">", 99.9, "percent"),
        ("Error rate", "<", 0.1, "percent"),
    ]
    contacts = [(contact.purpose, contact.name, contact.address, contact.hint) for contact in found.parts.contacts]
    assert contacts == [
        ("Technical Issues", "", "", "contact"),
        ("Payment Issues", "Razorpay Support", "support@razorpay.com", ""),
        ("Security Issues", "", "", "security email"),
        ("General Questions", "", "", "support email"),
    ]
    assert len(found.parts.env) == 13
    assert (found.unplaced, found.checklist.phases[-1].maintenance) == ((), True)
    (command,) = [item.run for _, _, item, _ in found.checklist.walk() if item.run]
    assert command == 'python -c "import secrets; print(secrets.token_hex(32))"'
