"""A scratch release in which all that somebody else wrote is hostile; nothing in it is trusted, so nothing runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from cockpit.execution.control import output_path
from cockpit.git.command import Git
from cockpit.release.entities import execution_entity
from cockpit.release.events import ExecutionStopped, HostEnded, StepEnded, StepStarted, WorkerStarted
from cockpit.release.intents import (
    AddNote,
    AnswerGate,
    ChangeRunState,
    ClaimItem,
    DeferItem,
    MarkTag,
    OpenIncident,
    RecordFact,
    SignOff,
    TickItem,
)
from cockpit.release.record import Event
from cockpit.session import Session
from tests.tui.hostile import TEXTS
from tests.tui.moments import BACKUP, BUSY, DAY, FILES, LOGS, RATES, RED, live, running
from tests.tui.scenes import CONFIGURATION, EXECUTION, NOW, Scene, build_repository

_LARGE = 1_000_000  # bytes
_MARKUP = TEXTS["unbalanced-markup"]
_WIDE = TEXTS["wide-and-combining"]
_BIDI = "Zq\u202ebidi\u2066\U000e0041 end"
_TAGS = (
    b"$(id)", b"v9;rm -rf x".replace(b" ", b"_"), b"-x", b"nope/]", "v\u202eevil".encode(), b"v\xc2\x9b2J", b"\xff\xfe",
    b"0" * 40, b"t" * 180, "🚀発売".encode(), b"HEAD", b"'quoted\"",
)  # fmt: skip


def build(home: Path) -> Path:
    """Make the repository that every hostile flight starts from; return where."""
    template = home / "template"
    configuration = yaml.safe_load(CONFIGURATION)
    configuration["probes"]["api"]["title"] = _MARKUP
    configuration["probes"]["db"]["title"] = _BIDI
    configuration["checklists"] = ["production-deployment", "hostile"]
    # Nothing that is sent leaves the machine.
    configuration["channels"] = {"log": {"file": "logs/messages.log"}, "ops": {"slack": {"url_env": "NO_SUCH_WEBHOOK"}}}
    configuration["notify"] = {"update-overdue": ["log"]}
    build_repository(template, yaml.safe_dump(configuration, sort_keys=False))
    (template / "checklists").mkdir()
    (template / "checklists" / "hostile.yaml").write_text(yaml.safe_dump(_checklist(), sort_keys=False))
    _tag(template)
    log = b"".join(f"2026-03-10T13:16:3{n}Z ERROR {text}\n".encode() for n, text in enumerate(TEXTS.values()))
    (template / "logs" / "app.log").write_bytes(log + b"\xff\xfe \x9b31m\n" + b"x" * _LARGE + b"\n" + log)
    return template


def fly(home: Path, template: Path) -> Scene:
    """Return a flight under way in a copy of it; the caller stands in its repository."""
    shutil.rmtree(home, ignore_errors=True)
    return Scene(home, template)


def take_off(scene: Scene) -> None:
    """Open the run and let people write, who write what no one should."""
    scene.clock.time = NOW - 1200
    scene.open(trust=False)
    scene.act(ChangeRunState("active"), TickItem(BACKUP, _MARKUP), TickItem(FILES), ClaimItem(LOGS))
    scene.act(DeferItem(RATES, TEXTS["controls"]), MarkTag("v2.3.0", "", True, _BIDI), SignOff("qa", _MARKUP, _WIDE))
    scene.act(AnswerGate(DAY, "ops", "no-go", _BIDI, _MARKUP), OpenIncident("1nc1den7", _MARKUP, "critical", _BIDI))
    for text in (*TEXTS.values(), "y" * _LARGE):
        scene.act(AddNote(text), AddNote(text, LOGS))
    scene.live = live(RED)
    scene.clock.time = NOW


def roll_back(scene: Scene) -> None:
    """Let a rollback run, at its last step, whose output is hostile; `go_on` lets it go on."""
    running(scene)
    path = output_path(scene.workspace.executions_directory, EXECUTION)
    path.write_bytes("\n".join((*TEXTS.values(), "y" * _LARGE)).encode("utf-8", "surrogatepass") + b"\xff\x9b31m")
    scene.live = live(RED, BUSY)


def go_on(scene: Scene, worker: Session, number: int) -> None:
    """Let the rollback under way print, stop or be begun again, as its worker writes it down."""
    worker.poll()
    execution = worker.run.current_execution
    if execution is None:
        return
    with output_path(scene.workspace.executions_directory, EXECUTION).open("ab") as output:
        output.write(b"\x1b]0;x\x07 line %d [/x]\r" % number)
    facts: tuple[Event, ...] = (HostEnded(3, "start", _BIDI, 1, "failed", 1.5, number, _MARKUP),)
    if number % 3 == 0 and execution.state == "running":
        facts = StepEnded(3, "start", 1, "failed", 4.0, 1, _MARKUP), ExecutionStopped(3, _BIDI)
    elif number % 3 == 1 and execution.state == "stopped":
        facts = WorkerStarted(pid=4712, step=3), StepStarted(3, "start", 2)
    for fact in facts:
        worker.act(RecordFact(execution_entity(EXECUTION), fact))


def _checklist() -> object:
    items = [
        {"id": f"hostile/s/i{n}", "text": text.replace("\x1b", "").replace("\n", " ")[:900], "killer": n == 1,
         "two_person": n == 2, "note": _MARKUP}
        for n, text in enumerate((_MARKUP, _BIDI, _WIDE, "x" * 900))
    ]  # fmt: skip
    section = {"id": "s", "title": _MARKUP, "note": _BIDI, "items": items}
    return {"id": "hostile", "title": _BIDI, "phases": [
        {"id": "hostile", "title": _MARKUP, "when": _BIDI, "pause_point": True, "sections": [section]}
    ]}  # fmt: skip


def _tag(template: Path) -> None:
    git = Git(template)
    head = git.text("rev-parse", "HEAD~1")
    lines = b"".join(b"create refs/tags/" + name + b" " + head.encode() + b"\n" for name in _TAGS)
    git.output("update-ref", "--stdin", stdin=lines)
