"""cockpit.yaml, checklists and the library's files: `validate` names every mistake at its place, and never falls."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random
from typing import NamedTuple

import yaml

from tests.fuzz.mutate import HOSTILE, json_bytes, mutated, mutated_value, nested
from tests.fuzz.seeds import yaml_seeds
from tests.fuzz.target import Target, command, require

_PROBLEM = re.compile(r"(?P<path>.*?):(?P<line>\d+):(?P<column>\d+): \S.*")


class File(NamedTuple):
    """A file by its place in a repository."""

    name: str
    data: bytes


class Configurations(Target[File]):
    """Files as people and programs break them."""

    name = "yaml"

    def make(self, dice: Random) -> File:
        seeds = yaml_seeds()
        name = dice.choice(sorted(seeds))
        data = seeds[name]
        match dice.randrange(10):
            case 0:
                return File(name, _bomb(dice))
            case 1 | 2 | 3 | 4:
                document = yaml.load(data, Loader=yaml.CSafeLoader)
                for _ in range(dice.choice((1, 1, 2, 4))):
                    document = mutated_value(dice, document)
                return File(name, _dumped(dice, document))
            case _:
                return File(name, mutated(dice, data, tuple(seeds.values())))

    def check(self, made: File) -> None:
        path = self.place / made.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made.data)
        wanted = path if "/runbooks/" not in f"/{made.name}" and "/templates/" not in made.name else path.parent
        if made.name != "cockpit.yaml" and path.name != "production-deployment.yaml":
            wanted = path.parent
        try:
            self._validate(wanted, made.data.count(b"\n") + made.data.count(b"\r") + 2)
        finally:
            path.unlink()

    def _validate(self, path: Path, lines: int) -> None:
        status, out, _ = command("validate", str(path))
        require(status in {0, 2}, f"exit status {status}")
        if status == 2:
            for line in out.splitlines():
                found = _PROBLEM.fullmatch(line)
                require(found, f"a mistake without its place: {line!r}")
                assert found is not None
                require(1 <= int(found["line"]) <= lines, f"a line that the file has not: {line!r}")
                require(int(found["column"]) >= 1, f"no column: {line!r}")
        again, out, _ = command("validate", str(path), "--json")
        require(again == status, "with --json it says something else")
        require(bool(json.loads(out)["problems"]) == (status == 2), "an exit status without a mistake")
        if status == 0 and path.name == "production-deployment.yaml":
            for form in ("md", "yaml", "json"):
                status, out, err = command("export", str(path), "--format", form, document=form == "md")
                require(status == 0, f"what is right cannot be exported as {form}: {err}")


def _dumped(dice: Random, document: object) -> bytes:
    if dice.random() < 0.5:
        return json_bytes(document)
    try:
        text = yaml.safe_dump(document, sort_keys=False, allow_unicode=dice.random() < 0.5)
    except yaml.YAMLError:
        return json_bytes(document)
    return str(text).encode("utf-8", "surrogatepass")


def _bomb(dice: Random) -> bytes:
    """Return what means far more than it shows."""
    match dice.randrange(7):
        case 0:
            laughs = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
            return f"a0: &a0 [x]\n{laughs}".encode()
        case 1:
            return nested(dice)
        case 2:
            return b"id: x\n" * dice.choice((2, 100_000))
        case 3:
            return b"title: " + b"x" * (1 << 20)
        case 4:
            return "".join(f"{text!r}: {text!r}\n" for text in HOSTILE).encode("utf-8", "surrogatepass")
        case 5:
            return b"- " * 20_000
        case _:
            return b"? " * 5000 + b"!!binary " + b"x: &x\n<<: *x\n" * 50
