"""What else than items is recognised, in several languages: procedures, roles, contacts, targets, variables."""

from __future__ import annotations

import pytest

from cockpit.content.markdown.files import part_texts
from cockpit.content.markdown.found import FoundParts
from tests.content.markdown.reading import read


def found(text: str) -> FoundParts:
    parts = read("- [ ] item\n\n" + text).parts
    part_texts(parts)  # each file reads back strictly
    return parts


@pytest.mark.parametrize(
    ("text", "kind", "title"),
    [
        ("## Emergency\n### Down\n1. look\n2. fix\n", "emergency", "Down"),
        ("## Incident response\n1) look\n2) fix\n", "emergency", "Incident response"),
        ("## Rollback\n### If it fails\n1. stop\n2. start\n", "rollback", "Rollback"),
        ("## Plano de reversão\n1. parar\n2. iniciar\n", "rollback", "Plano de reversão"),
        ("## 回滚\n1. 停止\n2. 启动\n", "rollback", "回滚"),
        ("## Notfall\n1. sehen\n2. tun\n", "emergency", "Notfall"),
        ("## Upgrade\n1. one\n2. two\n", "procedure", "Upgrade"),
        ("## Rollback\n```bash\n# Stop\nstop\n# Start\nstart\n```\n", "rollback", "Rollback"),
        ("## Upgrade\n```sh\n# 1. Stop\nstop\n# 2. Start\nstart\nmore\n```\n", "procedure", "Upgrade"),
    ],
)
def test_procedures(text: str, kind: str, title: str) -> None:
    (runbook,) = found(text).runbooks
    assert (runbook.kind, runbook.title, len(runbook.steps)) == (kind, title, 2)


def test_steps_have_commands_and_conditions() -> None:
    (runbook,) = found(
        "## Down\n1. Look: `ps`\n2. If down >30 min, switch\n3. Act\n   ```bash\n   act\n   ```\n"
    ).runbooks
    assert [(step.text, step.run, step.when, step.after) for step in runbook.steps] == [
        ("Look", "ps", "", ""),
        ("If down >30 min, switch", "", "down >30 min", "30m"),
        ("Act", "act", "", ""),
    ]


def test_no_procedures() -> None:
    text = (
        "## Contents\n1. [A](#a)\n2. [B](#b)\n## One\n1. only\n"
        "## Tasks\n1. [ ] a\n2. [ ] b\n## Code\n```bash\n# x\ny\n```\n"
    )
    assert found(text).runbooks == ()


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("## Sign-Off\n| Role | Name | Date |\n|---|---|---|\n| **Dev** | | |\n| Ops | | |\n", ["Dev", "Ops"]),
        ("## X\n| Function | Signature |\n|---|---|\n| Dev | |\n| | |\n", ["Dev"]),
        ("## Assinaturas\n| Papel | Nome | Data |\n|---|---|---|\n| Líder | | |\n", ["Líder"]),
        ("## 签字\n| 角色 | 姓名 |\n|---|---|\n| 运维 | |\n", ["运维"]),
        ("## Approval\n- **Dev Lead**: ______\n- QA: ____\n", ["Dev Lead", "QA"]),
        ("## Costs\n| Role | Cost |\n|---|---|\n| Dev | 5 |\n", []),
    ],
)
def test_roles(text: str, titles: list[str]) -> None:
    assert [role.title for role in found(text).roles] == titles


@pytest.mark.parametrize("headings", ["purpose | name | reach", "what | name | how", "area | who | "])
def test_a_table_of_contacts_is_known_by_its_heading_and_its_addresses(headings: str) -> None:
    rows = "| Ops | Rhea | rhea@x.example |\n| Net | | 030 1234567 |\n"
    text = f"- [ ] a\n\n## Contacts\n\n| {headings} |\n|---|---|---|\n{rows}"
    (ops, net) = found(text).contacts
    assert (ops.purpose, ops.address, net.purpose, net.address) == ("Ops", "rhea@x.example", "Net", "030 1234567")


def test_contacts() -> None:
    text = (
        "## Support contacts\n- **Tech**: Ann (ann@x.org)\n- Net: +49 30 1234567\n- Legal: [email]\n- Boss: Bea\n"
        "## On-call\n| Role | Name | Phone |\n|---|---|---|\n| DBA | Cy | 555 1234 |\n| PM | [Name] | [Phone] |\n"
    )
    assert [(one.purpose, one.name, one.address, one.hint) for one in found(text).contacts] == [
        ("Tech", "Ann", "ann@x.org", ""),
        ("Net", "", "+49 30 1234567", ""),
        ("Legal", "", "", "email"),
        ("Boss", "Bea", "", ""),
        ("DBA", "Cy", "555 1234", ""),
        ("PM", "", "", "Phone"),
    ]


def test_targets() -> None:
    text = (
        "## T\n- **Load (p99)**: < 1.5 s\n- Answer: under 200 ms\n- Uptime: ≥ 99,9 %\n- Batch: <= 2 minutes\n"
        "- Jobs: > 5\n"
        "## U\n- a: < 3 s\n- words\n## V\n| Metric | Target |\n|---|---|\n| Errors | <0.1% |\n| Issues | 0 |\n"
    )
    assert [(one.title, one.comparison, one.value, one.unit, one.percentile) for one in found(text).targets] == [
        ("Load (p99)", "<", 1.5, "s", 99.0),
        ("Answer", "<", 0.2, "s", 95.0),
        ("Uptime", ">=", 99.9, "percent", None),
        ("Batch", "<=", 120.0, "s", 95.0),
        ("Jobs", ">", 5.0, "count", None),
        ("Errors", "<", 0.1, "percent", None),
    ]


def test_variables_and_no_secret_is_copied() -> None:
    text = (
        "## Environment\n```env\n# Main (if applicable)\nSECRET_KEY=hunter2\nAPI_TOKEN=<token>\nexport PORT=80\n"
        "# Other\nDEBUG=False\nURL=https://x\nLOG=/var/log\n```\n## Code\n```bash\nA=1\nrun\n```\n"
    )
    assert [(one.name, one.group, one.type, one.applies, one.example) for one in found(text).env] == [
        ("SECRET_KEY", "Main", "secret", "if-applicable", ""),
        ("API_TOKEN", "Main", "secret", "if-applicable", "<token>"),
        ("PORT", "Main", "int", "if-applicable", "80"),
        ("DEBUG", "Other", "bool", "always", "False"),
        ("URL", "Other", "url", "always", "https://x"),
        ("LOG", "Other", "path", "always", "/var/log"),
    ]


def test_messages_have_blanks() -> None:
    (message,) = found("## M\n```\nSubject: Down - [what]\n\nSince {when}: [open/closed]\n```\n").templates
    assert (message.title, message.subject, message.body) == (
        "Down",
        "Down - {what}",
        "Since {when}: {open_closed}\n",
    )
    assert [(field.name, field.choices) for field in message.fields] == [
        ("what", ()),
        ("when", ()),
        ("open_closed", ("open", "closed")),
    ]
