"""The shipped checklist holds every item of the document it was made from, word by word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cockpit.content.checklists import load_checklist
from cockpit.content.ids import assign_ids
from cockpit.content.library import load_library
from cockpit.content.shipped import shipped_directory
from cockpit.release.checklist import Checklist
from tests.content.bindings import bindings
from tests.content.erase_ids import without_ids

SOURCE = Path(__file__).parents[3] / "shared" / "production-deployment-checklist.md"

# Sections in order, with the number of their items, nested ones included.
EXPECTED = {
    "Pre-Deployment": {"Security Review": 8, "Code Quality": 7, "Testing": 7, "Documentation": 6},
    "Deployment Week": {
        "Environment Setup": 10,
        "Application Setup": 6,
        "Web Server Configuration": 6,
        "Payment Gateway": 6,
        "Monitoring & Logging": 5,
    },
    "Deployment Day": {"Pre-Deployment Checks": 5, "Deployment": 7, "Post-Deployment Verification": 9},
    "Post-Deployment": {"Monitoring": 5, "Security Monitoring": 5, "Performance": 4, "User Feedback": 4},
    "Ongoing Maintenance": {"Weekly": 4, "Monthly": 4, "Quarterly": 4, "Annually": 4},
}


@pytest.fixture(scope="module")
def checklist() -> Checklist:
    return load_checklist(shipped_directory() / "production-deployment.yaml")


def test_counts(checklist: Checklist) -> None:
    assert len(list(checklist.walk())) == 116
    counts = {
        phase.title: {section.title: len(list(section.walk())) for section in phase.sections}
        for phase in checklist.phases
    }
    assert counts == EXPECTED


def test_ids_are_those_of_their_texts(checklist: Checklist) -> None:
    assert assign_ids(without_ids(checklist)) == checklist
    ids = {item.id for _, _, item, _ in checklist.walk()}
    assert "deployment-day/deployment/verify-payment-processing" in ids
    assert "deployment-week/environment-setup/configure-production-server/disable-root-login" in ids


def test_what_is_plain_of_phases_and_items(checklist: Checklist) -> None:
    assert [phase.id for phase in checklist.phases if phase.pause_point] == [
        "pre-deployment",
        "deployment-week",
        "deployment-day",
    ]
    (maintenance,) = (phase for phase in checklist.phases if phase.maintenance)
    assert [section.cadence for section in maintenance.sections] == ["weekly", "monthly", "quarterly", "annually"]
    items = {item.id: item for _, _, item, _ in checklist.walk()}
    assert all((item.applies == "if-applicable") == ("(if applicable)" in item.text) for item in items.values())
    assert {item.id: item.window for item in items.values() if item.cadence} == {
        "post-deployment/monitoring/review-server-logs-daily": "T+0d..T+14d"
    }
    assert items["deployment-day/deployment/verify-payment-processing"].two_person
    for phase in checklist.phases:
        assert any(item.killer for _, item, _ in phase.walk()) == phase.pause_point
    roles = {role.id for role in load_library(shipped_directory()).roles}
    assert {item.role for item in items.values()} == roles


@pytest.mark.skipif(
    not SOURCE.exists(), reason="the document that the checklist was made from is not beside this checkout"
)
class TestAgainstItsSource:
    def test_headings_items_nesting_and_commands_word_by_word(self, checklist: Checklist) -> None:
        body = SOURCE.read_text().partition("\n## Environment Variables")[0]
        lines = [line for line in body.splitlines() if line and not line.startswith(("---", "```"))]
        assert written_as_markdown(checklist) == lines

    def test_procedures(self) -> None:
        library = load_library(shipped_directory())
        text = SOURCE.read_text()
        emergency = text.partition("## Emergency Procedures")[2].partition("\n---")[0]
        for runbook in library.runbooks:
            if runbook.kind == "emergency":
                steps = [
                    f"{number}. {step.text}" + (f": `{step.run}`" if step.run else "")
                    for number, step in enumerate(runbook.steps, 1)
                ]
                assert "\n".join([f"### {runbook.title}", *steps]) in emergency
        assert emergency.count("### ") == sum(runbook.kind == "emergency" for runbook in library.runbooks)
        (rollback,) = (runbook for runbook in library.runbooks if runbook.kind == "rollback")
        commands = "\n\n".join(f"# {number}. {step.text}\n{step.run}" for number, step in enumerate(rollback.steps, 1))
        assert f"## {rollback.title}\n\n### {rollback.note}\n```bash\n{commands}\n```" in text

    def test_message(self) -> None:
        (template,) = (one for one in load_library(shipped_directory()).templates if one.id == "production-issue")
        message = f"Subject: {template.subject}\n\n{template.body}"
        for field in template.fields:
            message = message.replace(f"{{{field.name}}}", f"[{field.hint}]")
        assert f"```\n{message}```" in SOURCE.read_text()

    def test_lists(self) -> None:
        library = load_library(shipped_directory())
        text = SOURCE.read_text()

        def part(title: str) -> str:
            return text.partition(f"\n## {title}\n")[2].partition("\n---")[0]

        shown = {"s": " seconds", "percent": "%", "count": ""}
        targets = [f"- {each.title}: {each.comparison} {each.value:g}{shown[each.unit]}" for each in library.targets]
        assert part("Performance Targets").replace("500ms", "0.5 seconds").split("\n") == ["", *targets, ""]

        variables = re.findall(r"^(?:# (.+)|(\w+)=(.*))$", part("Environment Variables (Production)"), re.MULTILINE)
        expected, group = [], ""
        for heading, name, value in variables:
            group = heading or group
            if name:
                expected.append((name, value, group))
        assert [
            (each.name, each.example, each.group + (" (if applicable)" if each.applies == "if-applicable" else ""))
            for each in library.env
        ] == expected

        tools = "\n\n".join(
            "\n".join([f"### {group.title}", *(f"- {tool.name}" for tool in group.tools)]) for group in library.tools
        )
        assert part("Monitoring Tools (Recommended)").strip() == tools

        contacts = [
            f"- **{each.purpose}**: " + (f"{each.name} ({each.address})" if each.address else f"[{each.hint}]")
            for each in library.contacts
        ]
        assert part("Support Contacts").strip().split("\n") == contacts
        assert [f"| {role.title} | | | |" for role in library.roles] == part("Sign-Off").strip().split("\n")[2:]
        assert f"[{library.notes.hint}]" in part("Notes")
        assert f"**Version**: {library.notes.version}" in text


def written_as_markdown(checklist: Checklist) -> list[str]:
    """Return the lines of a checklist's Markdown, without blank lines and fences."""
    lines = [f"# {checklist.title}"]
    for phase in checklist.phases:
        lines.append(f"## {phase.title}" + (f" ({phase.when})" if phase.when else ""))
        for section in phase.sections:
            lines.append(f"### {section.title}")
            for item, depth in section.walk():
                lines.append(f"{'  ' * depth}- [ ] {item.text}")
                lines.extend(item.run.splitlines())
    return lines


def test_every_item_has_its_kind() -> None:
    assert len(bindings()) == 116
