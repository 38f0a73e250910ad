"""Throws inputs at everything that reads what others wrote: `python -m tests.fuzz [TARGET…] [--seconds N] [--seed S]`.

Each target takes its seconds in turn. A fault is shown with the line that makes it again, and is tried smaller where
the input is bytes; the exit status is 1. `walk` is the random walk over the screens, `--keys` long, at each `--size`.
"""

from __future__ import annotations

import argparse
import faulthandler
import logging
import os
import random
import re
import resource
import sys
import tempfile
import time
import traceback
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.fuzz.shrink import smaller
from tests.fuzz.target import FaultError, Target, require

TARGETS = {
    "yaml": "configurations.Configurations",
    "markdown": "markdown.Markdown",
    "env": "env_files.EnvFiles",
    "logs": "log_lines.LogLines",
    "http": "answers.ToProbes",
    "sources": "answers.ToSources",
    "texts": "texts.Texts",
    "journals": "journals.Journals",
    "screens": "screens.Screens",
    "samples": "samples.Samples",
    "refs": "refs.Refs",
    "arguments": "arguments.Arguments",
    "files": "own_files.OwnFiles",
    "replies": "replies.Replies",
    "init": "proposals.Proposals",
    "probes": "elsewhere.ToProbesOfOtherKinds",
    "growth": "growth.Growth",
    "gate": "gates.Gates",
}
WALK = "walk"
_HANG = 300.0  # seconds after which a hang shows where it is, and ends all
_MOST_FAULTS = 20  # of one target
_LARGEST = 400 * 1024  # kB that the process may grow by for one input


class Course:
    """What became of one target."""

    def __init__(self, name: str, seed: int) -> None:
        self.name, self.seed = name, seed
        self.inputs = 0
        self.faults: dict[str, int] = {}  # by what is alike of them, the first input's number
        self.slowest = (0.0, 0)
        self.shrinking = 0.0  # seconds that count for nothing

    def told(self) -> str:
        """Return it as a line of a table."""
        slowest, at = self.slowest
        return f"{self.name:10} {self.inputs:8} {len(self.faults):7} {slowest:9.2f} {at:8}"


def open_target(name: str, place: Path) -> Target[Any]:
    """Return a target, in a place of its own."""
    module, _, kind = TARGETS[name].partition(".")
    place.mkdir(parents=True)
    made: Target[Any] = getattr(import_module(f"tests.fuzz.{module}"), kind)(place)
    return made


def dice_of(name: str, seed: int, number: int) -> random.Random:
    """Return the dice of one input, the same whenever it is asked for."""
    return random.Random(f"{name}/{seed}/{number}")


def fuzz(name: str, seed: int, place: Path, *, seconds: float, most: int, only: int | None) -> Course:
    """Throw inputs at a target until the time is over; faults are told as they come."""
    course = Course(name, seed)
    target = open_target(name, place / name)
    target.open()
    deadline = time.monotonic() + seconds
    number = only if only is not None else 0
    try:
        while (
            time.monotonic() < deadline + course.shrinking
            and course.inputs < most
            and len(course.faults) < _MOST_FAULTS
        ):
            faulthandler.dump_traceback_later(_HANG, exit=True)
            _one(target, course, number)
            faulthandler.cancel_dump_traceback_later()
            if only is not None:
                break
            number += 1
    finally:
        target.close()
    return course


def _one(target: Target[Any], course: Course, number: int) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    course.inputs += 1
    made = target.make(dice_of(course.name, course.seed, number))
    try:
        spent = target.try_on(made)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak
        require(grown <= _LARGEST, f"it took {grown // 1024} MB")
    except Exception as error:
        _tell(target, course, number, made, error)
        return
    course.slowest = max(course.slowest, (spent, number))


def _tell(target: Target[Any], course: Course, number: int, made: object, error: Exception) -> None:
    alike = _signature(error)
    if alike in course.faults:
        return
    course.faults[alike] = number
    print(f"\nFAULT {alike}\n  again: python -m tests.fuzz {course.name} --seed {course.seed} --input {number}")
    print("".join(traceback.format_exception(error, limit=-6)))

    def fails(other: object) -> bool:
        try:
            target.check(other)
        except Exception as again:
            return _signature(again) == alike
        return False

    began = time.monotonic()
    print(f"  input: {smaller(made, fails)!r:.3000}", flush=True)
    course.shrinking += time.monotonic() - began


def _signature(error: Exception) -> str:
    """Return what faults that are alike have in common: the kind, and the place in our code."""
    frames = traceback.extract_tb(error.__traceback__)
    if isinstance(error, FaultError):
        place = next((frame for frame in reversed(frames) if "/target.py" not in frame.filename), frames[-1])
        words = re.match(r"[A-Za-z ,'+]*", str(error))
        return f"{place.filename.rpartition('/')[2]}:{place.lineno} {words.group() if words else ''}"
    ours = [frame for frame in frames if "/cockpit/" in frame.filename] or frames
    return f"{type(error).__name__} at {ours[-1].filename.rpartition('/cockpit/')[2]}:{ours[-1].lineno}"


def main() -> int:
    """Fuzz what is asked for; print what became of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join([*TARGETS, WALK])}; default: all")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="N", help="for each target (default: 60)")
    parser.add_argument("--inputs", type=int, default=sys.maxsize, metavar="N", help="at most so many for each target")
    parser.add_argument("--seed", type=int, default=int(time.time()), metavar="S", help="the same inputs again")
    parser.add_argument("--input", type=int, default=None, metavar="N", help="this one alone")
    parser.add_argument("--keys", type=int, default=10_000, metavar="N", help="of the walk (default: 10000)")
    parser.add_argument("--size", nargs="+", default=["80x24", "200x50"], metavar="WxH", help="that it walks at")
    parser.add_argument("--readonly", action="store_true", help="walk in a cockpit that may not write")
    parser.add_argument("--rollback", action="store_true", help="walk while a rollback runs")
    arguments = parser.parse_args()
    unknown = set(arguments.targets) - {*TARGETS, WALK}
    if unknown:
        parser.error(f"no target {', '.join(sorted(unknown))}")
    logging.disable(logging.CRITICAL)  # asyncio's remarks on connections that break off
    warnings.simplefilter("error", RuntimeWarning)  # as of a line that was not understood, and is shown nevertheless
    os.environ["GIT_CONFIG_GLOBAL"], os.environ["GIT_CONFIG_NOSYSTEM"] = os.devnull, "1"
    faults, courses = 0, []
    print(f"seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="cockpit-fuzz-") as place:
        for name in arguments.targets or [*TARGETS, WALK]:
            if name == WALK:
                faults += _walk(arguments, Path(place) / WALK)
                continue
            course = fuzz(
                name, arguments.seed, Path(place), seconds=arguments.seconds, most=arguments.inputs,
                only=arguments.input,
            )  # fmt: skip
            courses.append(course)
            faults += len(course.faults)
            print(
                f"{'target':10} {'inputs':>8} {'faults':>7} {'CPU s max':>9} {'of input':>8}\n{course.told()}",
                flush=True,
            )
    if len(courses) > 1:
        print(f"\n{'target':10} {'inputs':>8} {'faults':>7} {'CPU s max':>9} {'of input':>8}")
        print("\n".join(course.told() for course in courses))
    return 1 if faults else 0


def _walk(arguments: argparse.Namespace, place: Path) -> int:
    from tests.fuzz.walk import walked

    place.mkdir()
    faults = 0
    for size in arguments.size:
        width, _, height = size.partition("x")
        faults += not walked(
            place / size, seed=arguments.seed, keys=arguments.keys, size=(int(width), int(height)),
            readonly=arguments.readonly, rollback=arguments.rollback,
        )  # fmt: skip
    return faults


if __name__ == "__main__":
    sys.exit(main())
