"""Tab, in the shells that people use: what is offered, and that nothing of it is ever executed."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from cockpit.cli.completion import finder_for, teach
from cockpit.cli.main import build_parser
from tests.cli.conftest import Console
from tests.execution.flight import Flight
from tests.journeys.conftest import OpenTerminal
from tests.journeys.terminal import Terminal
from tests.parts import require

__all__ = ["open_terminal"]
from tests.journeys.conftest import open_terminal

BIN = Path(sys.executable).parent
HOSTILE = ("v9;touch${IFS}pwned", "v9`touch${IFS}pwned`", "v9$(touch${IFS}pwned)", "v9'|touch${IFS}pwned", 'v9"&x')
UNSEEN = "v9\u202eevil"

# What bash itself does at a Tab, and, of what was offered, what a command would be given.
_BASH = """\
source <(cockpit completion bash)
teaching=$(complete -p cockpit | sed 's/.* -F \\([^ ]*\\) .*/\\1/')
for line; do
  COMP_LINE="$line" COMP_POINT=${#line} COMP_TYPE=9
  "$teaching" cockpit
  for word in "${COMPREPLY[@]}"; do eval "set -- $word"; printf '%s\\n' "$1"; done
  echo
done
"""


def tabbed(repo: Path, *lines: str) -> list[set[str]]:
    """Return, for each line, what bash would pass on for its last word once it is completed."""
    done = subprocess.run(
        ["bash", "--norc", "-c", _BASH, "bash", *lines],
        cwd=repo, env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}, capture_output=True, text=True,
        check=True, timeout=60,
    )  # fmt: skip
    return [set(part.split("\n")) - {""} for part in done.stdout.split("\n\n")][: len(lines)]


def offered(repo: Path, line: str) -> set[str]:
    """Return what the cockpit answers a shell that asks for a line's last word, without the shell's quoting."""
    before = line.split()[:-1] if line[-1] != " " else line.split()
    finder = finder_for(["--repo", str(repo), *before])
    here = f"--repo {shlex.quote(str(repo))} "
    found, state = set(), 0
    while (word := finder.rl_complete(here + line, state)) is not None:
        found.add("".join(shlex.split(word.removeprefix(here))[-1:]))
        state += 1
    return found


def tag(flight: Flight, *names: str) -> None:
    for name in names:
        flight.git.output("update-ref", f"refs/tags/{name}", flight.git.text("rev-parse", "HEAD"))


def test_commands_options_and_the_names_of_this_release_are_offered(console: Console, flight: Flight) -> None:
    offers = {
        "rel": {"release"},
        "item ti": {"tick"},
        "rollback --reh": {"--rehearse"},
        "gate --answer ": {"go", "no-go"},
        "rollback v": {"v2", "v1"},
        "item tick day/": {"day/before/look"},
        "probe u": {"up"},
        "--env st": {"staging"},
        "note hello --item d": {"day/before/look"},
        "gate d": {"day"},
        "wor": set(),
    }
    assert {line: offered(flight.repo, line) for line in offers} == offers
    run = console.json("release", "show")
    assert {run["id"], run["name"]} & offered(flight.repo, f"status --run {run['id'][:3]}") == {run["id"]}


def test_a_tab_in_a_hostile_clone_runs_nothing_and_writes_nothing(flight: Flight) -> None:
    touch = f"touch '{flight.var / 'pwned'}'"
    flight.configure([{"id": "x", "run": touch}], probes={"p": {"command": touch}}, logs={"l": {"command": touch}})
    flight.release("v1")
    tag(flight, UNSEEN, "v9x")
    before = sorted(flight.home.rglob("*"))
    assert offered(flight.repo, "probe p") == {"p"}
    assert offered(flight.repo, "logs l") == {"l"}
    assert offered(flight.repo, "item tick d") == {"day/before/look"}
    assert offered(flight.repo, "rollback v9") == {"v9x"}, "and none that hides what it is"
    assert sorted(flight.home.rglob("*")) == before


@pytest.mark.full
def test_a_hostile_tag_is_one_word_to_bash_and_never_executed(console: Console, flight: Flight) -> None:
    tag(flight, *HOSTILE)
    tags, commands, files = tabbed(flight.repo, "cockpit rollback v9", "cockpit rel", "cockpit import chec")
    assert tags == set(HOSTILE)
    assert (commands, files) == ({"release"}, {"checklists/"})
    assert not list(flight.home.rglob("pwned"))


def test_a_mistake_in_the_configuration_offers_nothing_and_says_nothing(flight: Flight) -> None:
    (flight.repo / "cockpit.yaml").write_text("service: [")
    assert offered(flight.repo, "probe u") == set()
    assert offered(flight.repo, "probe --jso") == {"--json"}


def test_each_argument_that_is_taught_is_there() -> None:
    """A table of names that no argument has would say nothing."""
    from cockpit.cli import completion_words

    asked: set[tuple[str, str]] = set()

    def note(command: str, dest: str, metavar: str) -> None:
        asked.add((command, dest))

    teach(build_parser(), note)
    assert set(completion_words._BY_COMMAND) <= asked
    assert set(completion_words._BY_NAME) <= {dest for _, dest in asked}


def test_other_commands_do_not_load_it(tmp_path: Path) -> None:
    probe = "import sys; from cockpit.cli.main import run; run(['--version'])"
    code = f"import atexit, sys; atexit.register(lambda: print('argcomplete' in sys.modules)); {probe}"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "False"


_SOURCED = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], "source <(cockpit completion bash)"),
    "zsh": (["zsh", "-f", "-i"], "autoload -U compinit && compinit -u -D; source <(cockpit completion zsh)"),
    "fish": (["fish", "--no-config", "-i"], "cockpit completion fish | source"),
}


@pytest.mark.full
@pytest.mark.parametrize("shell", _SOURCED)
def test_a_person_presses_tab(shell: str, console: Console, flight: Flight, open_terminal: OpenTerminal) -> None:
    """Real keys in a real shell, up to Enter: the hostile tag reaches the command whole, and nothing else runs."""
    require(shell)
    tag(flight, HOSTILE[2])
    command, teaching = _SOURCED[shell]
    terminal: Terminal = open_terminal()
    places = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(flight.home), "PS1": "> "}
    terminal.start(["sh", "-c", 'cd "$0" && exec "$@"', str(flight.repo), *command], size=(160, 40), environment=places)
    terminal.press(teaching, "Enter", "echo rea", "dy", "Enter")
    terminal.wait_for(r"^ready")
    terminal.press("cockpit item ti", "Tab")
    terminal.wait_for(r"cockpit item tick")
    terminal.press("day/b", "Tab")
    terminal.wait_for(r"cockpit item tick +day/before/look")
    terminal.press("Enter")
    terminal.wait_for(r"^done")
    terminal.press("cockpit rollback v9", "Tab")
    terminal.wait_for(r"cockpit rollback .*v9.*pwned")
    terminal.press(" --json > ../answer.json", "Enter", "echo en", "ded", "Enter")
    terminal.wait_for(r"^ended")
    assert HOSTILE[2] == json.loads((flight.home / "answer.json").read_text())["tag"]
    assert not list(flight.home.rglob("pwned"))
