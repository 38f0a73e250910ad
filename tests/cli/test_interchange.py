"""`cockpit import`, `export` and `init --from`, as a person and a script use them."""

from __future__ import annotations

import json
import stat
import subprocess
from pathlib import Path

import pytest

from cockpit.content.checklists import load_checklist
from cockpit.content.library import load_library
from tests.architecture.test_imports import among, loaded
from tests.cli.conftest import Console, no_room_beyond

pytestmark = pytest.mark.full

SOURCE = """\
# Launch

## Before
- [ ] look
  - [x] closely
- ☐ glyph

## Rollback
1. stop
2. start

## Sign-off
| Role | Signature |
|------|-----------|
| Dev  |           |
"""


@pytest.fixture
def away(tmp_path: Path) -> Console:
    """A console outside any repository, with a checklist in Markdown."""
    (tmp_path / "launch.md").write_text(SOURCE, encoding="utf-8")
    return Console(tmp_path)


def test_the_summary_says_what_was_found_and_what_was_not_placed(away: Console) -> None:
    out = away.repo / "out.yaml"
    status, said, _ = away.say("import", str(away.repo / "launch.md"), "-o", str(out))
    assert status == 0
    assert said.splitlines() == [
        "Launch: 2 items, 1 phase, 1 rollback procedure, 1 sign-off role",
        "1 ticked in the file: kept as checked, done by nobody in a release",
        "  Before: 1 section",
        "1 phase ends in a go or no-go: every open item holds it, until some say `killer: true`",
        "1 line with a box could not be placed (--lenient takes them):",
        "  line 6: - ☐ glyph",
        f"wrote {out}",
    ]
    assert [item.text for _, _, item, _ in load_checklist(out).walk()] == ["look", "closely"]


def test_the_summary_tells_what_it_decided_by_itself_and_lists_of_one_kind_in_a_line(away: Console) -> None:
    text = "# L\n## CRITICAL\n- [ ] a\n- b\n- c\n## Day\n- [ ] d\n## Weekly\n- [ ] e\n"
    (away.repo / "own.md").write_text(text, encoding="utf-8")
    said = away.say("import", str(away.repo / "own.md"), "-o", str(away.repo / "own.yaml"))[1].splitlines()
    assert said[4:-1] == [
        "1 phase ends in a go or no-go: every open item holds it, until some say `killer: true`",
        "1 phase ends in a go or no-go that killer items hold; what else is open there does not hold it",
        "Decided by itself; the YAML can say otherwise:",
        "  line 2, 'CRITICAL': 1 item is marked `killer: true`: each holds the go",
        "  line 4, 'b' and 1 more: no box: a note of 'a'",
        "  line 8, 'Weekly': comes again weekly, and holds no go or no-go",
    ]
    told = away.json("import", str(away.repo / "own.md"))["decisions"]
    assert [(one["line"], one["what"]) for one in told] == [(2, "killer"), (4, "note"), (5, "note"), (8, "recurring")]


def test_as_json(away: Console) -> None:
    found = away.json("import", str(away.repo / "launch.md"))
    contract = {"items": 2, "checked": 1, "phases": [{"title": "Before", "sections": 1}], "commands": 0, "runbooks": 1}
    contract |= {"signoff_roles": 1, "unplaced": [{"line": 6, "text": "- ☐ glyph"}]}
    assert {key: found[key] for key in contract} == contract
    assert [(item["text"], item["depth"], item["line"]) for item in found["item_list"]] == [
        ("look", 1, 4),
        ("closely", 2, 5),
    ]
    assert away.json("import", "--lenient", str(away.repo / "launch.md"))["items"] == 3


def test_without_a_place_to_write_to_the_yaml_is_printed(away: Console) -> None:
    _, out, err = away.say("import", str(away.repo / "launch.md"))
    (away.repo / "printed.yaml").write_text(out, encoding="utf-8")
    assert load_checklist(away.repo / "printed.yaml").id == "launch"
    assert err.startswith("Launch: 2 items")


def test_nothing_is_overwritten_untold(away: Console) -> None:
    source, out = str(away.repo / "launch.md"), away.repo / "out.yaml"
    out.write_text("mine", encoding="utf-8")
    assert away.refused("import", source, "-o", str(out), code=4)["code"] == "exists"
    assert out.read_text(encoding="utf-8") == "mine"
    away.json("import", source, "-o", str(out), "--force")
    load_checklist(out)
    assert away.refused("import", source, "-o", str(out), "--readonly", code=4)["code"] == "readonly"
    away.refused("import", source, "-o", str(away.repo), "--force", code=2)


def test_a_full_disk_leaves_what_was_there_and_no_half_of_a_file(away: Console) -> None:
    source, there, new = str(away.repo / "launch.md"), away.repo / "there.yaml", away.repo / "new.yaml"
    there.write_text("mine", encoding="utf-8")
    before = sorted(away.repo.iterdir())
    with no_room_beyond(200):
        for place in (["-o", str(there), "--force"], ["-o", str(new)]):
            assert "cannot be written" in away.refused("import", source, *place, code=2)["what"]
    assert sorted(away.repo.iterdir()) == before
    assert there.read_text(encoding="utf-8") == "mine"
    directory = away.repo / "all"
    away.json("import", source, "-d", str(directory))
    (directory / "launch.yaml").write_text("mine", encoding="utf-8")
    with no_room_beyond((directory / "runbooks" / "rollback.yaml").stat().st_size - 1):
        away.refused("import", source, "-d", str(directory), "--force", code=2)
    assert (directory / "launch.yaml").read_text(encoding="utf-8") == "mine"
    assert [path.name for path in directory.rglob(".*")] == []


def test_what_is_written_anew_keeps_its_link_and_its_permissions(away: Console) -> None:
    source, kept, link = str(away.repo / "launch.md"), away.repo / "kept.yaml", away.repo / "link.yaml"
    kept.write_text("mine", encoding="utf-8")
    kept.chmod(0o640)
    link.symlink_to(kept)
    away.json("import", source, "-o", str(link), "--force")
    assert link.is_symlink()
    load_checklist(kept)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640
    away.json("import", source, "-o", "/dev/null", "--force")


def test_all_parts_into_a_directory(away: Console) -> None:
    directory = away.repo / "all"
    found = away.json("import", str(away.repo / "launch.md"), "-d", str(directory))
    written = sorted(Path(path).relative_to(directory).as_posix() for path in found["written"])
    assert written == ["launch.yaml", "runbooks/rollback.yaml", "signoff.yaml"]
    library = load_library(directory)
    assert [runbook.title for runbook in library.runbooks] == ["Rollback"]
    assert [role.title for role in library.roles] == ["Dev"]
    (directory / "signoff.yaml").unlink()
    assert "rollback.yaml" in away.refused("import", str(away.repo / "launch.md"), "-d", str(directory), code=4)["what"]
    assert not (directory / "signoff.yaml").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "is empty"), (b"\x89PNG\r\n", "not UTF-8"), (b"words\n", "no task item"), (b"- [ ] a\n" * 700_000, "4 MiB")],
    ids=["empty", "picture", "prose", "large"],
)
def test_what_is_no_checklist_is_told(away: Console, content: bytes, words: str) -> None:
    path = away.repo / "x.md"
    path.write_bytes(content)
    assert words in away.refused("import", str(path), "-o", str(away.repo / "x.yaml"), code=2)["what"]
    assert not (away.repo / "x.yaml").exists()
    away.refused("import", str(away.repo / "none.md"), code=2)
    away.refused("import", str(away.repo), code=2)


def test_out_and_back_through_files(away: Console) -> None:
    source, out = str(away.repo / "launch.md"), str(away.repo / "out.yaml")
    away.json("import", source, "-o", out)
    _, exported, _ = away.say("export", out)
    assert exported == away.say("export", source)[1]
    (away.repo / "again.md").write_text(exported, encoding="utf-8")
    again = str(away.repo / "again.yaml")
    away.json("import", str(away.repo / "again.md"), "-o", again)
    assert load_checklist(Path(again)) == load_checklist(Path(out))
    assert "- [x] closely" in exported
    assert "[x]" not in away.say("export", out, "--blank")[1]
    assert away.say("export", out, "--format", "yaml")[1] in Path(out).read_text(encoding="utf-8")
    document = away.json("export", out)
    (look,) = document["phases"][0]["sections"][0]["items"]
    assert (look["state"], look["items"][0]["checked"], document["run"]) == ("open", True, None)
    assert away.json("export", out, "--format", "md", code=2)["error"]["code"] == "usage"


def test_a_shipped_checklist_needs_no_repository(away: Console) -> None:
    assert away.say("export", "production-deployment")[1].count("- [ ]") == 116
    assert away.refused("export", code=4)["code"] == "no-repository"


def test_export_shows_the_state_of_the_run(console: Console) -> None:
    assert console.say("export")[1].count("- [ ]") == 1
    console.json("item", "defer", "look", "--reason", "until *red\x1b[31m* is [fixed]", "--by", "Ben")
    text = console.say("export")[1]
    assert "- [ ] " in text
    assert "— **deferred by Ben 20" in text
    assert "until \\*red␛\\[31m\\* is \\[fixed\\]**" in text
    console.json("item", "undo", "look", "--by", "Ben")
    console.json("item", "tick", "look", "--by", "Ben")
    assert "- [x] " in console.say("export")[1]
    assert "**" not in console.say("export")[1]
    assert "[x]" not in console.say("export", "--blank")[1]
    (item,) = console.json("export")["phases"][0]["sections"][0]["items"]
    assert (item["state"], item["by"], item["checked"]) == ("done", "Ben", True)
    assert "checked: true" in console.say("export", "--format", "yaml")[1]
    assert console.refused("export", "nope", code=2)["code"] == "no-checklist"


def test_a_reason_in_an_export_strikes_nothing_and_calls_nobody(console: Console) -> None:
    console.json("item", "defer", "look", "--reason", "~~no~~ *x* @ana #12 www.example.com https://example.com")
    text = console.say("export")[1]
    told = ": \\~\\~no\\~\\~ \\*x\\* &#64;ana &#35;12 www\\.example.com https\\://example.com**"
    assert told in text


@pytest.mark.parametrize("verb", ["defer", "na", "tick", "claim"])
def test_what_an_export_says_of_an_items_state_is_no_part_of_its_text(
    console: Console, tmp_path: Path, verb: str
) -> None:
    before = [(item["id"], item["text"]) for item in console.json("status")["items"]]
    reason = ["--reason", "**later**: 2030-01-01T00:00:00.000Z \u2014 *by* Ben"] if verb in {"defer", "na"} else []
    console.json("item", verb, "look", *reason)
    (tmp_path / "again.md").write_text(console.say("export")[1], encoding="utf-8")
    found = console.json("import", str(tmp_path / "again.md"))["item_list"]
    assert [(item["id"], item["text"]) for item in found] == before


def test_init_from_markdown(away: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(away.repo / "state"))
    repo = away.repo / "repo"
    subprocess.run(["git", "init", "-q", str(repo)], check=True)
    subprocess.run(["git", "-C", str(repo), "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    console = Console(repo)
    written = console.json("init", "--yes", "--from", str(away.repo / "launch.md"))["written"]
    assert written == [
        "cockpit.yaml",
        "checklists/launch.yaml",
        "checklists/runbooks/rollback.yaml",
        "checklists/signoff.yaml",
    ]
    assert console.json("validate")["problems"] == []
    console.json("release", "open", "r1", "--by", "Ann")
    items = console.json("status")["items"]
    assert [(item["text"], item["state"], item["checked_in_source"]) for item in items] == [
        ("look", "open", False),
        ("closely", "open", True),
    ]
    assert "- [ ] closely — *ticked in the imported file*" in console.say("export", "launch")[1]
    before = json.dumps(sorted(map(str, repo.rglob("*.yaml"))))
    assert console.refused("init", "--yes", "--from", str(away.repo / "launch.md"), code=4)["code"] == "exists"
    (repo / "cockpit.yaml").unlink()
    assert console.refused("init", "--yes", "--from", str(away.repo / "launch.md"), code=4)["code"] == "exists"
    assert not (repo / "cockpit.yaml").exists()
    assert before


def test_init_on_a_full_disk_leaves_nothing_that_the_next_one_stumbles_over(away: Console) -> None:
    repo = away.repo / "repo"
    subprocess.run(["git", "init", "-q", str(repo)], check=True)
    console = Console(repo)
    command = ("init", "--yes", "--from", str(away.repo / "launch.md"))
    with no_room_beyond(200):
        assert "cannot be written" in console.refused(*command, code=2)["what"]
    assert console.json(*command)["written"][0] == "cockpit.yaml"


def test_only_import_loads_the_markdown_parser(console: Console, tmp_path: Path) -> None:
    parser = ("markdown_it", "mdit_py_plugins", "textual", "httpx")
    for command in (["status"], ["export", "--format", "yaml"], ["export", "--json"]):
        status, modules = loaded("--repo", str(console.repo), *command, home=tmp_path)
        assert (status, among(modules, parser)) == (0, set())
