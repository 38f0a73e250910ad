"""Several UNIX users on one clone: real processes with ids of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.codec import named_blobs
from cockpit.store.doctor.examine import examine
from cockpit.store.location import StoreLocation
from tests.store.support import make_repository

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs to act for two users"),
]

ANA, BEN, GROUP = 20001, 20002, 20001
PRIVATE = 20002  # Ben's own group, as most systems give him

# What a user's process does: an event with its text, a lock, presence, samples, an execution's output, a commit.
WORK = """
import os, sys, json
from pathlib import Path
from cockpit.errors import CockpitError
from cockpit.execution.output import OutputFile
from cockpit.presence import PresenceFile, present
from cockpit.release.live import Presence
from cockpit.samples.writer import SampleWriter
from cockpit.store.lock import FileLock, Held
from cockpit.store.location import StoreLocation
from cockpit.store.doctor.examine import examine
from tests.store.support import start, tick
import httpx, secrets, fcntl, tempfile, sqlite3, cockpit.store.remote

uid, gid, group = map(int, sys.argv[2:5])
os.setgroups([group]); os.setgid(gid); os.setuid(uid); os.umask(0o077)
try:
    location = StoreLocation.of(Path(sys.argv[1]))
    store = start(location, int(secrets.token_hex(16), 16))
    text = store.evidence.put_text("seen")
    event = tick(store, uid)
    store.share_places()
    location.locks.mkdir(exist_ok=True)
    held = Held(str(uid), "h", os.getpid(), "now", "x")
    with FileLock(location.lock("execute-shop-live"), held, share=location.share):
        pass
    place = location.run / "presence"
    with PresenceFile(place, Presence(str(uid), "h", store.writer_id, "screen", 1.0)):
        assert len(present(place)) == 1
    samples = SampleWriter(location.root)
    samples.beat("h", os.getpid(), 1.0)
    samples.flush()
    trouble = samples.trouble
    samples.close()
    output = OutputFile(location.root / "executions" / "one" / "output")
    output.line(f"by {uid}")
    output.close()
    with (location.run / "watcher.log").open("a") as log:
        log.write("started")
    result = store.commit("by user")
    store.close()
    print(json.dumps({"event": event.id, "moved": result.moved, "trouble": trouble, "seen": len(store.load())}))
except CockpitError as error:
    print(json.dumps({"code": error.code, "fix": error.fix}))
"""


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Path]:
    """A clone of Ana's that Ben, who is in her group, may enter."""
    with tempfile.TemporaryDirectory() as public:
        Path(public).chmod(0o755)
        repository = make_repository(Path(public, "repository"), "--shared=group")
        for path in (repository, *repository.rglob("*")):
            os.chown(path, ANA, GROUP)
        repository.chmod(0o2775)
        yield repository


def work(repository: Path, uid: int, gid: int, group: int = GROUP) -> dict[str, object]:
    home = repository.parent / f"home-{uid}"
    home.mkdir(exist_ok=True)
    os.chown(home, uid, gid)
    if not (home / ".gitconfig").exists():
        (home / ".gitconfig").write_text("[user]\n\tname = U\n\temail = u@example.org\n")
    done = subprocess.run(
        [sys.executable, "-c", WORK, str(repository), str(uid), str(gid), str(group)],
        capture_output=True, text=True, check=False, env={**os.environ, "HOME": str(home)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told: dict[str, object] = json.loads(done.stdout)
    return told


def trust(repository: Path, uid: int, fix: object) -> None:
    """Run as that user what the refusal said."""
    command = str(fix).removeprefix("Run: ")
    assert command.startswith("git config --global --add safe.directory ")
    subprocess.run(
        ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "sh", "-c", command],
        check=True, env={**os.environ, "HOME": str(repository.parent / f"home-{uid}")},
    )  # fmt: skip


def test_two_users_take_turns_on_one_clone(shared: Path) -> None:
    first = work(shared, ANA, GROUP)
    assert (first["moved"], first["trouble"]) == (True, "")
    refused = work(shared, BEN, PRIVATE)
    assert refused["code"] == "not-yours"
    trust(shared, BEN, refused["fix"])
    second = work(shared, BEN, PRIVATE)
    assert (second["moved"], second["trouble"], second["seen"]) == (True, "", 2)
    third = work(shared, ANA, GROUP)
    assert (third["moved"], third["trouble"], third["seen"]) == (True, "", 3)
    location = StoreLocation(shared / ".git", share=0o660)
    output = (location.root / "executions" / "one" / "output").read_text()
    assert output == f"by {ANA}\nby {BEN}\nby {ANA}\n"
    for path in location.root.rglob("*"):
        mode = path.stat().st_mode & 0o7777
        assert (path.stat().st_gid, mode & 0o060) == (GROUP, 0o060), (path, oct(mode))
        assert not path.is_dir() or mode & 0o2000, path


def test_a_user_outside_the_group_may_only_read_and_is_told_what_to_run(shared: Path) -> None:
    for path in (shared / ".git", *(shared / ".git").rglob("*")):
        path.chmod(path.stat().st_mode | (0o005 if path.is_dir() else 0o004))
    work(shared, ANA, GROUP)
    refused = work(shared, BEN, PRIVATE, group=PRIVATE)
    trust(shared, BEN, refused["fix"])
    refused = work(shared, BEN, PRIVATE, group=PRIVATE)
    assert refused["code"] == "not-writable"
    assert f"As user {ANA}, with GROUP a group you are both in" in str(refused["fix"])


def test_what_the_refusal_says_to_run_lets_the_other_in(shared: Path) -> None:
    config = shared / ".git" / "config"
    config.write_text(
        "".join(line for line in config.read_text().splitlines(keepends=True) if "sharedrepository" not in line)
    )
    for path in (shared / ".git", *(shared / ".git").rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    work(shared, ANA, ANA)  # before anybody thought of sharing
    shutil.rmtree(shared / ".git" / "cockpit" / "executions", ignore_errors=True)
    for path in (shared / ".git").rglob("*"):
        path.chmod(path.stat().st_mode | (0o005 if path.is_dir() else 0o004))
    trust(shared, BEN, work(shared, BEN, PRIVATE)["fix"])
    refused = work(shared, BEN, PRIVATE)
    assert refused["code"] == "not-writable"
    command = str(refused["fix"]).partition(": ")[2].replace("GROUP", str(GROUP))
    subprocess.run(
        ["setpriv", f"--reuid={ANA}", f"--regid={ANA}", f"--groups={GROUP}", "sh", "-c", command],
        check=True, env={**os.environ, "HOME": str(shared.parent / f"home-{ANA}")},
    )  # fmt: skip
    let_in = work(shared, BEN, PRIVATE)
    assert (let_in.get("moved"), let_in.get("trouble")) == (True, ""), let_in


def test_the_doctor_says_what_only_the_owner_can_mend(shared: Path) -> None:
    work(shared, ANA, GROUP)
    location = StoreLocation(shared / ".git", share=0o660)
    (journal,) = location.journal.rglob("*.jsonl")
    journal.chmod(0o600)
    found = examine(location, named=named_blobs, host="h1", mend=False)
    assert "wrong-permissions" in {finding.code for finding in found.findings}
    (finding,) = [finding for finding in found.findings if finding.code == "wrong-permissions"]
    assert f"journal/{journal.parent.relative_to(location.journal)}" in finding.place
    assert "chmod -R g+rwX" in finding.todo
