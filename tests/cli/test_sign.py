"""`cockpit sign` with real keys: what holds, what does not and why."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Console
from tests.execution.flight import Flight
from tests.parts import require

ROLES = "roles:\n  - {id: dev, title: Dev Lead}\n  - {id: ops, title: Ops}\n  - {id: sec, title: Security}\n"
EMAIL = "ana@example.org"

pytestmark = pytest.mark.full


def make_key(directory: Path, name: str) -> Path:
    path = directory / name
    subprocess.run(
        [require("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)], check=True
    )  # fmt: skip
    return path


def public(key: Path) -> str:
    return " ".join(key.with_suffix(".pub").read_text().split()[:2])


class Office:
    """A release of v2 with three roles to sign it, and keys."""

    def __init__(self, flight: Flight, home: Path) -> None:
        self.flight = flight
        self.home = home
        self.console = Console(flight.repo)
        self.key = make_key(home, "ana")
        (flight.repo / "checklists" / "signoff.yaml").write_text(ROLES)

    def allow(self, lines: str, revoked: str | bytes = "") -> None:
        """Commit who may sign on the protected branch alone; the work tree does not have it."""
        git = self.flight.git
        ours = {"GIT_INDEX_FILE": str(self.home / "index")}
        for name, text in (("allowed", lines), ("revoked", revoked)):
            data = text if isinstance(text, bytes) else text.encode()
            blob = git.text("hash-object", "-w", "--stdin", stdin=data)
            git.output("update-index", "--add", "--cacheinfo", f"100644,{blob},{name}", env=ours)
        commit = git.text("commit-tree", "-m", "signers", git.text("write-tree", env=ours))
        git.output("update-ref", "refs/heads/protected", commit)

    def open(self, lines: str = "", *, revoked: str | bytes = "", **signing: Any) -> None:
        """Open the run; `lines` are the allowed signers, committed on a branch that is protected elsewhere."""
        more: dict[str, Any] = {}
        if lines:
            self.allow(lines, revoked)
            more["signing"] = {
                "allowed_signers": "allowed",
                "revoked_keys": "revoked",
                "branch": "protected",
                **signing,
            }
        self.flight.begin(sign_off={"day": ["dev", "ops"]}, **more)
        self.flight.git.output("config", "user.name", "Ana")
        self.flight.git.output("config", "user.email", EMAIL)

    def roles(self, code: int = 0, *arguments: str) -> dict[str, dict[str, Any]]:
        found = self.console.json("sign", *arguments, code=code)
        return {one["role"]: one for one in found["roles"]}

    def why(self, role: str = "dev") -> str:
        one = self.roles()[role]
        return f"{one['state']}: {one['why']}"


@pytest.fixture
def office(flight: Flight, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    for name in ("SSH_AUTH_SOCK", "SSH_ASKPASS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    yield Office(flight, tmp_path)


def test_without_a_key_it_is_recorded_as_unsigned(office: Office) -> None:
    office.open()
    reasons = [one["why"] for one in office.console.json("gate", "day", code=1)["reasons"]]
    assert "sign-off of Dev Lead (dev): nobody has signed" in reasons
    one = office.roles(0, "Dev Lead", "--on-behalf", "Ben", "--reason", "on the phone")["dev"]
    assert (one["state"], one["holds"], one["by"], one["on_behalf"]) == ("unsigned", True, "Ana", "Ben")
    assert one["statement"].startswith("As Dev Lead I approve the release of shop v2 (")
    assert one["reason"] == "on the phone"
    office.roles(0, "sec", "--on-behalf", "Ben")
    found = office.roles(0, "ops")
    assert (found["sec"]["also"], found["ops"]["also"]) == (["dev"], [])
    assert "ops:" not in str(office.console.json("gate", "day", code=1)["reasons"])
    assert office.console.say("sign", "--verify")[0] == 0
    assert office.roles()["dev"]["signature"] == "unsigned"


def test_a_sign_off_is_revoked_with_a_reason_and_the_gate_says_so(office: Office) -> None:
    office.open()
    office.roles(0, "dev")
    office.roles(0, "ops")
    assert office.console.refused("sign", "--revoke", "dev", code=4)["code"] == "no-reason"
    office.roles(0, "--revoke", "dev", "--reason", "payments fail")
    assert re.fullmatch(r"revoked: revoked by Ana at .*Z: payments fail", office.why())
    assert office.console.say("sign", "--verify")[0] == 1
    assert "payments fail" in str(office.console.json("gate", "day", code=1)["reasons"])
    assert office.console.refused("sign", "--revoke", "dev", "--reason", "x", code=4)["code"] == "already"
    assert office.roles(0, "dev")["dev"]["holds"], "it can be signed again"
    assert "revoked the sign-off of dev: payments fail" in office.console.say("report")[1].replace("\\", "")


def test_a_key_in_the_home_of_nobody_is_no_key(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.open()
    refused = office.console.refused("sign", "dev", "--key", "~no-such-user/id", code=2)
    assert refused["what"] == "there is no key ~no-such-user/id"
    configured = office.home / "gitconfig"
    configured.write_text("[gpg]\nformat = ssh\n[user]\nsigningKey = ~no-such-user/id.pub\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(configured))
    assert office.roles(0, "dev")["dev"]["state"] == "unsigned"


def test_whose_key_it_is_stands_beside_the_name_that_was_written_and_one_key_is_one_person(office: Office) -> None:
    office.open(f"{EMAIL} {public(office.key)}\n")
    office.roles(0, "dev", "--key", str(office.key))
    office.flight.git.output("config", "user.name", "Ben")
    found = office.roles(0, "ops", "--key", str(office.key))
    assert (found["ops"]["by"], found["ops"]["signer"]) == ("Ben", EMAIL)
    assert (found["dev"]["also"], found["ops"]["also"]) == (["ops"], ["dev"])
    told = office.console.say("sign")[1].splitlines()
    assert all(EMAIL in line for line in told[:2])


def test_a_verified_signature(office: Office) -> None:
    office.open(f"{EMAIL} {public(office.key)}\n", roles={"dev": [EMAIL]})
    one = office.roles(0, "dev", "--key", str(office.key))["dev"]
    assert (one["state"], one["signature"], one["signer"]) == ("signed", "verified", EMAIL)
    assert one["key"].startswith("SHA256:")
    assert office.console.refused("sign", "dev", "--key", str(office.key), code=4)["code"] == "already"
    office.console.refused("sign", "ops", "--key", str(office.home / "nowhere"), code=2)
    assert office.console.refused("sign", "ops", code=4)["code"] == "no-key"
    assert office.console.say("sign", "--verify")[0] == 1, "ops is still missing"
    (office.flight.repo / "allowed").write_text("ben@example.org ssh-ed25519 AAAA\n")
    assert office.roles()["dev"]["state"] == "signed", "the work tree's list counts for nothing"


def test_it_goes_stale_with_the_commit_and_with_the_checklists(office: Office) -> None:
    office.open()
    office.roles(0, "dev")
    office.flight.release("v3")
    status, told, _ = office.console.say("release", "retarget", "v3")
    assert status == 0
    assert told.endswith("- what Dev Lead signed goes stale\n")
    assert office.why() == "stale: signed by Ana for v2, the run flies v3: sign again"
    office.roles(0, "dev")
    checklist = office.flight.repo / "checklists" / "short.yaml"
    checklist.write_text(checklist.read_text().replace("title: ", "title: New ", 1))
    assert office.console.say("release", "migrate", "--confirm")[0] in {0, 2}
    status, _, err = office.console.say("release", "migrate", "--yes")
    assert status == 0, err
    assert office.why().startswith("stale: signed by Ana, and the checklists or cockpit.yaml have changed since")


EXPIRED = 'valid-before="20200101"'


@pytest.mark.parametrize(
    ("lines", "revoked", "why"),
    [
        ("{email} {other}\n", "", "its key is none of the allowed signers'"),
        (f"{{email}} {EXPIRED} {{key}}\n", "", "key has expired"),
        ('{email} valid-after="20990101" {key}\n', "", "key is not yet valid"),
        ("ben@example.org {key}\n", "", "the key is ben@example.org's, and Ana wrote it"),
        ("* {key}\n", "", "allowed:1 names no one principal"),
        ("{email} {key}\n# x\n*@example.org {key}\n", "", "allowed:3 names no one principal"),
        ("{email} {key}\n", "{key}\n", "its key is revoked"),
        ('{email} namespaces="git" {key}\n', "", "key is not permitted for use in signature namespace"),
    ],
    ids=["foreign", "expired", "early", "not-hers", "wildcard", "wildcards", "revoked", "namespace"],
)
def test_a_signature_that_is_refused_later_and_one_that_is_refused_at_once(
    office: Office, lines: str, revoked: str, why: str
) -> None:
    words = {"email": EMAIL, "key": public(office.key), "other": public(make_key(office.home, "other"))}
    office.open(f"{EMAIL} {public(office.key)}\n")
    assert office.roles(0, "dev", "--key", str(office.key))["dev"]["state"] == "signed"
    office.allow(lines.format(**words), revoked.format(**words))
    one = office.roles()["dev"]
    assert (one["state"], one["holds"]) == ("refused", False)
    assert why in one["why"]
    assert office.console.say("sign", "--verify")[0] == 1
    assert "the signature of Ana is refused" in str(office.console.json("gate", "day", code=1)["reasons"])
    error = office.console.refused("sign", "ops", "--key", str(office.key), code=4)
    assert error["code"] == "not-allowed"
    assert why in error["what"]
    assert office.roles()["ops"]["state"] == "open", "nothing was written"


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"roles": {"dev": ["ben@example.org"]}}, f"{EMAIL} may not sign for dev"),
        ({"branch": "nowhere"}, "the allowed signers' branch nowhere is not here"),
        ({"allowed_signers": "none"}, "there is no none in"),
    ],
)
def test_who_may_not_sign_is_told_before_anything_is_written(
    office: Office, settings: dict[str, Any], why: str
) -> None:
    office.open(f"{EMAIL} {public(office.key)}\n", **settings)
    assert why in office.console.refused("sign", "dev", "--key", str(office.key), code=4)["what"]
    assert office.roles()["dev"]["state"] == "open"


def journals(repo: Path) -> Iterator[Path]:
    for path in (repo / ".git" / "cockpit" / "journal").rglob("*.jsonl"):
        if "signoff.given" in path.read_text():
            yield path


def test_what_was_changed_after_signing_is_refused_and_displaces_nothing(office: Office) -> None:
    office.open(f"{EMAIL} {public(office.key)}\n")
    office.roles(0, "dev", "--key", str(office.key))
    (path,) = journals(office.flight.repo)
    line = next(line for line in path.read_text().splitlines() if "signoff.given" in line)
    writer = path.name.partition(".")[0]
    for other, before, after in (("e", "I approve", "I do approve"), ("f", "dev", "ops")):
        forged = line.replace(writer, other * 32).replace(before, after)
        (path.parent / f"{other * 32}.1.jsonl").write_text(forged + "\n")
    found = office.roles()
    assert found["ops"]["state"] == "refused"
    assert "it is not of these bytes" in found["ops"]["why"]
    assert found["dev"]["state"] == "signed"


def test_an_unsigned_one_is_not_enough_where_keys_are_asked_for(office: Office) -> None:
    office.open(f"{EMAIL} {public(office.key)}\n")
    office.roles(0, "dev", "--key", str(office.key))
    (path,) = journals(office.flight.repo)
    line = json.loads(next(line for line in path.read_text().splitlines() if "signoff.given" in line))
    for other in office.flight.repo.glob(".git/cockpit/journal/**/*.jsonl"):
        text = other.read_text()
        if "signoff.given" in text:
            other.write_text(text.replace(json.dumps(line["g"]), "null"))
    office.flight.git.output("update-ref", "-d", "refs/cockpit/state")
    assert "without a signature that can be verified" in office.why()


def test_without_allowed_signers_a_signature_says_which_key_and_no_more(office: Office) -> None:
    office.open()
    one = office.roles(0, "dev", "--key", str(office.key))["dev"]
    assert (one["state"], one["signature"], one["signer"]) == ("signed", "unchecked", None)
    assert one["key"].startswith("SHA256:")


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    require("ssh-agent")
    place = tmp_path / "a"
    with subprocess.Popen(["ssh-agent", "-D", "-a", str(place)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        monkeypatch.setenv("SSH_AUTH_SOCK", str(place))
        yield
        child.terminate()


def test_the_agent_signs(office: Office, agent: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "a"))
    office.open(f"{EMAIL} {public(office.key)}\n")
    subprocess.run(["ssh-add", "-q", str(office.key)], check=True)
    subprocess.run(["ssh-add", "-q", str(make_key(office.home, "other"))], check=True)
    office.key.unlink()
    assert office.roles(0, "dev")["dev"]["signature"] == "verified"
    assert office.roles(0, "ops", "--key", str(office.key.with_suffix(".pub")))["ops"]["signature"] == "verified"


def test_a_key_with_a_passphrase_fails_at_once_and_writes_nothing(office: Office) -> None:
    office.open()
    locked = office.home / "locked"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret words", "-f", str(locked)], check=True)
    error = office.console.refused("sign", "dev", "--key", str(locked), code=4)
    assert error["code"] == "not-signed"
    assert office.roles()["dev"]["state"] == "open"
