"""Plans: what is shown, digested and run is one thing, and no value in it can become a command."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cockpit.git.command import Git
from cockpit.git.resolve import resolve_tag
from cockpit.release.configuration import Configuration, Environment, Plans, Step, Verify
from cockpit.release.executions import decode_plan
from cockpit.release.plan import Plan, describe, same_version
from cockpit.release.planning import build_plan
from cockpit.release.script import as_shell_script
from tests.release.support import CONFIGURATION, plan_to
from tests.store.support import git

HOSTILE = (
    "$(touch${IFS}pwned)",
    "`touch${IFS}pwned`",
    "v1;touch${IFS}pwned",
    "v1|touch${IFS}pwned",
    "v1'touch${IFS}pwned'",
    'v1"$(touch${IFS}pwned)"',
    "v1&&touch${IFS}pwned",
    "v1\u2028touch${IFS}pwned",
    "v1\u0085touch${IFS}pwned",
    "v1\u202epwned",
    "-rf",
    "v1#!",
    "v1%s%n",
)


def plan_of(tag: str, commit: str, code: Path, steps: tuple[Step, ...]) -> Plan:
    configuration = Configuration("shop", Environment("live"), rollback=Plans(steps=steps))
    return build_plan(
        configuration, "rollback", tag=tag, commit=commit, from_tag=tag, from_commit=commit,
        configuration_digest="d", host="h1", code=str(code), backup=tag,
    )  # fmt: skip


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose newest commit bears every hostile tag that git will take."""
    place = tmp_path_factory.mktemp("hostile") / "it's a $(touch pwned) tree"
    place.mkdir()
    git(place, "init", "-q", "-b", "main", "--template=")
    git(place, "commit", "-q", "--allow-empty", "-m", "one")
    for tag in HOSTILE:
        git(place, "update-ref", f"refs/tags/{tag}", "HEAD")
    git(place, "commit", "-q", "--allow-empty", "-m", "two")
    return place


@pytest.mark.parametrize("tag", HOSTILE)
def test_the_script_flies_to_a_hostile_tag_and_runs_nothing_of_its_name(repository: Path, tag: str) -> None:
    commit = resolve_tag(Git(repository), tag)
    steps = (
        Step("say", run='printf "%s\\n" "$COCKPIT_TARGET_TAG" "$COCKPIT_BACKUP" > ../said', danger=f"to {tag}\n{tag}"),
        Step("code", title=f"Check out {tag}\ntouch pwned", checkout=True),
        Step("ask", confirm=f"Is {tag} up?\ntouch pwned"),
        Step("may", run="false", optional=True),
    )
    script = as_shell_script(plan_of(tag, commit, repository, steps))
    before = git(repository, "rev-parse", "HEAD")
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"}
    checked = subprocess.run(["sh", "-n"], input=script.encode(), capture_output=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, b"")
    path = repository.parent / "script.sh"
    path.write_text(script)
    done = subprocess.run(
        ["sh", str(path)], input=b"\n", cwd=repository, capture_output=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert git(repository, "rev-parse", "HEAD") == commit
    assert (repository.parent / "said").read_text() == f"{tag}\n{tag}\n"
    assert f"Is {tag} up?" in done.stdout.decode()
    assert not list(repository.parent.rglob("pwned"))
    git(repository, "checkout", "-q", before)


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40),
)
@example("a\nb", "c\r\nd")
@example("'\n'", "\\\n")
def test_values_stand_in_assignments_alone_and_comments_stay_comments(tag: str, danger: str) -> None:
    steps = (Step("one", title=danger, run="true", danger=danger), Step("two", run="x", needs_backup=True))
    script = as_shell_script(plan_of(tag, "1" * 40, Path("/nowhere"), steps))
    rest = script
    for name, value in plan_of(tag, "1" * 40, Path("/nowhere"), steps).environment.items():
        quoted = "'" + value.replace("'", "'\"'\"'") + "'"
        assignment = f"export {name}={quoted}\n"
        rest = rest.replace(assignment if assignment in rest else f"export {name}={value}\n", "", 1)
    words = [line for line in rest.split("\n") if line and not line.startswith("#")]
    if tag:
        assert words == ["set -eu", "cd /nowhere", "(", "true", ")", "cd /nowhere", "(", "x", ")"]
    assert all(line.isprintable() for line in rest.split("\n"))


def test_a_tag_is_never_part_of_a_command() -> None:
    tag = "$(reboot)"
    plan = plan_to(tag)
    for step in plan.steps:
        assert tag not in step.command
        assert tag not in describe(step)
    assert plan.environment["COCKPIT_TARGET_TAG"] == tag
    assert plan.steps[1].command == f"git checkout --detach {'1' * 40}^0"


def test_a_plan_resolves_directories_times_probes_and_what_is_left_out() -> None:
    plan = plan_to()
    stop, code, restore, ask, verify = plan.steps
    assert (stop.title, stop.kind, stop.directory, stop.timeout) == ("Stop", "run", "/srv/shop", 300.0)
    assert (code.kind, ask.kind, ask.confirm) == ("checkout", "confirm", "Is the page up?")
    assert restore.left_out == "no dump matches the target"
    assert (verify.kind, verify.probes, verify.timeout, verify.passes) == ("verify", ("api",), 60.0, 2)
    assert describe(verify) == "api pass 2 times and the target's version is seen"
    steps = (Step("in", run="x", directory="api"), Step("see", verify=Verify(probes=("a",), version=False)))
    inside, see = plan_of("v1", "1" * 40, Path("/srv/shop"), steps).steps
    assert inside.directory == "/srv/shop/api"
    assert describe(see) == "a pass 2 times"


def test_the_digest_is_that_of_the_stored_text_and_changes_with_every_field() -> None:
    plan = plan_to()
    assert plan.digest == plan_to().digest
    again = decode_plan(plan.encoded().decode())
    assert again is not None
    assert again.digest == plan.digest
    turned = msgspec.structs.replace(plan, environment=dict(reversed(plan.environment.items())))
    assert turned.digest == plan.digest
    for name in plan.__struct_fields__:
        value = getattr(plan, name)
        other = {bool: True, tuple: (), dict: {}}.get(type(value), f"{value}x")
        if other == value:
            other = not value
        assert msgspec.structs.replace(plan, **{name: other}).digest != plan.digest, name


def test_a_plan_without_steps_says_so_by_having_none() -> None:
    bare = msgspec.structs.replace(CONFIGURATION, rollback=Plans())
    assert plan_to(configuration=bare).steps == ()


@pytest.mark.parametrize(
    ("seen", "same"),
    [
        ("v2.4.1", True),
        ("2.4.1", True),
        (" 2.4.1\n", True),
        ("abcdef0", True),
        ("ABCDEF0123", True),
        ("abcdef", False),
        ("abcdef1", False),
        ("2.4.10", False),
        ("2.4", False),
        ("", False),
        ("v", False),
        ("unknown", False),
    ],
)
def test_same_version(seen: str, same: bool) -> None:
    assert same_version(seen, "v2.4.1", "abcdef0123456789") is same
