"""Parts of a checklist that a service may not have: which items they are, and what of the repository speaks of them."""

from __future__ import annotations

from pathlib import Path

from cockpit.content.checklists import load_checklist
from cockpit.content.configuration import parse_configuration_text
from cockpit.content.init import Answers, configuration_text
from cockpit.content.proposal.markdown import find_markdown
from cockpit.content.proposal.parts import find_parts, without
from cockpit.content.shipped import shipped_directory
from cockpit.release.inapplicable import inapplicable_items

SHIPPED = load_checklist(shipped_directory() / "production-deployment.yaml")


def test_nothing_is_of_two_parts_and_what_recurs_is_of_none(tmp_path: Path) -> None:
    parts = find_parts(tmp_path, [SHIPPED])
    items = [item for part in parts for item in part.items]
    assert len(items) == len(set(items)) > 20
    assert not any(item.startswith("ongoing-maintenance/") for item in items)
    assert not any("root-login" in item for item in items)
    assert not any(part.found for part in parts)


def test_what_the_repository_speaks_of_is_found(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("stripe==9\n")
    (tmp_path / "CHECKLIST.md").write_text("- [ ] send an email by SMTP to the admin\n")
    assert [part.name for part in find_parts(tmp_path, [SHIPPED]) if part.found] == ["payments"]


def test_what_is_said_stands_in_the_file_and_what_is_only_guessed_beside_it(tmp_path: Path) -> None:
    payments, mail, *_ = sorted(find_parts(tmp_path, [SHIPPED]), key=lambda part: part.name != "payments")
    said = without([payments], 'we "sell" nothing')
    text = configuration_text(Answers("shop", not_applicable=said, doubtful=(mail,)))
    found = parse_configuration_text(text, "cockpit.yaml").not_applicable
    assert found == said
    assert all(f"#       - {item}\n" in text for item in mail.items)
    assert inapplicable_items(found, [SHIPPED]) == dict.fromkeys(payments.items, 'we "sell" nothing')


def test_markdown_with_boxes_may_be_a_checklist(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "LAUNCH.md").write_text("- [ ] a\n- [x] b\n1. [ ] c\n* [ ] d\n")
    (tmp_path / "SHORT.md").write_text("- [ ] a\n- [ ] b\n- [ ] c\n")
    (tmp_path / "pull_request_template.md").write_text("- [ ] tests\n- [ ] docs\n")
    (tmp_path / "README.md").write_text("[x](y) and - [ ] in a line\n" * 5)
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "TODO.md").write_text("- [ ] a\n" * 9)
    assert [(one.file, one.boxes) for one in find_markdown(tmp_path)] == [("docs/LAUNCH.md", 4), ("SHORT.md", 3)]
