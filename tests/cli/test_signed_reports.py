"""A reader of an exported report checks its signatures with ssh-keygen alone; revocations are signed, too."""

from __future__ import annotations

import html
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_sign import EMAIL, Office, journals, make_key, public
from tests.execution.flight import Flight
from tests.parts import require

pytestmark = pytest.mark.full


@pytest.fixture
def office(flight: Flight, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    for name in ("SSH_AUTH_SOCK", "SSH_ASKPASS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    yield Office(flight, tmp_path)


def exported(office: Office, form: str) -> str:
    status, report, err = office.console.say("report", "--format", form)
    assert status == 0, err
    return report


def scripts_in(report: str, form: str) -> list[str]:
    """What a reader copies out of a report: the blocks of commands, as they stand there."""
    match form:
        case "md":
            return re.findall(r"^```sh\n(.*?)^```$", report, re.DOTALL | re.MULTILINE)
        case "html":
            return [html.unescape(block) for block in re.findall(r"<pre>(.*?)</pre>", report, re.DOTALL)]
        case _:
            roles = json.loads(report)["sign_off"]
            return [one["check"] for each in roles for one in (each, each["revocation"] or {}) if one.get("check")]


def read_as(reader: Path, scripts: list[str], signers: str) -> subprocess.CompletedProcess[str]:
    """Run the commands in an empty directory, with a list of signers that the reader has from elsewhere."""
    reader.mkdir()
    (reader / "allowed_signers").write_text(signers)
    commands = [one for one in scripts if "ssh-keygen" in one]
    assert commands
    script = "set -e\n" + "\n".join(commands)
    return subprocess.run(["sh", "-c", script], cwd=reader, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("form", ["md", "html", "json"])
def test_a_reader_checks_the_report_with_ssh_keygen_alone(office: Office, form: str, tmp_path: Path) -> None:
    office.open(f"{EMAIL} {public(office.key)}\n")
    office.roles(0, "dev", "--key", str(office.key), "--reason", "ça va \u202e ok")
    report = exported(office, form)
    scripts, signers = scripts_in(report, form), f"{EMAIL} {public(office.key)}\n"
    done = read_as(tmp_path / "reader", scripts, signers)
    assert (done.returncode, done.stderr) == (0, "")
    assert f'Good "cockpit-signoff-v1" signature for {EMAIL}' in done.stdout
    assert json.loads((tmp_path / "reader" / "dev.payload").read_bytes())["d"]["role"] == "dev"

    stranger = f"{EMAIL} {public(make_key(tmp_path, 'stranger'))}\n"
    assert read_as(tmp_path / "elsewhere", scripts, stranger).returncode
    forged = [one.replace("<<'END'\n", "<<'END'\nAAAA", 1) for one in scripts]
    assert read_as(tmp_path / "forged", forged, signers).returncode


@pytest.mark.parametrize("form", ["md", "html"])
def test_the_report_brings_the_signers_and_says_where_a_better_list_is(
    office: Office, form: str, tmp_path: Path
) -> None:
    revoked = public(make_key(tmp_path, "old"))
    office.open(f"{EMAIL} {public(office.key)}\n", revoked=f"{revoked}\n")
    office.roles(0, "dev", "--key", str(office.key))
    source, as_read, check = scripts_in(exported(office, form), form)
    for number, script in enumerate((source, as_read)):
        place = tmp_path / str(number)
        place.mkdir()
        where = {"GIT_DIR": str(office.flight.repo / ".git"), "PATH": "/usr/bin:/bin"}
        done = subprocess.run(
            ["sh", "-ec", script + "\n" + check], cwd=place, env=where, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert (place / "allowed_signers").read_text() == f"{EMAIL} {public(office.key)}\n"
        assert (place / "revoked_keys").read_text() == f"{revoked}\n"
        assert "-r revoked_keys" in check


def test_a_revocation_list_of_ssh_keygens_own_revokes_its_keys_alone(office: Office, tmp_path: Path) -> None:
    gone = make_key(tmp_path, "gone")
    revoked = tmp_path / "revoked.krl"
    subprocess.run(
        [require("ssh-keygen"), "-q", "-k", "-f", str(revoked), str(gone.with_suffix(".pub"))], check=True
    )  # fmt: skip
    office.open(f"{EMAIL} {public(office.key)}\n{EMAIL} {public(gone)}\n", revoked=revoked.read_bytes())
    refused = office.console.refused("sign", "dev", "--key", str(gone), code=4)
    assert refused["what"].endswith("its key is revoked")
    assert office.roles(0, "dev", "--key", str(office.key))["dev"]["signature"] == "verified"
    _, as_read, check = scripts_in(exported(office, "md"), "md")
    done = subprocess.run(
        ["sh", "-ec", as_read + "\n" + check], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "revoked_keys").read_bytes() == revoked.read_bytes()


def test_the_store_digest_in_the_report_is_the_one_that_status_tells(office: Office) -> None:
    office.open()
    digest = json.loads(exported(office, "json"))["digest"]
    assert digest == office.console.json("status")["digest"]
    assert digest in exported(office, "md")
    assert digest in exported(office, "html")


def test_a_revocation_is_signed_with_the_key_that_is_given_and_checked_like_a_sign_off(
    office: Office, tmp_path: Path
) -> None:
    signers = f"{EMAIL} {public(office.key)}\n"
    office.open(signers)
    office.roles(0, "dev", "--key", str(office.key))
    one = office.roles(0, "--revoke", "dev", "--reason", "payments fail", "--key", str(office.key))["dev"]
    assert one["state"] == "revoked"
    assert one["why"].endswith(f"payments fail (signed by {EMAIL})")
    assert one["revocation"]["signature"] == "verified"
    scripts = scripts_in(exported(office, "md"), "md")
    done = read_as(tmp_path / "reader", scripts, signers)
    assert done.stdout.count("Good ") == 2
    revocation = json.loads((tmp_path / "reader" / "dev-revoked.payload").read_bytes())
    assert revocation["kind"] == "signoff.revoked"
    assert revocation["by"]["key"] == one["revocation"]["key"]


def test_a_revocation_waits_for_no_key_but_takes_no_wrong_one(office: Office, tmp_path: Path) -> None:
    office.open(f"{EMAIL} {public(office.key)}\n")
    office.roles(0, "dev", "--key", str(office.key))
    other = make_key(tmp_path, "other")
    arguments = ("sign", "--revoke", "dev", "--reason", "payments fail")
    assert office.console.refused(*arguments, "--key", str(other), code=4)["code"] == "not-allowed"
    assert office.roles()["dev"]["state"] == "signed"
    assert office.roles(0, *arguments[1:])["dev"]["why"].endswith("payments fail (not signed)")


def test_a_revocation_that_was_tampered_with_says_so_and_stays_on_the_safe_side(office: Office) -> None:
    office.open(f"{EMAIL} {public(office.key)}\n")
    office.roles(0, "dev", "--key", str(office.key))
    office.roles(0, "--revoke", "dev", "--reason", "payments fail", "--key", str(office.key))
    for path in (office.flight.repo / ".git" / "cockpit" / "journal").rglob("*.jsonl"):
        text = path.read_text()
        if "signoff.revoked" in text:
            path.write_text(text.replace('\\"host\\":', '\\"host\\": '))
    office.flight.git.output("update-ref", "-d", "refs/cockpit/state")
    one = office.roles()["dev"]
    assert one["state"] == "revoked"
    assert "its signature is refused: it is not of these bytes" in one["why"]
    assert office.console.say("sign", "--verify")[0] == 1


def test_a_signature_in_a_journal_that_is_none_brings_no_commands_into_the_report(office: Office) -> None:
    office.open()
    office.roles(0, "dev", "--key", str(office.key))
    (path,) = journals(office.flight.repo)
    line = json.loads(next(line for line in path.read_text().splitlines() if "signoff.given" in line))
    hostile = line["g"].replace("-----END", "END\ntouch harm\n-----END")
    path.write_text(path.read_text().replace(json.dumps(line["g"]), json.dumps(hostile)))
    office.flight.git.output("update-ref", "-d", "refs/cockpit/state")
    for form in ("md", "html"):
        report = exported(office, form)
        assert "touch harm" not in report
        assert scripts_in(report, form) == []
