"""What is to be trusted at the end of `cockpit init` says what of it was only assumed; a placeholder is not trusted."""

from __future__ import annotations

import io
import subprocess
from argparse import Namespace
from pathlib import Path

import pytest

from cockpit.cli.init_trust import offer_trust
from cockpit.cli.questions import folded
from cockpit.content.assumed import assumed, placeholder_in
from cockpit.content.init import detect, write_configuration
from tests.cli.conftest import Console


def set_up(root: Path, files: dict[str, str]) -> dict[str, str]:
    for name, text in files.items():
        (root / name).write_text(text)
    subprocess.run(["git", "-C", str(root), "init", "--quiet", "--template="], check=True)
    answers = detect(root)
    write_configuration(root, answers)
    return assumed(answers)


def asked(root: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(root / "state"))
    return offer_trust(Namespace(repo=str(root)), root)


def test_a_way_back_that_nothing_speaks_of_is_called_assumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up(tmp_path, {})
    assert asked(tmp_path, monkeypatch)

    lines = capsys.readouterr().out.splitlines()
    stop = next(number for number, line in enumerate(lines) if "sudo systemctl stop" in line)
    assert lines[stop + 1].strip().startswith("ASSUMED: a unit")
    assert any("3 are ASSUMED (3 in rollback)" in line for line in lines), "no sample of the cockpit's is among them"
    sample = next(number for number, line in enumerate(lines) if "systemctl restart app.service" in line)
    assert any("samples that nobody has written for this service" in line for line in lines[:sample])


def test_what_a_unit_says_is_not_called_assumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = set_up(tmp_path, {"shop.service": "[Service]\nExecStart=/srv/shop --port 8123\n"})

    assert set(found) == {"rollback.steps.verify", "deploy.steps.start", "deploy.steps.verify"}
    assert asked(tmp_path, monkeypatch)
    assert "ASSUMED: a unit" not in capsys.readouterr().out


def test_a_plan_with_a_placeholder_is_not_trusted_and_it_is_told_what_to_edit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up(tmp_path, {})
    file = tmp_path / "cockpit.yaml"
    file.write_text(file.read_text().replace("sudo systemctl stop", "ssh web1.example.org systemctl stop"))

    assert not asked(tmp_path, monkeypatch)
    out = capsys.readouterr().out
    assert "PLACEHOLDER: web1.example.org" in out
    assert "rollback.steps.stop.run in cockpit.yaml" in out
    refused = Console(tmp_path).refused("trust", code=4)
    assert refused["code"] == "placeholder"
    assert not Console(tmp_path).json("trust", "--show")["trusted"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ssh <HOST> stop", "<HOST>"),
        ("TOKEN=CHANGE_ME ./deploy", "CHANGE_ME"),
        ("curl https://shop.example.com/", "shop.example.com"),
        ("sort <in.txt >out.txt; psql <<EOF", ""),
        ("curl https://myexample.community/", ""),
    ],
)
def test_only_what_nobody_types_in_earnest_is_a_placeholder(text: str, found: str) -> None:
    assert placeholder_in(text) == found


def test_what_init_guessed_is_told_to_whoever_trusts_later_until_somebody_takes_the_mark_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    set_up(tmp_path, {})
    console, file = Console(tmp_path), tmp_path / "cockpit.yaml"
    why = f"a unit {tmp_path.name}.service".replace("_", "-")

    shown = console.say("trust", "--show")[1]
    lines = [line.strip() for line in shown.splitlines()]
    assert lines[lines.index("rollback.steps.stop.run:") + 2].startswith(f"ASSUMED: {why}")
    assert lines[lines.index("rollback.steps.verify:") + 1].startswith("ASSUMED: http://127.0.0.1:5000/health")
    assert "3 are ASSUMED (3 in rollback): guessed by cockpit init" in shown
    document = console.json("trust", "--show")
    marked = {one["where"] for one in document["commands"] if one["assumed"].startswith("a unit")}
    assert marked == {"rollback.steps.stop.run", "rollback.steps.start.run", "rollback.steps.start.done_when"}
    assert list(document["assumed"]) == ["rollback.steps.stop", "rollback.steps.start", "rollback.steps.verify"]

    # A hand that edits the command leaves the mark where it is; one that takes it away has looked.
    text = file.read_text().replace("sudo systemctl stop", "doas systemctl stop")
    file.write_text(text)
    assert "rollback.steps.stop" in console.json("trust", "--show")["assumed"]
    file.write_text(text.replace(next(line for line in text.splitlines() if "assumed: " in line) + "\n", "", 1))
    assert list(console.json("trust", "--show")["assumed"]) == ["rollback.steps.start", "rollback.steps.verify"]


def test_a_placeholder_that_is_really_meant_is_said_so_at_its_step_and_no_other_one_passes_by_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    set_up(tmp_path, {})
    console, file = Console(tmp_path), tmp_path / "cockpit.yaml"
    stop = next(line for line in file.read_text().splitlines() if "systemctl stop" in line)
    file.write_text(file.read_text().replace(stop, '      run: "ssh web1.example.org systemctl stop shop"'))

    refused = console.refused("trust", code=4)
    assert refused["code"] == "placeholder"
    assert 'literal: ["web1.example.org"]' in refused["fix"]
    assert "rollback.steps.stop.run" in refused["fix"]

    meant = file.read_text().replace('stop shop"', 'stop shop"\n      literal: ["web1.example.org"]')
    file.write_text(meant)
    document = console.json("trust")
    assert document["trusted"]
    assert {one["placeholder"] for one in document["commands"] if "steps.stop" in one["where"]} == {""}

    file.write_text(meant.replace("systemctl stop shop", "systemctl stop <UNIT>"))
    assert "<UNIT>" in console.refused("trust", code=4)["what"]
    file.write_text(meant.replace("ssh web1.example.org", "ssh web1"))
    complaint = console.json("validate", code=2)["error"]["what"]
    assert "'web1.example.org' is no placeholder of this step" in complaint


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "  health       http://h/ (a guess, no answer yet)",
            ["  health       http://h/ (a", "               guess, no answer", "               yet)"],
        ),
        ("Enter takes what stands in these brackets.", ["Enter takes what stands in these", "brackets."]),
        ("short", ["short"]),
        ("", [""]),
    ],
)
def test_what_init_tells_is_folded_between_words_below_where_its_text_begins(text: str, lines: list[str]) -> None:
    assert folded(text, 32).split("\n") == lines
