"""Files and env files as checks; no value of an env file is ever told."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.checks.env import look_by_env
from cockpit.envfile.parsing import parse_env
from cockpit.release.checks import Check, EnvCheck, FileCheck
from tests.checks.conftest import Eye

STRONG = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"
ENV = f"""\
# settings
export DATABASE_URL="postgres://shop@db/shop"
SECRET_KEY={STRONG}  # do not share
MODE = 'production'
EMPTY=
TOKEN=change-me
KEY=your-key-here
ANGLE=<paste it>
RAZORPAY=rzp_test_123
LONG=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
PART=shop-${{VAULT_KEY}}
NUL=shop\0prod
"""


@pytest.mark.parametrize(
    ("check", "says"),
    [
        (EnvCheck(set=("DATABASE_URL", "MODE")), "ok: 2 of 2 variables set"),
        (EnvCheck(min_length={"SECRET_KEY": 32}), "ok: 1 of 1 variables set"),
        (EnvCheck(min_length={"SECRET_KEY": 33}), "failed: SECRET_KEY has 32 of 33 characters"),
        (EnvCheck(min_length={"LONG": 32}), "failed: LONG repeats the same few characters"),
        (EnvCheck(set=("NOWHERE", "EMPTY")), "failed: NOWHERE is not set; EMPTY is empty"),
        (EnvCheck(set=("TOKEN", "KEY")), "failed: TOKEN is a placeholder; KEY is a placeholder"),
        (EnvCheck(set=("ANGLE",)), "failed: ANGLE is a placeholder"),
        (EnvCheck(set=("RAZORPAY",), placeholders=("rzp_test_123",)), "failed: RAZORPAY is a placeholder"),
        (EnvCheck(set=("PART",)), "unknown: not seen (PART takes in VAULT_KEY, which .env does not set)"),
        (EnvCheck(set=("PART", "EMPTY")), "failed: EMPTY is empty"),
        (EnvCheck(set=("NUL",)), "failed: NUL holds a NUL byte, which no environment takes"),
        (EnvCheck(file="nowhere.env", set=("A",)), "failed: there is no file nowhere.env"),
    ],
)
async def test_env_files(eye: Eye, check: EnvCheck, says: str) -> None:
    (eye.code / ".env").write_text(ENV)
    assert await eye.says(Check(env=check)) == says


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=8), st.integers(1, 200))
def test_no_value_is_ever_told(tmp_path_factory: pytest.TempPathFactory, value: str, least: int) -> None:
    directory = tmp_path_factory.getbasetemp()
    (directory / "hostile.env").write_text(f"SECRET_KEY={value}\n", encoding="utf-8", newline="")
    found = look_by_env(EnvCheck(file="hostile.env", min_length={"SECRET_KEY": least}), code=directory)
    entry = parse_env(f"SECRET_KEY={value}\n").entries.get("SECRET_KEY")
    kept = (entry.value or "") if entry is not None else ""
    words = "SECRET_KEY is not set empty a placeholder has of characters repeats the same few 1 variables set"
    if len(kept) >= 6 and kept not in words:
        assert kept not in f"{found.actual} {found.detail}"


@pytest.fixture
def backups(eye: Eye) -> Path:
    directory = eye.code / "back ups"
    directory.mkdir()
    for name, age, size in (("old.sql", 90_000, 500), ("new.sql", 3_700, 2_000)):
        path = directory / name
        path.write_bytes(b"x" * size)
        os.utime(path, (time.time() - age,) * 2)
    return directory


async def test_the_newest_file_counts(eye: Eye, backups: Path) -> None:
    fresh = Check(file=FileCheck(path="back ups/*.sql", newer_than="24h"))
    assert await eye.says(fresh) == "ok: back ups/new.sql, 2000 bytes, 1h old"
    red = Check(file=FileCheck(path="back ups/*.sql", newer_than="1h", min_size=5_000))
    assert await eye.says(red) == "failed: back ups/new.sql is 1h old; back ups/new.sql holds 2000 bytes"
    (backups / "new.sql").unlink()
    assert await eye.says(fresh) == "failed: back ups/old.sql is 25h old"


async def test_a_file_that_is_not_there_or_empty_has_failed(eye: Eye, backups: Path) -> None:
    assert await eye.says(Check(file=FileCheck(path="nowhere/*.sql"))) == "failed: there is no file nowhere/*.sql"
    (backups / "empty.sql").touch()
    assert (await eye.says(Check(file=FileCheck(path=str(backups / "empty.sql"))))).startswith("failed: ")
    assert await eye.says(Check(file=FileCheck(path="app.py"))) == "ok: app.py, 12 bytes, 0s old"
    assert (await eye.look(Check(file=FileCheck(path="back ups")))).state == "failed", "a directory is no file"


async def test_a_file_that_is_dated_ahead_of_the_clock_is_not_called_new(eye: Eye) -> None:
    backup = eye.code / "shop.dump"
    backup.write_bytes(b"x")
    ahead = time.time() + 86_400
    os.utime(backup, (ahead, ahead))
    found = await eye.look(Check(file=FileCheck(path="shop.dump", newer_than="24h")))
    assert (found.state, found.actual) == ("unknown", "not seen")
    assert "shop.dump is dated" in found.detail
    assert (await eye.look(Check(file=FileCheck(path="shop.dump")))).state == "ok"
