"""Repositories that somebody has prepared, and repositories of every shape: commands work and run nobody's program."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Console
from tests.shop import make_shop
from tests.store.support import git

pytestmark = pytest.mark.full

HOOKS = ("reference-transaction", "post-index-change", "pre-commit", "post-commit", "pre-push", "pre-auto-gc",
         "post-checkout", "post-rewrite", "fsmonitor-watchman", "post-merge", "pre-receive", "update")  # fmt: skip


def prepare(repository: Path, canary: Path) -> None:
    """Let every setting that can name a program name one that leaves a trace.

    All but a clean filter: without it, git itself cannot tell whether a file has changed.
    """
    program = canary.with_name("program")
    program.write_text(f'#!/bin/sh\necho "$0 $*" >> {canary}\nexit 1\n')
    program.chmod(0o755)
    hooks = canary.with_name("hooks")
    hooks.mkdir()
    for name in HOOKS:
        shutil.copy(program, hooks / name)
    attributes = canary.with_name("attributes")
    attributes.write_text("* diff=evil merge=evil\n")
    included = canary.with_name("included")
    included.write_text(f"[core]\n\teditor = {program}\n[pager]\n\tstatus = {program}\n\ttag = {program}\n")
    (repository / ".git" / "info").mkdir(exist_ok=True)
    (repository / ".git" / "info" / "attributes").write_text("* diff=evil\n")
    with (repository / ".git" / "config").open("a") as config:
        config.write(
            f"[core]\n\tfsmonitor = {program}\n\thooksPath = {hooks}\n\tpager = {program}\n\taskPass = {program}\n"
            f"\tattributesFile = {attributes}\n\talternateRefsCommand = {program}\n\tgitProxy = {program}\n"
            f'[diff "evil"]\n\tcommand = {program}\n\ttextconv = {program}\n[diff]\n\texternal = {program}\n'
            f'[gpg "ssh"]\n\tprogram = {program}\n\tdefaultKeyCommand = {program}\n'
            f"[gpg]\n\tformat = ssh\n\tprogram = {program}\n"
            f"[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n[push]\n"
            f"\tgpgSign = true\n"
            f"[log]\n\tshowSignature = true\n[alias]\n\trev-parse = !{program}\n\tcommit-tree = !{program}\n"
            f"[include]\n\tpath = {included}\n[sequence]\n\teditor = {program}\n[interactive]\n"
            f"\tdiffFilter = {program}\n"
            f'[includeIf "gitdir:/"]\n\tpath = {included}\n[ssh]\n\tvariant = simple\n'
        )


def test_no_setting_of_a_prepared_repository_runs_a_program(tmp_path: Path) -> None:
    repository, canary = make_shop(tmp_path / "shop"), tmp_path / "canary"
    prepare(repository, canary)
    console = Console(repository)
    for words in (
        ["release", "open", "v1"], ["item", "tick", "look"], ["note", "secret"], ["status"], ["tags", "--limit", "0"],
        ["timeline"], ["rollback", "v0", "--plan"], ["trust", "--show"], ["doctor"],
        ["sign", "dev"], ["sign"],
    ):  # fmt: skip
        done = console.process(*words, "--json")
        assert done.returncode == 0, (words, done.stdout, done.stderr)
    (repository / ".env").write_text("A=1\n")
    assert console.process("env").returncode == 1
    note = next(one["id"] for one in reversed(console.json("timeline")) if one["kind"] == "note.added")
    assert console.process("doctor", "--purge", note, "--yes").returncode == 0
    assert not canary.exists(), canary.read_text()
    assert git(repository, "rev-list", "--count", "refs/cockpit/state") == "1"


MOVING = """\
service: shop
environment: {name: live, production: true}
checklists: [short]
rollback: {migrations: [db], steps: [{id: code, checkout: true}]}
deploy: {migrations: [db], steps: [{id: code, checkout: true}]}
"""


def tracing(directory: Path) -> tuple[Path, Path]:
    """A program that only leaves a trace, and where it leaves it."""
    program, canary = directory / "program", directory / "canary"
    program.write_text(f'#!/bin/sh\necho "$0 $*" >> {canary}\nexit 1\n')
    program.chmod(0o755)
    return program, canary


def test_what_a_prepared_partial_clone_lacks_is_fetched_only_where_it_is_trusted(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "shop", MOVING)
    (shop / "db").mkdir()
    (shop / "db" / "one.sql").write_text("select 1;\n")
    git(shop, "add", ".")
    git(shop, "commit", "-q", "-m", "v2")
    git(shop, "tag", "v2")
    (shop / "db" / "one.sql").write_text("select 2;\n")
    git(shop, "commit", "-q", "-a", "-m", "v3")
    git(shop, "tag", "v3")
    git(shop, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{shop}", "partial")
    program, canary = tracing(tmp_path)
    console = Console(tmp_path / "partial")
    git(console.repo, "config", "remote.origin.uploadpack", str(program))
    assert console.process("release", "open", "v3").returncode == 0
    done = console.process("deploy", "v2", "--plan", "--json")
    assert done.returncode == 4
    assert "cockpit trust" in json.loads(done.stdout)["error"]["fix"]
    assert not canary.exists(), canary.read_text()
    assert console.process("trust").returncode == 0
    assert console.process("deploy", "v2", "--plan").returncode == 4
    assert canary.exists(), "a trusted clone connects as it is configured to"


@pytest.mark.parametrize(
    ("settings", "brought"),
    [
        ({"remote.origin.url": "ssh://nowhere.invalid/x", "core.sshCommand": "{}"}, "core.sshcommand"),
        ({"remote.origin.url": "git://nowhere.invalid/x", "core.gitProxy": "{}"}, "core.gitproxy"),
        ({"remote.origin.url": "https://nowhere.invalid/x", "credential.https://nowhere.invalid.helper": "!{}"},
         "credential.https://nowhere.invalid.helper"),
        ({"remote.origin.url": "./within.git"}, "a remote within itself, ./within.git"),
    ],
)  # fmt: skip
def test_a_prepared_clone_is_not_exchanged_by_its_own_programs_before_it_is_trusted(
    tmp_path: Path, settings: dict[str, str], brought: str
) -> None:
    console = Console(make_shop(tmp_path / "shop"))
    program, canary = tracing(tmp_path)
    git(console.repo, "init", "-q", "--bare", "within.git")
    shutil.copy(program, console.repo / "within.git" / "hooks" / "pre-receive")
    for key, value in settings.items():
        git(console.repo, "config", key, value.format(program))
    assert console.process("release", "open", "v1").returncode == 0
    refused = console.refused("sync", code=4)
    assert refused["code"] == "not-trusted"
    assert f"by {brought}, which this clone brings along" in refused["what"]
    (console.repo / "cockpit.yaml").rename(tmp_path / "cockpit.yaml")
    done = console.process("init", "--yes", "--json")
    assert not canary.exists(), canary.read_text()
    assert brought in done.stdout, done.stderr
    console.process("sync", "--remote", "origin")
    assert canary.exists() or "credential" in brought, "who names a remote means it"


def test_an_exchange_runs_no_program_for_alternates_nor_for_an_address_that_is_a_remote(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "shop")
    git(tmp_path, "clone", "-q", "--bare", str(shop), "remote.git")
    git(tmp_path, "clone", "-q", "--reference", str(shop), f"file://{tmp_path}/remote.git", "clone")
    program, canary = tracing(tmp_path)
    console = Console(tmp_path / "clone")
    git(console.repo, "config", "core.alternateRefsCommand", str(program))
    for key in ("uploadpack", "receivepack"):
        git(console.repo, "config", f"remote.file://{tmp_path}/remote.git.{key}", str(program))
    assert console.process("release", "open", "v1").returncode == 0
    assert console.json("sync")["sent"]
    assert not canary.exists(), canary.read_text()


def test_inherited_git_variables_lead_nowhere_else(tmp_path: Path) -> None:
    repository, elsewhere = make_shop(tmp_path / "shop"), make_shop(tmp_path / "elsewhere")
    before = git(elsewhere, "for-each-ref")
    variables = {
        "GIT_DIR": str(elsewhere / ".git"),
        "GIT_WORK_TREE": str(elsewhere),
        "GIT_COMMON_DIR": str(elsewhere / ".git"),
        "GIT_INDEX_FILE": str(tmp_path / "index"),
        "GIT_OBJECT_DIRECTORY": str(elsewhere / ".git" / "objects"),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(tmp_path),
        "GIT_NAMESPACE": "other",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.bare",
        "GIT_CONFIG_VALUE_0": "true",
        "GIT_CEILING_DIRECTORIES": str(repository),
        "GIT_EXTERNAL_DIFF": "false",
        "GIT_TRACE": "1",
        "GIT_DEFAULT_HASH": "sha256",
    }
    console = Console(repository)
    assert console.process("release", "open", "v1", **variables).returncode == 0
    assert console.process("item", "tick", "look", **variables).returncode == 0
    assert console.process("doctor", **variables).returncode == 0
    assert git(repository, "rev-parse", "--verify", "refs/cockpit/state")
    assert git(elsewhere, "for-each-ref") == before
    assert not (elsewhere / ".git" / "cockpit").exists()


def shapes(tmp_path: Path) -> dict[str, Path]:
    """Clones of one shop, in every shape that git knows."""
    shop = make_shop(tmp_path / "shop")
    git(shop, "config", "uploadpack.allowFilter", "true")
    git(shop, "worktree", "add", "-q", str(tmp_path / "linked"), "v1")
    git(tmp_path, "clone", "-q", "--depth=1", "--branch=v1", f"file://{shop}", "shallow")
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{shop}", "partial")
    git(tmp_path, "clone", "-q", "--reference", str(shop), f"file://{shop}", "borrowing")
    git(tmp_path, "clone", "-q", f"--separate-git-dir={tmp_path / 'apart.git'}", str(shop), "apart")
    umbrella = tmp_path / "umbrella"
    git(tmp_path, "init", "-q", "-b", "main", "umbrella")
    git(umbrella, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(shop), "shop")
    names = ("linked", "shallow", "partial", "borrowing", "apart")
    return {name: tmp_path / name for name in names} | {"submodule": umbrella / "shop"}


@pytest.mark.parametrize("shape", ["linked", "shallow", "partial", "borrowing", "apart", "submodule"])
def test_a_clone_of_any_shape_flies(tmp_path: Path, shape: str) -> None:
    console = Console(shapes(tmp_path)[shape])
    assert console.process("release", "open", "v1", "--json").returncode == 0
    done = console.process("note", "secret", "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    (console.repo / "deep").mkdir()
    inside = Console(console.repo / "deep")
    assert inside.json("status")["run"]["tag"] == "v1"
    found = console.json("doctor")
    assert found["findings"] == []
    note = console.json("timeline")[-1]["id"]
    purged = console.json("doctor", "--purge", note, "--yes")
    assert purged["trouble"] == ""
    assert git(console.repo, "rev-list", "--count", "refs/cockpit/state") == "1"
    assert git(console.repo, "status", "--porcelain") == ""
    git(console.repo, "fsck", "--connectivity-only")


def test_a_bare_repository_shows_the_run_and_says_what_it_lacks(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "shop")
    assert Console(shop).process("release", "open", "v1").returncode == 0
    assert Console(shop).process("item", "tick", "look").returncode == 0
    git(tmp_path, "clone", "-q", "--bare", str(shop), "bare.git")
    bare = Console(tmp_path / "bare.git")
    assert bare.json("doctor")["well"]
    assert bare.refused("status", code=2)["fix"]
    git(bare.repo, "fetch", "-q", str(shop), "+refs/cockpit/state:refs/cockpit/state")
    found = bare.json("doctor")
    assert {finding["code"] for finding in found["findings"]} == {"missing-journal"}
    assert bare.json("status")["run"]["tag"] == "v1"
    done = bare.process("item", "tick", "listen")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_repository_on_a_read_only_disk_is_for_looking(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can mount")
    shop = make_shop(tmp_path / "shop")
    assert Console(shop).process("release", "open", "v1").returncode == 0
    mounted = subprocess.run(["mount", "--bind", str(shop), str(shop)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(shop)], check=True, capture_output=True)
        console = Console(shop)
        assert console.json("status")["run"]["tag"] == "v1"
        refusal = console.refused("item", "tick", "look", code=4)
        assert refusal["fix"]
        found = console.json("doctor", code=1)
        assert any(finding["todo"] for finding in found["findings"])
    finally:
        subprocess.run(["umount", "--lazy", str(shop)], check=True)
