"""A rollback to whatever git takes for a tag's name: by the shown commit, and nothing in the name is executed."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from cockpit.git.resolve import resolve_tag
from tests.execution.flight import Flight

pytestmark = pytest.mark.full

NAMES = {
    "substitution": b"$(touch${IFS}pwned)",
    "backticks": b"`touch${IFS}pwned`",
    "semicolon": b"v1;touch${IFS}pwned",
    "pipe": b"v1|touch${IFS}pwned",
    "quotes": b"v1'\"$(touch${IFS}pwned)",
    "option": b"-rf",
    "long option": b"--execute",
    "forty hex": b"0123456789abcdef0123456789abcdef01234567",
    "HEAD": b"HEAD",
    "a branch": b"main",
    "a path of refs": b"refs/heads/main",
    "bidi": "v1\u202egpj.exe".encode(),
    "C1": "v1\u009b31m".encode(),
    "not UTF-8": b"v1-\xff\xfe\x9b31m",
    "a surrogate": b"v1-\xed\xa0\x80",
    "percent": b"v1%s%n%ff",
    "format": b"{0.__class__}",
    "markup": b"v1]{red}(b)",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_rollback_goes_to_it_by_the_shown_commit_and_executes_nothing(flight: Flight, name: bytes) -> None:
    tell = 'printf %s "$COCKPIT_TARGET_TAG" > "$V/told"'
    start = flight.step("start", 'git rev-parse HEAD > "$V/version"')
    flight.begin([flight.step("tell", tell), flight.checkout_step(), start, flight.verify_step()])
    here = Path.cwd()
    commit = flight.git.text("rev-parse", "v1^{commit}")
    flight.git.output("update-ref", os.fsdecode(b"refs/tags/" + name), commit)
    assert resolve_tag(flight.git, name) == commit
    argument = os.fsdecode(name)
    plan = json.loads(flight.cockpit("rollback", "--json", "--", argument).stdout)
    assert plan["commit"] == commit
    wrong = flight.cockpit("rollback", "--json", "--execute", "--confirm", "0" * 8, "--", argument)
    assert json.loads(wrong.stdout)["error"]["code"] == "not-confirmed"
    done = flight.cockpit("rollback", "--execute", "--confirm", commit[:8], "--", argument)
    assert done.returncode == 0, done.stderr
    assert flight.git.text("rev-parse", "HEAD") == commit
    told = (flight.var / "told").read_bytes()
    assert told == (name if b"\xff" not in name and b"\xed\xa0" not in name else plan["tag"].encode())
    assert not any(hostile in done.stdout for hostile in ("\u202e", "\x9b", "\x1b", "\udc9b"))
    places = (flight.home, flight.repo, flight.var, here)
    assert not any((place / "pwned").exists() for place in places)
    status = flight.json("execution", "status")
    assert (status["outcome"], status["commit"]) == ("succeeded", commit)


def test_the_script_for_the_hand_executes_nothing_of_it(flight: Flight) -> None:
    flight.begin([flight.step("tell", 'printf %s "$COCKPIT_TARGET_TAG" > "$V/told"'), flight.checkout_step()])
    commit = flight.git.text("rev-parse", "v1^{commit}")
    for name in NAMES.values():
        flight.git.output("update-ref", os.fsdecode(b"refs/tags/" + name), commit)
        script = flight.cockpit("rollback", "--plan", "--format", "sh", "--", os.fsdecode(name))
        assert script.returncode == 0, script.stderr
        done = subprocess.run(["sh"], input=script.stdout, text=True, cwd=flight.repo, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert flight.git.text("rev-parse", "HEAD") == commit
        assert not (flight.repo / "pwned").exists()
        flight.git.output("checkout", "--quiet", "--detach", "v2")
