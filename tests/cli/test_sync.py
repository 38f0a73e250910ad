"""`cockpit sync` and what `init` finds out about a remote, between real clones."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.journeys.clones import TwoClones

pytestmark = pytest.mark.full

ITEM = "pre-deployment/security-review/review-all-api-endpoints-for-vulnerabilities"


@pytest.fixture
def both(tmp_path: Path) -> TwoClones:
    return TwoClones(tmp_path)


def hook(remote: Path, script: str) -> None:
    path = remote / "hooks" / "update"
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o755)


def test_both_clones_hold_the_same_and_say_so(both: TwoClones) -> None:
    both.ben.ask("sync")
    both.ana.ask("item", "tick", ITEM)
    assert both.ana.ask("sync")["sent"]
    assert both.ben.ask("sync")["received"]
    assert both.ben.item(ITEM)["by"] == "ana"
    here, there = both.ana.ask("status"), both.ben.ask("status")
    assert here["digest"] == there["digest"]
    assert (there["sync"]["remote"], there["sync"]["state"], there["sync"]["ahead"]) == ("origin", "synced", 0)


def test_what_two_did_apart_is_contested_with_both_names_until_one_decides(both: TwoClones) -> None:
    both.ben.ask("sync")
    both.ana.ask("item", "tick", ITEM)
    both.ben.ask("item", "defer", ITEM, "--reason", "the vendor is asleep")
    for clone in (both.ana, both.ben, both.ana):
        clone.ask("sync")
    for clone in (both.ana, both.ben):
        item = clone.item(ITEM)
        assert item["state"] == "contested"
        assert "ana" in item["detail"]
        assert "ben" in item["detail"]
    both.ben.ask("item", "tick", ITEM)
    both.ben.ask("sync")
    both.ana.ask("sync")
    assert (both.ana.item(ITEM)["state"], both.ana.item(ITEM)["by"]) == ("done", "ben")


def test_trouble_is_an_error_that_says_what_to_do(both: TwoClones, tmp_path: Path) -> None:
    away = both.remote.rename(tmp_path / "away.git")
    done = both.ana.run("sync")
    assert done.returncode == 4
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "offline"
    assert "git remote -v" in error["fix"]
    assert both.ana.ask("status")["sync"]["state"] == "offline"
    away.rename(both.remote)
    refusing = tmp_path / "ssh"
    refusing.write_text("#!/bin/sh\necho 'ana@host: Permission denied (publickey).' >&2\nexit 255\n")
    refusing.chmod(0o755)
    subprocess.run(["git", "config", "core.sshCommand", str(refusing)], cwd=both.ana.repository, check=True)
    done = both.ana.run("sync", "--remote", "host:state.git")
    assert json.loads(done.stdout)["error"]["code"] == "auth"


def test_without_a_remote_it_says_how_to_name_one(both: TwoClones) -> None:
    subprocess.run(["git", "remote", "remove", "origin"], cwd=both.ana.repository, check=True)
    done = both.ana.run("sync")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "no-remote"


def test_an_address_that_only_an_untrusted_file_names_gets_nothing(tmp_path: Path) -> None:
    both = TwoClones(tmp_path)
    clone = both.ben
    (clone.repository / "cockpit.yaml").write_text(
        f"service: shop\nenvironment: {{name: production}}\nstate_remote: {tmp_path}/elsewhere.git\n"
    )
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "elsewhere.git")], check=True)
    error = json.loads(clone.run("sync").stdout)["error"]
    assert error["code"] == "not-trusted"
    clone.ask("trust")
    assert clone.ask("sync")["state"] == "synced"


def test_init_finds_out_by_a_push_and_leaves_nothing_there(both: TwoClones) -> None:
    before = subprocess.check_output(["git", "for-each-ref"], cwd=both.remote)
    (both.ben.repository / "cockpit.yaml").unlink()
    assert both.ben.ask("init", "--yes")["state_remote"] == "origin"
    assert 'state_remote: "origin"' in (both.ben.repository / "cockpit.yaml").read_text()
    assert subprocess.check_output(["git", "for-each-ref"], cwd=both.remote) == before


def test_init_falls_back_to_a_branch_and_else_proposes_a_remote_of_its_own(both: TwoClones) -> None:
    path = both.ben.repository / "cockpit.yaml"
    hook(both.remote, 'case "$1" in refs/heads/*) exit 0;; *) exit 1;; esac\n')
    path.unlink()
    assert both.ben.ask("init", "--yes")["state_branch"] == "cockpit-state"
    assert both.ben.ask("validate")["problems"] == []
    hook(both.remote, "exit 1\n")
    path.unlink()
    answer = both.ben.ask("init", "--yes")
    assert answer["state_remote"] is None
    assert "git init --bare" in answer["remark"]
    assert both.ben.ask("validate")["problems"] == []


def test_a_clone_that_has_never_asked_says_so_where_it_knows_of_no_run(both: TwoClones) -> None:
    both.ana.ask("sync")
    for command in (["status"], ["release", "list"], ["gate", "pre-deployment"]):
        done = both.ben.run(*command)
        assert "origin has not been asked yet" in done.stderr, done
    both.ben.ask("sync")
    done = both.ben.run("status")
    assert "asked yet" not in done.stderr
    assert json.loads(done.stdout)["run"]["id"]
