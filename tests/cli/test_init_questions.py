"""What `cockpit init` asks: a slip is told at its prompt, and Enter gives nothing away."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from cockpit.cli.init_questions import question
from cockpit.content.init import detect
from cockpit.content.proposal.parts import Part


def test_a_wrong_time_zone_is_asked_again_and_enter_marks_no_part_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = ["shop", "staging", "no", "Europe/Nowhere", "Europe/Berlin", "http://127.0.0.1:9", "", "", "", "", ""]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(typed) + "\n"))
    parts = [Part("payments", ("a/b/pay",), found=False)]

    answers = question(tmp_path, detect(tmp_path), parts, answering="")

    assert answers.timezone == "Europe/Berlin"
    assert not answers.not_applicable
    assert "no time zone is named Europe/Nowhere" in capsys.readouterr().out


def test_a_mistyped_name_is_proposed_mended_at_its_prompt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = ["Web Shop", "", "staging, Pre_Prod", "", "UTC", "http://127.0.0.1:9", "", "", ""]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(typed) + "\n"))

    answers = question(tmp_path, detect(tmp_path), [], answering="")

    assert (answers.service, answers.environment) == ("web-shop", "staging, pre-prod")
    assert "'Pre_Prod' is not a name" in capsys.readouterr().out


def test_a_url_without_scheme_is_asked_at_once_and_one_that_is_none_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = ["shop", "production", "UTC", "htp://shop", "http://127.0.0.1:99999/", "127.0.0.1:9/up", "", "", ""]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(typed) + "\n"))

    answers = question(tmp_path, detect(tmp_path), [], answering="")

    out = capsys.readouterr().out
    assert answers.health_url == "http://127.0.0.1:9/up", "Enter keeps what does not answer yet"
    assert "htp://shop is no address" in out
    assert "http://127.0.0.1:99999/ is no address" in out
    assert "taken as http://127.0.0.1:9/up" in out


def test_an_env_file_without_an_example_is_seen_and_none_of_its_values_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_text("SECRET_KEY=hush-hush\n")
    monkeypatch.setattr("sys.stdin", io.StringIO("shop\nproduction\nUTC\nhttp://127.0.0.1:9\n\n\n\n"))

    question(tmp_path, detect(tmp_path), [], answering="")

    out = capsys.readouterr().out
    assert ".env (no example of it is here" in out
    assert "hush-hush" not in out
