"""What the security page promises: each promise has its test, and no text of ours or of others is ever executed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.execution import findings
from tests.readme import DOCS

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "cockpit"
PAGE = DOCS / "security.md"
# The one runner, and the demo's own parts, which are no part of a release. The demo's releases are the demo's shop.
MAY_START = ("process.py", "demo/watchdog.py", "demo/tools/")
NOT_OURS = "demo/releases/"
# What Python has compiled, from the user's own place and as Python itself would load it.
ALLOWED = {"packed.py": "imports marshal"}

PLANTED = {
    "import subprocess": "imports subprocess",
    "from subprocess import run": "imports subprocess",
    "import pickle": "imports pickle",
    "import marshal as m": "imports marshal",
    "import os\nos.system('ls')": "calls os.system",
    "import os\nos.popen(x)": "calls os.popen",
    "import os\nos.execvp(x, y)": "calls os.execvp",
    "from os import system": "imports os.system",
    "import asyncio\nasyncio.create_subprocess_shell(x)": "calls asyncio.create_subprocess_shell",
    "run(x, shell=True)": "passes shell=",
    "run(x, shell=y)": "passes shell=",
    "eval(x)": "calls eval",
    "exec(x)": "calls exec",
    "compile(x, y, 'exec')": "calls compile",
    "from yaml import load": "imports yaml.load",
    "import yaml\nyaml.load(x, yaml.Loader)": "uses yaml.Loader",
    "import yaml\nyaml.unsafe_load(x)": "calls yaml.unsafe_load",
    "process.shell(f'ls {x}')": "puts a shell's text together",
    "process.shell('ls ' + x)": "puts a shell's text together",
    "process.shell('ls %s' % x)": "puts a shell's text together",
    "process.shell('ls {}'.format(x))": "puts a shell's text together",
    "process.shell(' '.join(words))": "puts a shell's text together",
    "process.shell(command.replace('{tag}', tag))": "puts a shell's text together",
    "argv = ['sh', '-c', f'ls {x}']": "puts a shell's text together",
    "argv = ('/bin/bash', '-lc', 'ls ' + x)": "puts a shell's text together",
    "def f(x):\n    line = f'ls {x}'\n    return shell(line)": "puts a shell's text together",
    "def f(x):\n    line = 'ls '\n    line += x\n    return shell(line)": "puts a shell's text together",
    "def f(x):\n    b = f'ls {x}'\n    a = b\n    return shell(a)": "puts a shell's text together",
    "def f(x):\n    more = 'a' + x if x else ''\n    return ['sh', '-c', more]": "puts a shell's text together",
}
HARMLESS = (
    "process.shell(step.command)",
    "['/bin/sh', '-c', command]",
    "print(f'sh -c {x}')",
    "['git', '-c', f'core.x={x}']",
    "run(x, shell=False)",
    "import yaml\nyaml.CSafeLoader(x)",
    "re.compile(x)",
    "self.exec(x)",
)


@pytest.mark.parametrize(("source", "what"), PLANTED.items())
def test_what_is_planted_is_found(source: str, what: str) -> None:
    assert any(found.endswith(what) for found in findings(source)), findings(source)


@pytest.mark.parametrize("source", HARMLESS)
def test_what_is_harmless_is_left_alone(source: str) -> None:
    assert findings(source) == []


def test_nothing_is_executed_but_by_the_one_runner_and_no_shells_text_is_put_together() -> None:
    found: dict[str, list[str]] = {}
    files = [path for path in PACKAGE.rglob("*.py") if NOT_OURS not in path.as_posix()]
    assert len(files) > 400
    for path in files:
        place = path.relative_to(PACKAGE).as_posix()
        told = findings(path.read_text(encoding="utf-8"), may_start_processes=place.startswith(MAY_START))
        told = [one for one in told if not one.endswith(ALLOWED.get(place, "nothing"))]
        if told:
            found[place] = told
    assert found == {}


def promises() -> list[tuple[str, str, str]]:
    """Return (who or what, what is done, the tests' names) of every row of the page's tables."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return [row for row in rows if not set(row[0]) <= set("-| ") and row[2] != "tests"]


def test_each_promise_names_tests_that_there_are() -> None:
    rows = promises()
    assert len(rows) > 20
    missing = []
    for who, _, told in rows:
        named = re.findall(r"`([\w/]+\.py)::(\w+)`", told)
        assert named, f"{who} names no test"
        for file, name in named:
            path = ROOT / "tests" / file
            if not path.is_file() or not re.search(rf"def {name}\(", path.read_text(encoding="utf-8")):
                missing.append(f"{file}::{name}")
    assert missing == []
