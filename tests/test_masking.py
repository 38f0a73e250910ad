"""What the env file holds is masked wherever it turns up, and so is what it holds a moment later."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.masking import Mask
from cockpit.redact import MASK
from tests.shop import Moments

QUIET = "vX7-quiet-Marmalade-91"  # of no known shape


def test_the_env_files_secrets_are_masked_and_its_other_values_are_not(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"DB_PASSWORD={QUIET}\nHOST=shop.example.org\nODD=kT4-Oboe-under-the-lake\n")
    mask = Mask()
    text = f"connected to shop.example.org with {QUIET}, then kT4-Oboe-under-the-lake"
    assert mask(text) == text, "it has not been told of the file yet"
    mask.tell_of(lambda: tmp_path / ".env", lambda: ["ODD"])
    assert mask(text) == f"connected to shop.example.org with {MASK}, then {MASK}"


def test_a_rotated_secret_is_known_within_a_second_and_a_lost_file_forgets_nothing(tmp_path: Path) -> None:
    clock = Moments()
    path = tmp_path / ".env"
    path.write_text(f"DB_PASSWORD={QUIET}\n")
    mask = Mask(monotonic=clock)
    mask.tell_of(lambda: path, tuple)
    assert mask(f"with {QUIET}") == f"with {MASK}"
    path.write_text("DB_PASSWORD=wQ2-Silent-Tangerine-90\n")
    clock.at += 1.5
    assert mask("with wQ2-Silent-Tangerine-90") == f"with {MASK}"
    path.unlink()
    clock.at += 1.5
    assert mask("with wQ2-Silent-Tangerine-90") == f"with {MASK}"


def test_the_environments_secrets_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_API_TOKEN", QUIET)
    assert Mask()(f"sent {QUIET}") == f"sent {MASK}"
