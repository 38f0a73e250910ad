"""Inputs by which fuzzing once brought something down."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pty
import ssl
from datetime import UTC
from pathlib import Path

import msgspec
import pytest

from cockpit.cli.evidence import _chosen
from cockpit.cli.init_questions import numbers
from cockpit.cli.main import run
from cockpit.codec import to_record
from cockpit.comms.posting import Answer
from cockpit.content.init_database import FoundDatabase, find_database
from cockpit.content.library import parse_library_texts
from cockpit.content.markdown.exporting import checklist_markdown
from cockpit.content.markdown.importing import import_text
from cockpit.content.strict_yaml import load_text
from cockpit.content.yaml_text import yaml_text
from cockpit.errors import ConfigurationError, NotFoundError, UsageError
from cockpit.health.beats import read_beat
from cockpit.health.conditions import check_condition
from cockpit.health.probes import Prober
from cockpit.layouts import Layout, LayoutStore
from cockpit.logs.classify import Classifier
from cockpit.logs.line import Level
from cockpit.logs.match import TextFilter
from cockpit.logs.requests import read_request
from cockpit.logs.stats import stats
from cockpit.net.certificates import peer_expiry
from cockpit.presence import present
from cockpit.redact import MASK, masked
from cockpit.release.checklist import Checklist, Phase, Section
from cockpit.release.health import ProbeState
from cockpit.release.probes import Probe, ScenarioStep
from cockpit.release.record import Unknown
from cockpit.release.sources import Source, SourceQuestion
from cockpit.seen import SeenStore
from cockpit.serving.packets import packet_of
from cockpit.store.envelope import By, Envelope, Stored
from cockpit.store.location import StoreLocation
from cockpit.store.sync_status import SyncStatus, read_status
from cockpit.times import rfc3339
from cockpit.watch.asks import take_asks
from tests.fuzz.answers import Scripted
from tests.fuzz.unsafe import hostile_in
from tests.health.misbehaving import plain
from tests.sources.support import desk_of
from tests.store.support import make_repository

MANY = "9" * 5000  # digits: Python reads no more than 4,300 of them as a number


@pytest.mark.parametrize("text", ['{"":"","a":"x"}', '{"":{"level":"error"},"a":"x"}', '{"":17,"a":"x"}'])
def test_a_field_of_a_log_line_whose_name_is_empty_is_no_other_field(text: str) -> None:
    # It was taken for its message, which ended the reading of the log, or for the record that others wrap.
    line = Classifier("app", clock=lambda: 0.0).classify(text)
    assert line.level is Level.NONE
    assert "a=x" in line.message


@pytest.mark.parametrize(
    "typed", ["a{99999}" * 20, "!(a{999}){999}", "([+-]?([0-9]+)){9999}", "(" * 40 + "e" + ")+" * 40]
)
def test_a_filter_that_would_take_all_memory_is_looked_for_as_it_stands(typed: str) -> None:
    # The engine that keeps to a time writes repetitions out; the last of these brought the whole cockpit down.
    filtered = TextFilter.lenient(typed)
    assert "repetitions come to" in filtered.why_literal
    assert filtered.matches(f"say {typed.removeprefix('!')}") is not typed.startswith("!")
    with pytest.raises(UsageError, match="repetitions come to"):
        TextFilter.strict(typed)


@pytest.mark.parametrize(
    "text", ["- [ ] m\n- [x]\u2028\nx\n", "2) [ ]\u2028\n\u2610\n- [ ] m\n", "- [ ] m\n\n  a\n  [x]\xa0\n  b\n"]
)
def test_a_sign_without_ink_that_markdown_takes_for_text_is_written_as_such(text: str) -> None:
    # Left out, `[x]` before it became the box of an item more.
    first = import_text(text, "x.md", "x")
    again = import_text(checklist_markdown(first.checklist), "x.md", "x")
    assert [item.text for *_, item, _ in again.checklist.walk()] == ["m"]
    assert [item.text for *_, item, _ in first.checklist.walk()] == ["m"]


def test_an_entry_of_nothing_but_blanks_is_no_step_of_a_procedure() -> None:
    steps = [
        step.text
        for book in import_text("- [ ] m\n2) [\n2) \u2028\n3) c\n", "x.md", "x").parts.runbooks
        for step in book.steps
    ]
    assert steps == ["[", "c"]


def test_a_compose_file_of_blanks_is_read_at_once(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(" " * 250_000 + "\n" + " -" * 100 + "\n")
    assert find_database(tmp_path) is None
    (tmp_path / "compose.yaml").write_text(
        "services:\n  web:\n    environment:\n      -  DATABASE_URL=postgres://db/x\n"
    )
    assert find_database(tmp_path) == FoundDatabase("postgresql", "compose.yaml", variable="DATABASE_URL")


def test_a_secrets_name_with_many_digits_is_read_at_once() -> None:
    # A group of digits, repeated, was tried in every way to cut it: it took longer than anybody lives.
    text = f"passwd{'0' * 200}../../etc/passwd token_{'1_2' * 100}!"
    assert masked(text, ()) == text
    assert masked(f"passwd{'0' * 200}=hunter2x", ()) == f"passwd{'0' * 200}={MASK}"


@pytest.mark.parametrize(
    "text",
    [
        "GET /x 200 ... ms",
        '[GIN] 2026/07/01 - 12:00:00 | 404 |  ....µs |  10.1.2.3 | POST     "/client"',
        "Jul  1 12:00:00 lb haproxy[7]: 10.0.0.1:5 [01/Jul/2026:12:00:00.000] in~ bk/n1 0/0/0/62/" + MANY
        + ' 503 306 - - sH-- 3/2/0/0/0 0/0 "POST / HTTP/1.1"',
        '{"status":200,"method":"GET","path":"/x","duration":' + MANY[:400] + "}",
        '10.0.0.1 - - [01/Jul/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 1 rt=' + MANY,
    ],
    ids=("morgan", "gin", "haproxy", "json", "named"),
)  # fmt: skip
def test_a_request_that_took_no_time_there_is(text: str) -> None:
    found = read_request(Classifier("app", zone=UTC).classify(text))
    assert found is None or found.seconds is None


@pytest.mark.parametrize("second", [MANY[:400], "9" * 25, "-1", '"x"', "null"], ids=range(5))
def test_an_instant_beyond_the_calendar_is_none(second: str) -> None:
    line = Classifier("app", zone=UTC).classify(f'{{"instant":{{"epochSecond":{second}}},"level":"WARN"}}')
    assert (line.level, line.at) == (Level.WARNING, None)


@pytest.mark.parametrize("nanos", [MANY[:400], "-1", "1000000000"], ids=range(3))
def test_an_instant_has_less_than_a_second_of_nanoseconds(nanos: str) -> None:
    text = f'{{"instant":{{"epochSecond":1782907200,"nanoOfSecond":{nanos}}},"level":"WARN"}}'
    at = Classifier("app", zone=UTC).classify(text).at
    assert at is not None
    assert rfc3339(at) == "2026-07-01T12:00:00.000Z"


def test_a_priority_is_one_digit() -> None:
    classifier = Classifier("app", zone=UTC)
    assert classifier.classify("PRIORITY=3").level is Level.ERROR
    assert classifier.classify("PRIORITY=34").level is Level.NONE


def test_a_byte_that_is_not_utf_8_among_lines_of_json(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(
        b'{"time":"2026-07-01T12:00:00Z","level":"info"}\n{"time":"x","level":"error","\x80":"\x80"}\n' * 3
    )
    assert stats(path)["lines"] == 6


HOSTILE = "Zq \u061c \u202e \U000e0041\nend"


def test_yaml_that_is_written_holds_nothing_that_is_obeyed() -> None:
    checklist = Checklist("x", "X", phases=(Phase("p", HOSTILE, sections=(Section("s", HOSTILE.partition("\n")[0]),)),))
    text = yaml_text(checklist)
    assert hostile_in(text) == []
    assert load_text(text, "x.yaml", Checklist) == checklist


CHECKLIST = """\
id: x
title: X
phases:
  - id: p
    title: "P\\u2066"
    sections:
      - id: s
        title: S
        items:
          - {id: p/s/a, text: "Zq\\u202E"}
"""


@pytest.mark.parametrize("form", ["md", "yaml"])
def test_what_is_exported_is_safe_on_a_terminal(form: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(CHECKLIST)
    ours, theirs = pty.openpty()
    with open(theirs, "w", encoding="utf-8") as terminal, contextlib.redirect_stdout(terminal):
        assert run(["export", str(path), "--format", form]) == 0
        terminal.flush()
        shown = os.read(ours, 65536).decode().replace("\r\n", "\n")
    os.close(ours)
    assert "Zq" in shown
    assert hostile_in(shown) == []


def test_each_mistake_is_one_line_whatever_names_it_repeats() -> None:
    text = "id: o\ntitle: d\nsubject: '{e}'\nbody: b\nfields:\n- name: t\n  hint: s\n- name: '\n\n'\n  hint: t\n"
    with pytest.raises(ConfigurationError) as caught:
        parse_library_texts({"templates/x.yaml": text})
    assert not [problem for problem in caught.value.problems if "\n" in problem.message]


DEEP = b'{"x":' + b"[" * 5000
UNREADABLE = (
    b'{"at":1,"message":"\xff","state":"\xff","probe":"\xff","owner":"\xff","holder":"\xff"}',
    DEEP,
    b"\0" * 99,
    b"[]",
)


@pytest.mark.parametrize("data", UNREADABLE, ids=("not-utf-8", "deep", "nul", "list"))
def test_a_small_file_of_ours_that_is_damaged_is_as_good_as_none(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "it.json"
    path.write_bytes(data)
    assert read_beat(path) is None
    assert take_asks(tmp_path) == []
    repo = make_repository(tmp_path / "repo")
    location = StoreLocation.of(repo)
    location.run.mkdir(parents=True)
    (location.run / "sync.json").write_bytes(data)
    assert read_status(location) == SyncStatus()
    seen = SeenStore(repo, tmp_path / "state")
    seen.mark("run-1", "ana", (), 1.0)
    (file,) = (tmp_path / "state").rglob("*.json")
    file.write_bytes(data)
    assert seen.read("run-1", "ana") is None
    layouts = LayoutStore(repo, tmp_path / "state")
    layouts.keep_layout("run-1", "ana", Layout("logs"))
    (file,) = (tmp_path / "state" / "layout").rglob("*.json")
    file.write_bytes(data)
    assert layouts.layout("run-1", "ana") == Layout()


@pytest.mark.parametrize("data", UNREADABLE, ids=("not-utf-8", "deep", "nul", "list"))
def test_somebody_whose_entry_is_damaged_is_not_here(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"{'f' * 32}.json"
    path.write_bytes(data)
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # whoever it is lives
        assert present(tmp_path) == ()


def test_an_event_whose_data_is_nested_without_end_is_kept_as_unknown() -> None:
    envelope = Envelope(1, "a" * 32, 1, None, (1, 0), "", By("Ana", ""), "h", "s/e/r", "item.done", "item:k", (),
                        msgspec.Raw(DEEP))  # fmt: skip
    stored = Stored("0" * 64, envelope, None, b"")
    assert isinstance(to_record(stored).data, Unknown)


BLANKS = " " * 400_000


def test_a_line_of_blanks_behind_its_time_is_read_at_once() -> None:
    # Blanks could be the end of one part of a header or the beginning of the next, in every way to share them.
    line = Classifier("app", zone=UTC).classify(f"2026-07-01 12:00:00{BLANKS}ERROR no")
    assert (line.level, line.message) == (Level.ERROR, "no")
    assert Classifier("app", zone=UTC).classify(f"2026-07-01 12:00:00{BLANKS}~").level is Level.NONE


def test_a_request_of_blanks_is_read_at_once() -> None:
    line = Classifier("app", zone=UTC).classify(f"[GIN] 2026/07/01 - 12:00:00 |{BLANKS}x")
    assert line.level is Level.NONE


def test_an_argument_of_blanks_is_read_at_once() -> None:
    text = f"[BODY] == any({BLANKS[:20_000]}'x)"
    assert "cannot be read" in (check_condition(text) or "")
    assert check_condition("[STATUS] == any(200, 204)") is None


def test_a_target_of_blanks_is_read_at_once() -> None:
    text = f"# A\n\n- [ ] a\n\n## Performance Targets\n\n- {'0' * 70}:{BLANKS[:20_000]}x\n"
    assert import_text(text, "x.md", "x").parts.targets == ()


LATIN_1 = b"caf\xe9"  # as a terminal that is not of UTF-8 types it


@pytest.mark.parametrize(
    "words",
    [
        ("freeze", "on", "--reason", "x", "--by", os.fsdecode(LATIN_1)),
        ("status", "--by", os.fsdecode(LATIN_1)),
        ("release", "open", os.fsdecode(LATIN_1)),
        ("freeze", "off", os.fsdecode(LATIN_1)),
    ],
    ids=("by", "look", "name", "mistake"),
)
def test_what_is_no_utf_8_is_refused_by_a_sentence(words: tuple[str, ...], tmp_path: Path) -> None:
    repo = make_repository(tmp_path / "repo")
    (repo / "cockpit.yaml").write_text("service: shop\nenvironment: {name: production, production: true}\n")
    for more, stream in (((), "err"), (("--json",), "out")):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            assert run(["--repo", str(repo), *words, *more]) in {2, 4}
        said = {"out": out, "err": err}[stream].getvalue()
        assert "caf" in said
        assert said.isascii()
    assert "caf\\udce9" in msgspec.json.decode(said)["error"]["what"]  # as any reader of JSON takes it


@pytest.mark.parametrize("stamp", ["²", MANY, MANY[:400], "-1", ""], ids=range(5))
async def test_a_time_of_loki_that_is_none_is_said_to_be_none(stamp: str) -> None:
    document = {
        "status": "success",
        "data": {"resultType": "streams", "result": [{"stream": {"app": "shop"}, "values": [[stamp, "a line"]]}]},
    }
    server = Scripted()
    server.answer = plain("200 OK", msgspec.json.encode(document), "Content-Type: application/json")
    try:
        desk = desk_of({}, it=Source("loki", url=f"http://127.0.0.1:{server.port}"))
        found = await desk.lines(SourceQuestion("it", "logs", '{app="shop"}'), 0.0, 600.0, seconds=20.0)
    finally:
        server.close()
    assert "nanoseconds" in found.detail


def test_a_number_that_nothing_attached_has_is_no_number() -> None:
    with pytest.raises(NotFoundError, match="is attached"):
        _chosen((), MANY)
    assert numbers(f"1 {MANY} 2", 5) == [1, 2]


@pytest.mark.parametrize(("said", "seconds"), [("30", 30.0), ("9" * 400, 0.0), ("²", 0.0), ("soon", 0.0)], ids=range(4))
def test_a_receiver_that_wants_peace_for_ever_is_not_believed(said: str, seconds: float) -> None:
    assert Answer(429, {"retry-after": said}, "", whole=True).retry_after == seconds


async def test_a_cookie_that_cannot_be_read_is_none(recwarn: pytest.WarningsRecorder) -> None:
    server = Scripted()
    server.answer = plain("200 OK", b"ok", f"Set-Cookie: a=b; Max-Age={MANY[:400]}", "Set-Cookie: c=d")
    url = f"http://127.0.0.1:{server.port}/"
    try:
        async with Prober(observer="here", directory=Path(), trusted=True) as prober:
            steps = ScenarioStep("one", url), ScenarioStep("two", url)
            result = await prober.run("shop", Probe(timeout="20s", scenario=steps), 1.0)
    finally:
        server.close()
    assert (result.state, result.detail) == (ProbeState.OK, "2 steps passed")
    assert not [str(one.message) for one in recwarn if "cookie" in str(one.message)]


def test_a_window_that_is_true_cells_wide_has_one() -> None:
    packet = packet_of('["resize", {"width": true, "height": 24}]')
    assert packet[5:] == b'{"type": "resize", "width": 1, "height": 24}'


def test_a_handshake_that_is_not_done_has_no_certificate() -> None:
    context = ssl.create_default_context()
    assert peer_expiry(context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="shop.example")) is None
