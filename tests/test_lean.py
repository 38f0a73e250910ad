"""Libraries are imported lean, and do what they do all the same."""

from __future__ import annotations

import json
import subprocess
import sys

_PROGRAM = """
import json, sys
from cockpit.lean import import_lean
import_lean()
unneeded = {"ast", "gettext", "inspect", "ipaddress", "locale", "typing_extensions", "urllib.parse"}
brought = sorted(unneeded & set(sys.modules))
import argparse, gettext, msgspec, pathlib, typing_extensions, urllib.parse
parser = argparse.ArgumentParser(prog="x")
parser.add_argument("--many", nargs=2)
class Point(msgspec.Struct):
    x: int
print(json.dumps({
    "brought": brought,
    "uri": pathlib.Path("/a b/ä").as_uri(),
    "usage": parser.format_usage(),
    "point": msgspec.json.decode(b'{"x": 1}', type=Point).x,
    "whole": [gettext.__file__ != None, urllib.parse.urlsplit("http://a/b").path, typing_extensions.TypedDict.__name__],
}))
"""


def test_what_is_hardly_needed_is_left_out_and_there_for_whoever_needs_it() -> None:
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "brought": [],
        "uri": "file:///a%20b/%C3%A4",
        "usage": "usage: x [-h] [--many MANY MANY]\n",
        "point": 1,
        "whole": [True, "/b", "TypedDict"],
    }
