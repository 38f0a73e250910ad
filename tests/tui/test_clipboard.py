"""Copying: what goes to the terminal as OSC 52, what is too long for that, and the file beside it."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

import pytest
from textual.app import App

from cockpit.tui.clipboard import copy_out, keep_copy


class Sent(App[int]):
    """An app that notes what it sends to the terminal's clipboard."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def copy_to_clipboard(self, text: str) -> None:
        self.sent.append(text)


@pytest.mark.parametrize(("text", "fits"), [("x" * 74_994, True), ("x" * 74_995, False), ("発" * 25_000, False)])
async def test_what_a_terminal_would_cut_is_not_sent_but_kept(
    text: str, fits: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path))
    app, told = Sent(), list[str]()
    await copy_out(app, text, told.append)
    assert app.sent == ([text] if fits else [])
    assert told[0].startswith("sent to" if fits else "too long for")
    assert told[0].endswith(f"; also in {tmp_path / 'copied.txt'}")
    assert (tmp_path / "copied.txt").read_text() == text + "\n"
    assert "copied to" not in told[0]


def test_the_file_is_this_user_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    path = keep_copy("order=8812 \udcff")
    assert keep_copy("again") == path
    assert path.read_text() == "again\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_what_is_copied_waits_for_no_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path))
    kept = tmp_path / "copied.txt"
    os.mkfifo(kept)  # which cannot be written to before somebody reads it
    app, told = Sent(), list[str]()
    copying = asyncio.create_task(copy_out(app, "one", told.append))
    await asyncio.sleep(0.1)
    try:
        assert app.sent == ["one"]
        assert not told
    finally:
        assert await asyncio.to_thread(kept.read_text) == "one\n"
        await copying
    assert told == [f"sent to the terminal's clipboard; also in {kept}"]
