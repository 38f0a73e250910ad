"""What is to be trusted at the end of `cockpit init` says what of it was only assumed; a placeholder is not trusted."""

from __future__ import annotations

import io
import subprocess
from argparse import Namespace
from pathlib import Path

import pytest

from cockpit.cli.init_trust import offer_trust
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


def asked(root: Path, found: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(root / "state"))
    return offer_trust(Namespace(repo=str(root)), root, found)


def test_a_way_back_that_nothing_speaks_of_is_called_assumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(tmp_path, set_up(tmp_path, {}), monkeypatch)

    lines = capsys.readouterr().out.splitlines()
    stop = next(number for number, line in enumerate(lines) if "sudo systemctl stop" in line)
    assert lines[stop + 1].strip().startswith("ASSUMED: a unit")
    assert any("11 of these are ASSUMED" in line for line in lines), "those three, and the shipped runbooks' eight"
    restart = lines.index("    sudo systemctl restart app.service")
    assert lines[restart + 1].strip() == "ASSUMED: a shipped sample, not written for this service"


def test_what_a_unit_says_is_not_called_assumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = set_up(tmp_path, {"shop.service": "[Service]\nExecStart=/srv/shop --port 8123\n"})

    assert set(found) == {"rollback.steps.verify"}
    assert asked(tmp_path, found, monkeypatch)
    assert "ASSUMED: a unit" not in capsys.readouterr().out


def test_a_plan_with_a_placeholder_is_not_trusted_and_it_is_told_what_to_edit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = set_up(tmp_path, {})
    file = tmp_path / "cockpit.yaml"
    file.write_text(file.read_text().replace("sudo systemctl stop", "ssh web1.example.org systemctl stop"))

    assert not asked(tmp_path, found, monkeypatch)
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
