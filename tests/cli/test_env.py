"""`cockpit env`: what is wrong, by exit status; and no value anywhere, however it goes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Console
from tests.execution.flight import Flight

STRONG = "9f8e7d2c5b4a39281706f5e4d3c2b1a0"
PLANTED = (
    STRONG,
    "Tr0ub4dor-in-a-url",
    "rzp_test_PLANTEDkey99",
    "sk_test_PLANTED0099",
    "PLANTED-PLANTED-PLANTED-PLANTED-",
)
FILE = f"""\
SECRET_KEY={PLANTED[4]}
FLASK_ENV=production
FLASK_DEBUG=True
RAZORPAY_KEY_ID={PLANTED[2]}
RAZORPAY_KEY_SECRET={STRONG}
DATABASE_URL=postgresql://shop:{PLANTED[1]}@db:543210/shop
LOG_LEVEL=INFO
LOG_FILE=app.log
OTHER={PLANTED[3]}
this line is broken {STRONG}
"""


@pytest.fixture
def flown(flight: Flight) -> Console:
    rules = {"SECRET_KEY": {"type": "secret", "group": "App", "min_length": 20}, "FLASK_ENV": {"off": True}}
    flight.begin(env={"variables": rules}, environment={"name": "live", "production": True})
    return Console(flight.repo)


def everything_written(repo: Path) -> bytes:
    """Return every file of the store, and every object of the state refs."""
    kept = b"".join(path.read_bytes() for path in (repo / ".git" / "cockpit").rglob("*") if path.is_file())
    objects = subprocess.run(
        ["git", "cat-file", "--batch-all-objects", "--batch"], cwd=repo, capture_output=True, check=True
    )  # fmt: skip
    return kept + objects.stdout


def test_what_is_wrong_is_told_and_no_value_is(flown: Console) -> None:
    path = flown.repo / ".env"
    path.write_text(FILE)
    path.chmod(0o644)
    said = [flown.say("env"), flown.say("env", "--json"), flown.say("env", str(path)), flown.say("env", "nowhere.env")]
    assert [status for status, _, _ in said] == [1, 1, 1, 2]
    found = flown.json("env", code=1)
    by_name = {one["name"]: (one["state"], one["why"]) for one in found["variables"]}
    assert by_name["SECRET_KEY"][0] == "failed"
    assert by_name["FLASK_DEBUG"] == ("failed", "is not False")
    assert by_name["RAZORPAY_KEY_ID"][1].startswith("is a test key")
    assert by_name["DATABASE_URL"] == ("failed", "is no URL")
    assert by_name["SESSION_COOKIE_SECURE"] == ("failed", "is not set")
    assert by_name["FLASK_ENV"] == ("ok", "no rule speaks of it")
    assert {one["where"] for one in found["problems"]} == {".env", ".env:10"}
    shown = "".join(out + err for _, out, err in said)
    written = everything_written(flown.repo)
    for secret in PLANTED:
        assert secret not in shown
        assert secret.encode() not in written


def test_a_secret_and_nothing_else(flown: Console) -> None:
    status, out, err = flown.say("env", "generate", "SECRET_KEY")
    assert (status, err) == (0, "")
    assert re.fullmatch(r"[\w-]{43}\n", out)
    assert out != flown.say("env", "generate", "SECRET_KEY")[1]
    assert flown.refused("env", "generate", "FLASK_DEBUG", code=4)["code"] == "no-secret"
    flown.refused("env", "generate", "no name", code=2)
    assert out.strip().encode() not in everything_written(flown.repo)


def test_a_secret_is_to_be_had_anywhere(tmp_path: Path) -> None:
    status, out, _ = Console(tmp_path).say("env", "generate", "SECRET_KEY")
    assert (status, len(out)) == (0, 44)


def test_a_file_of_ones_own_rules_alone(flight: Flight) -> None:
    flight.begin(env={"file": "etc/app.conf", "defaults": False, "variables": {"PORT": {"type": "int"}}})
    path = flight.repo / "etc" / "app.conf"
    path.parent.mkdir()
    path.write_text("PORT=80\n")
    path.chmod(0o600)
    found = Console(flight.repo).json("env")
    assert [(one["name"], one["state"], one["where"]) for one in found["variables"]] == [
        ("PORT", "ok", "etc/app.conf:1")
    ]


def test_in_a_repository_that_nobody_configured(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".env").write_text(f"SECRET_KEY={STRONG}\n")
    (tmp_path / ".env").chmod(0o600)
    found = Console(tmp_path).json("env", code=1)
    assert next(one for one in found["variables"] if one["name"] == "SECRET_KEY")["state"] == "ok"


def test_mistakes_in_the_rules_have_their_place(flown: Console) -> None:
    (flown.repo / "cockpit.yaml").write_text(
        "service: shop\nenvironment: {name: live}\nchecklists: [short]\nenv:\n  variables:\n"
        "    A-B: {type: int}\n    C: {type: choice}\n    D: {type: secret, equals: x, min_length: -1}\n"
    )
    status, out, err = flown.say("validate")
    assert status == 2
    for place in ("6:5: 'A-B' is not a variable's name", "7:15: a choice needs choices", "8:31:", "8:46:"):
        assert place in out + err
