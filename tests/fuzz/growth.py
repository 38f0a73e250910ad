"""Ten times as much of the same takes about ten times as long: nothing that reads external text goes over it again."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from datetime import UTC
from random import Random
from typing import NamedTuple

import msgspec
from markdown_it import MarkdownIt

from cockpit.content.configuration import parse_configuration_text
from cockpit.content.init import configuration_text, detect
from cockpit.content.markdown.blocks import DEEPEST
from cockpit.content.markdown.exporting import checklist_markdown
from cockpit.content.markdown.importing import import_text
from cockpit.envfile.parsing import parse_env
from cockpit.errors import CockpitError
from cockpit.health.conditions import check_condition
from cockpit.health.evaluation import Values
from cockpit.health.observation import Observation
from cockpit.logs.classify import Classifier
from cockpit.logs.fingerprints import template_of
from cockpit.logs.requests import read_request
from cockpit.logs.stats import Wanted, stats
from cockpit.redact import masked, redacted
from cockpit.text import visible, visible_lines
from tests.content.proposal.test_service import COMPOSE, FLASK, NGINX, UNIT
from tests.fuzz.markdown import written
from tests.fuzz.mutate import HOSTILE
from tests.fuzz.seeds import log_seeds, markdown_seeds, yaml_seeds
from tests.fuzz.target import Target, require

_TIMES = 10
_WORST = 4.0  # times what it would be were it linear: a quadratic reader takes ten
_SHORT = 0.15  # CPU seconds that tell nothing: the growth is seen in the larger one
_ALMOST_NOTHING = 0.004
_LARGEST = (40_000, 8_000)  # characters of the smaller one, and where it is Markdown
_READERS = (
    "markdown", "markdown", "markdown", "yaml", "yaml", "env", "log", "line", "line", "masked", "visible", "body",
    "init",
)  # fmt: skip


class Grown(NamedTuple):
    """What reads it, and a piece that is repeated, between a beginning and an end."""

    reader: str
    head: str
    piece: str
    tail: str
    times: int


class Growth(Target[Grown]):
    """Pieces of real files and of hostile texts, repeated."""

    name = "growth"
    seconds = 120.0

    def open(self) -> None:
        self.readers: dict[str, Callable[[str], object]] = {
            "markdown": lambda text: checklist_markdown(import_text(text, "x.md", "x").checklist),
            "yaml": lambda text: parse_configuration_text(text, "cockpit.yaml", check_condition),
            "env": parse_env,
            "log": self._log,
            "line": self._line,
            "masked": lambda text: (masked(text, ()), redacted(text, {"TOKEN": "Zq8s3cr3t"})),
            "visible": lambda text: (visible(text), visible_lines(text)),
            "body": self._body,
            "init": self._init,
        }

    def _log(self, text: str) -> object:
        path = self.place / "app.log"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        return stats(path, wanted=Wanted(patterns=True, fingerprints=True, requests=True), clock=lambda: 1.7e9)

    def _line(self, text: str) -> object:
        line = Classifier("app", zone=UTC).classify(text.replace("\n", " "))
        return template_of(line.message), read_request(line)

    def _body(self, text: str) -> object:
        body = text.encode("utf-8", "surrogatepass")
        values = Values(Observation(connected=True, status=200, body=body), 0.0)
        return [values.in_body(path) for path in (("a",), (0, "b"))]

    def _init(self, text: str) -> object:
        repo = self.place / "repo"
        repo.mkdir(exist_ok=True)
        for name in ("shop.service", "nginx.conf", "docker-compose.yml", "app.py", ".env"):
            (repo / name).write_bytes(text.encode("utf-8", "surrogatepass"))
        return configuration_text(detect(repo), repo)

    def make(self, dice: Random) -> Grown:
        reader = dice.choice(_READERS)
        seed = self._seed(dice, reader)
        start = dice.randrange(len(seed))
        if dice.random() < 0.5:  # whole lines
            start = seed.rfind("\n", 0, start) + 1
            end = seed.find("\n", start + dice.choice((0, 0, 100)))
            piece = seed[start : end + 1 if end > 0 else len(seed)]
        else:
            piece = seed[start : start + dice.choice((1, 1, 2, 3, 8, 30))]
        if dice.random() < 0.2:
            piece += dice.choice(HOSTILE)[:50]
        piece = piece or " "
        head = seed[: dice.choice((0, 0, 20, 300))]
        tail = dice.choice(("", "", "x", "\n", "]", '"', "~", seed[-40:]))
        return Grown(reader, head, piece, tail, max(min(2000, _LARGEST[reader == "markdown"] // len(piece)), 1))

    @staticmethod
    def _seed(dice: Random, reader: str) -> str:
        match reader:
            case "markdown":
                seed = written(dice).encode() if dice.random() < 0.6 else dice.choice(markdown_seeds())
            case "yaml":
                seed = dice.choice(sorted(yaml_seeds().values()))
            case "init":
                return dice.choice((COMPOSE, FLASK, NGINX, UNIT, "PORT=8000\n"))
            case "body":
                seed = msgspec.json.encode({"a": [{"b": 1, "c": "x" * 9}], "d": None})
            case _:
                seed = dice.choice(log_seeds())
        return seed.decode("utf-8", "replace")

    def check(self, made: Grown) -> None:
        small = self._spent(made, made.times)
        large = self._spent(made, made.times * _TIMES)
        if large < _SHORT:
            return
        # Twice, for another process may have had the machine.
        allowed = max(small, _ALMOST_NOTHING) * _TIMES * _WORST
        if large > allowed:
            large = min(large, self._spent(made, made.times * _TIMES))
            small = max(small, self._spent(made, made.times))
        allowed = max(small, _ALMOST_NOTHING) * _TIMES * _WORST
        require(large <= allowed, f"{made.reader} grows too fast, {small:.3f} s and ten times as much {large:.3f} s")

    def _spent(self, made: Grown, count: int) -> float:
        text = made.head + made.piece * count + made.tail
        began = time.process_time()
        with contextlib.suppress(CockpitError):
            self.readers[made.reader](text)
        spent = time.process_time() - began
        if made.reader == "markdown" and spent > _SHORT:  # the library's own share is quadratic in lazy quotations
            began = time.process_time()
            MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable("table").disable("inline").parse(text)
            spent -= time.process_time() - began
        return spent
