"""What is given to commands: it is carried out or refused by a sentence, and what was stored can be read."""

from __future__ import annotations

import contextlib
import io
import shlex
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import NamedTuple
from unittest import mock

from cockpit.cli.examples import EXAMPLES
from cockpit.store.reader import JournalReader
from tests.fuzz.flights import flights
from tests.fuzz.mutate import HOSTILE, NUMBERS, TIMES
from tests.fuzz.target import Target, command, require
from tests.tui import moments

# What goes on until it is ended, asks other machines, or executes.
_NOT = frozenset({"demo", "serve", "watch", "worker", "probe", "verify", "source", "sync", "init"})
_NEVER = frozenset({"--execute", "--rehearse", "--send", "--again", "--publish", "-f", "|", "&&", ">", "-", "--view"})
_BYTES = ("caf\udce9", "\udcff\udcfe", "\udc80" * 3)  # as Python takes what is no UTF-8 from a terminal
_ODD = (
    *_BYTES, *_BYTES, *(text for text in HOSTILE if "\0" not in text), *TIMES, *map(str, NUMBERS[:8]), "nan", "inf",
    "-", "--", "-1", "9" * 5000, "1e400", "0d", "99999999999d", "a=b", "=", "/", "/dev/null", ".", "..", "*", "--json",
    "--help", "--run=", "@x", "v2.4.0", "v2.4.1", "ops", "qa", "api", "app", "log", "deployment-day",
    "backup-current-database", "2026-13-45T99:99:99Z",
)  # fmt: skip


class Given(NamedTuple):
    """A command's words, and where it is given."""

    flight: str
    words: tuple[str, ...]


@cache
def lines() -> tuple[tuple[str, ...], ...]:
    """Return command lines that are right, as the help shows them."""
    found = []
    for example in (line for examples in EXAMPLES.values() for line in examples):
        words = tuple(shlex.split(example))
        if words[0] == "cockpit" and len(words) > 1 and words[1] not in _NOT and not {*words} & {*_NEVER}:
            found.append(words[1:])
    return tuple(found)


class Arguments(Target[Given]):
    """The help's own examples with their words changed."""

    name = "arguments"
    seconds = 10.0

    def open(self) -> None:
        self._stack = contextlib.ExitStack()
        names = {"calm": moments.calm, "messaged": moments.messaged, "held": moments.held}
        self.flights = self._stack.enter_context(flights(self.place, names))

    def close(self) -> None:
        self._stack.close()

    def make(self, dice: Random) -> Given:
        words = list(dice.choice(lines()))
        for _ in range(dice.choice((1, 1, 2, 3))):
            at = dice.randint(1, len(words))
            match dice.randrange(6):
                case 0:
                    words.insert(at, dice.choice(_ODD))
                case 1 if len(words) > at:
                    del words[at]
                case 2:
                    words += ["--by", dice.choice(_ODD)]
                case 3 if len(words) > at:
                    words[at] += dice.choice(_ODD)
                case _ if len(words) > at:
                    words[at] = dice.choice(_ODD)
                case _:
                    words.append(dice.choice(_ODD))
        return Given(dice.choice(sorted(self.flights)), tuple(word for word in words if word not in _NEVER))

    def check(self, made: Given) -> None:
        flight = self.flights[made.flight]
        flight.lay(flight.journals)
        with contextlib.chdir(flight.scene.repo), _nobody_types():
            for more in ((), ("--json",)):
                try:
                    status, out, err = command(*more, "--run", flight.run_id, *made.words)
                except SystemExit as ended:  # --help
                    require(ended.code == 0, f"it ended with {ended.code}")
                    return
                require("Traceback" not in err, err)  # the flight has one in its log
                require(status < 2 or out or err, f"exit status {status} without a word")
        reader = JournalReader(flight.location.root)
        reader.poll()
        require(not reader.faults(), f"what it wrote cannot be read: {reader.faults()}")


@contextlib.contextmanager
def _nobody_types() -> Iterator[None]:
    with mock.patch("sys.stdin", io.StringIO("")):
        yield
