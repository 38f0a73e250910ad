"""`--readonly`: every command that writes is refused with a sentence, and whoever only looks may look at everything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Console
from tests.cli.test_contract import ALL

WRITES = [
    *(["item", verb, "look"] for verb in ("tick", "claim", "unclaim", "reopen", "undo", "redo")),
    *(["item", verb, "look", "--reason", "x"] for verb in ("defer", "na", "override", "note")),
    ["item", "challenge", "look", "--value", "x"],
    ["item", "answer", "look", "--value", "x"],
    ["item", "attach", "look", "--file", __file__],
    ["note", "x"],
    ["tags", "mark", "v1", "bad", "--reason", "x"],
    ["release", "open", "x"],
    ["release", "retarget", "v1"],
    ["release", "move", "--launch", "2030-01-01T00:00:00Z"],
    *(["release", verb, "--reason", "x"] for verb in ("hold", "resume", "abort", "reopen")),
    ["release", "close"],
    ["release", "supersede", "--by", "x"],
    ["release", "migrate", "--yes"],
    *(["freeze", verb, "--reason", "x"] for verb in ("on", "off")),
    ["gate", "--answer", "go", "--as", "ops"],
    ["driver", "take"],
    ["driver", "give", "Ben"],
    ["driver", "release"],
    ["probes", "ack", "up", "--for", "2h", "--reason", "x"],
    *(["probes", verb, "up", "--reason", "x"] for verb in ("mute", "stay")),
    *(["probes", verb, "up"] for verb in ("unack", "unmute", "beat")),
    ["verify"],
    ["sign", "ops"],
    ["sign", "--revoke", "ops", "--reason", "x"],
    ["incident", "open", "x"],
    ["incident", "update", "x"],
    ["incident", "close", "x"],
    ["announce", "note", "--send", "log"],
    ["review", "--done"],
    ["trust"],
    ["init", "--yes"],
    ["import", "x.md", "-o", "x.yaml"],
    ["watch"],
    ["sync"],
    ["demo", "--serve", "somewhere"],
    ["rollback", "v1", "--execute", "--confirm", "v1"],
    ["rollback", "v1", "--rehearse"],
    ["deploy", "v1", "--execute", "--confirm", "v1"],
    ["runbook", "x", "1", "--execute", "--yes"],
    *(["execution", verb, "--reason", "x"] for verb in ("retry", "resume", "skip", "abort", "confirm", "unlock")),
]
READS = {
    "validate", "release list", "release show", "status", "timeline", "maintenance", "freeze check", "export", "logs",
    "probe", "source list", "source test", "source logs", "targets", "env", "execution status", "incident list",
    "incident show", "incident export", "item evidence", "driver show", "handover", "contacts", "report", "completion",
    "serve",
    "worker",  # is started by those above
    "doctor",  # finds, and mends nothing
}  # fmt: skip


def test_every_command_is_known_to_write_or_to_read() -> None:
    leaves = [words for words in ALL if words and not any(more[:-1] == words for more in ALL)]
    written = {" ".join(words) for words in leaves if any(command[: len(words)] == list(words) for command in WRITES)}
    assert {" ".join(words) for words in leaves} == written | READS
    assert not written & READS


@pytest.mark.full
def test_every_write_is_refused(console: Console) -> None:
    before = console.json("status")["digest"]
    told = {}
    for arguments in WRITES:
        status, out, _ = console.say(*arguments, "--readonly", "--json")
        told[" ".join(arguments)] = status, json.loads(out).get("error", {}).get("code")
    assert {words: code for words, code in told.items() if code != (4, "readonly")} == {}
    assert console.refused("--readonly", *WRITES[0], code=4)["what"] == "this cockpit is read-only"
    assert console.json("status", "--readonly")["digest"] == before


@pytest.mark.full
def test_what_reads_writes_no_file_either(console: Console, tmp_path: Path) -> None:
    (tmp_path / "seen.txt").write_text("seen")
    console.json("item", "attach", "look", "--file", str(tmp_path / "seen.txt"))
    page = Path(console.json("report", "--offline")["html"])
    page.unlink()
    out = tmp_path / "out.txt"
    for words in (["report", "--offline"], ["report", "--publish"], ["item", "evidence", "look", "1", "-o", str(out)]):
        assert console.refused(*words, "--readonly", code=4)["code"] == "readonly"
    assert not page.exists()
    assert not out.exists()
