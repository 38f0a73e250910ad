"""A process that lives long gives back what it no longer needs."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

_PROGRAM = """
import re, sys
from pathlib import Path
from cockpit.allocation import give_back_what_is_free

def held():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024

if sys.argv[1] == "settled":
    give_back_what_is_free()
for _ in range(2):
    del_me = bytes([1]) * (8 << 20)  # after which blocks as large as this are taken from the heap
    del del_me
before = held()
large, small = [], []
for _ in range(100):
    large.append(bytes([1]) * (1 << 20))
    small.append(bytes(1000))
large.clear()
print(held() - before)
"""

_BETWEEN = """
import re
from pathlib import Path
from cockpit.allocation import give_back_what_is_free, give_back_what_lies_between

def held():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024

give_back_what_is_free()
large, small = [], []
for _ in range(1000):
    large.append(bytes([1]) * (50 << 10))
    small.append(bytes(1000))
large.clear()
before = held()
give_back_what_lies_between()
print(before - held())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no such settings")
def test_what_was_large_is_given_back_though_small_things_stay_around_it() -> None:
    left = {
        how: int(subprocess.run([sys.executable, "-c", _PROGRAM, how], capture_output=True, check=True).stdout)
        for how in ("as it is", "settled")
    }
    assert left["settled"] < 10, "megabytes"
    assert left["as it is"] > 50, "else there is nothing left to be mended here"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries give it back, or keep it")
def test_pages_between_small_things_that_stay_are_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", _BETWEEN], capture_output=True, check=True)
    assert int(done.stdout) > 30, "megabytes, of 50"
