"""PostgreSQL put back: into a new database, verified, swapped in; whatever fails leaves the live one alone."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from typing import Literal

import msgspec
import pytest

from cockpit.errors import RefusedError
from cockpit.executing import abort_execution
from cockpit.execution.control import output_path
from cockpit.execution.databases.dumps import dump_of, quick_complaint
from cockpit.release.course import lost_words
from cockpit.release.intents import RequestExecution
from cockpit.release.script import as_shell_script
from tests.execution.base import Base, shim
from tests.execution.flight import Flight
from tests.postgresql import Server, postgresql

pytestmark = pytest.mark.full
__all__ = ["postgresql"]

MakeBase = Callable[..., Base]


@pytest.fixture
def make_base(flight: Flight, postgresql: Server, monkeypatch: pytest.MonkeyPatch) -> MakeBase:
    def make(dump: Literal["custom", "plain"] = "custom") -> Base:
        base = Base(flight, postgresql, dump=dump)
        monkeypatch.setenv("DATABASE_URL", base.url)
        return base

    return make


def test_a_dump_does_not_go_into_the_live_database(make_base: MakeBase) -> None:
    """Why all this is: the relations are there, and what the bad release added refers to them."""
    base = make_base()
    base.begin()
    for options in ([], ["--clean"]):
        done = subprocess.run(
            ["pg_restore", "--single-transaction", "--exit-on-error", *options, "-d", base.name, str(base.dump)],
            env={**os.environ, **base.server.environment},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode != 0
        assert "already exists" in done.stderr or "other objects depend on it" in done.stderr
    assert base.is_bad()


@pytest.mark.parametrize("dump", ["custom", "plain"])
def test_the_database_is_put_back_and_the_bad_one_kept(make_base: MakeBase, dump: Literal["custom", "plain"]) -> None:
    base = make_base(dump)
    steps = base.steps()
    steps[2] = base.restore_step(export="SELECT id FROM orders WHERE placed_at > :dump_at ORDER BY id")
    workspace = base.begin(steps)
    base.server.sql("postgres", f'ALTER DATABASE "{base.name}" SET search_path = app, public')
    base.server.sql("postgres", f'REVOKE ALL ON DATABASE "{base.name}" FROM PUBLIC')
    base.server.sql("postgres", f'ALTER DATABASE "{base.name}" CONNECTION LIMIT 7')
    base.server.sql("postgres", f"ALTER ROLE ana IN DATABASE \"{base.name}\" SET work_mem = '8MB'")
    holds_it = subprocess.Popen(
        ["psql", "-Xq", "-h", str(base.server.place), "-U", "ana", "-d", base.name], stdin=subprocess.PIPE
    )
    try:
        identity = base.request(workspace)
        view = base.flight.work(workspace, identity)
    finally:
        holds_it.kill()
        holds_it.communicate()
    assert view.outcome == "succeeded", view.detail
    assert base.is_restored()
    (exported,) = base.backups.glob("*since-dump*.csv")
    assert exported.read_text() == "id\n3\n"
    assert exported.stat().st_mode & 0o777 == 0o600
    assert base.server.sql(base.name, "SHOW search_path") == "app, public"
    limit = f"SELECT datconnlimit FROM pg_database WHERE datname = '{base.name}'"
    assert base.server.sql("postgres", limit) == "7"
    granted = f"SELECT has_database_privilege('public', '{base.name}', 'CONNECT')"
    assert base.server.sql("postgres", granted) == "f"
    assert "the one it replaced is kept as" in view.steps[2].detail
    lost = lost_words(view)
    assert lost.startswith("What was written to the database in the ")
    assert lost.endswith(f"what was written since the dump is in {exported}")
    said = output_path(workspace.executions_directory, identity).read_text()
    assert "not carried over: what ALTER ROLE ... IN DATABASE set for ana" in said
    assert base.url not in said


def test_two_databases_of_one_server_are_both_put_back(make_base: MakeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    base = make_base()
    # Of names that are as long only the ends differ.
    others = [f"{base.name}_copy_for_the_analysts_{number}" for number in (1, 2)]
    steps = base.steps()
    for number, name in enumerate(others, 1):
        monkeypatch.setenv(f"COPY_{number}", base.url.replace(base.name, name))
        step = base.restore_step(postgresql={"database_env": f"COPY_{number}"})
        steps.insert(2 + number, {**step, "id": f"copy-{number}"})
        base.server.run("createdb", name)
        base.server.sql(name, "CREATE TABLE old (id integer)")
    workspace = base.begin(steps)
    view = base.flight.work(workspace, base.request(workspace))
    assert view.outcome == "succeeded", view.detail
    assert [base.tables(name) for name in (base.name, *others)] == [["orders"]] * 3
    kept = [name for name in base.ours() if "_bad_" in name]
    assert sorted(base.tables(name) for name in kept) == [["old"], ["old"], ["orders", "refunds"]]


@pytest.mark.parametrize("dump", ["custom", "plain"])
def test_an_entry_of_a_service_file_does_not_lead_it_into_the_live_database(
    make_base: MakeBase, monkeypatch: pytest.MonkeyPatch, dump: Literal["custom", "plain"]
) -> None:
    base = make_base(dump)
    services = base.flight.var / "services"
    services.write_text(f"[shop]\nhost={base.server.place}\nuser=ana\ndbname={base.name}\n")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    monkeypatch.setenv("DATABASE_URL", f"postgresql:///{base.name}?service=shop")
    workspace = base.begin()
    view = base.flight.work(workspace, base.request(workspace))
    assert view.outcome == "succeeded", view.detail
    assert base.is_restored()


def test_a_password_is_in_no_command_line_no_plan_and_no_journal(
    make_base: MakeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make_base()
    workspace = base.begin()
    secret = "hunter2-long"
    monkeypatch.setenv("DATABASE_URL", base.url.replace("ana@", f"ana:{secret}@"))
    seen = base.flight.var / "argv"
    for program in ("psql", "pg_restore"):
        path = shim(base.flight.home / "bin", program, f'echo "$@" >> \'{seen}\'; exec "$REAL" "$@"')
        monkeypatch.setenv("PATH", path)
    assert base.flight.work(workspace, base.request(workspace)).outcome == "succeeded"
    assert seen.read_text().count("\n") > 5
    cockpit = base.flight.repo / ".git/cockpit"
    told = [seen, *(path for path in cockpit.rglob("*") if path.is_file())]
    assert not [path for path in told if secret.encode() in path.read_bytes()]


def cut(base: Base) -> None:
    base.dump.write_bytes(base.dump.read_bytes()[: base.dump.stat().st_size * 2 // 3])


def lead_elsewhere(base: Base) -> None:
    base.dump.unlink()
    base.server.run("pg_dump", "--create", f"--file={base.dump}", base.name)


def break_sql(base: Base) -> None:
    base.dump.write_text(base.dump.read_text().replace("ADD CONSTRAINT", "ADD KONSTRAINT"))


def empty_tables(base: Base) -> None:
    base.server.run("pg_dump", "--schema-only", f"--file={base.dump}", base.name)


@pytest.mark.parametrize(
    ("dump", "spoil", "why"),
    [
        ("custom", cut, "pg_restore"),
        ("plain", cut, "cut off"),
        ("plain", lead_elsewhere, "made with --create"),
        ("plain", break_sql, "syntax error"),
        ("plain", empty_tables, "fails the check"),
    ],
)
def test_a_restore_that_fails_leaves_the_live_database_untouched_and_can_be_tried_again(
    make_base: MakeBase, dump: Literal["custom", "plain"], spoil: Callable[[Base], None], why: str
) -> None:
    base = make_base(dump)
    workspace = base.begin()
    good = base.dump.read_bytes()
    spoil(base)
    identity = base.request(workspace)
    view = base.flight.work(workspace, identity)
    assert view.state == "stopped"
    assert view.detail.startswith("step 3, Restore: ")
    assert why in view.detail
    assert base.is_bad()
    assert not [name for name in base.ours() if "_bad_" in name]

    base.dump.write_bytes(good)
    with_another = base.flight.work(workspace, identity)
    assert "not what it was when the plan was confirmed" in with_another.detail
    assert base.is_bad()


def test_a_failing_check_can_be_mended_and_resumed(make_base: MakeBase) -> None:
    base = make_base()
    steps = base.steps()
    steps[2]["restore"]["checks"] = ["SELECT has_table_privilege('cashier', 'orders', 'SELECT')"]
    workspace = base.begin(steps)
    identity = base.request(workspace)
    view = base.flight.work(workspace, identity)
    assert 'role "cashier" does not exist' in view.detail
    assert base.is_bad()
    base.server.sql("postgres", "CREATE ROLE cashier SUPERUSER")
    assert base.flight.work(workspace, identity).outcome == "succeeded"
    assert base.is_restored()


def test_without_a_crossed_migration_the_database_stays_as_it_is(make_base: MakeBase) -> None:
    base = make_base()
    workspace = base.begin()
    base.flight.git.output("rm", "-q", "-r", "migrations")
    base.flight.release("v3")
    (base.flight.var / "version").write_text("v3\n")
    plan = base.plan(workspace)
    assert (plan.way, plan.crossed, plan.database_words) == ("code", (), ())
    assert plan.steps[2].left_out == "the database takes another way: it stays as it is"
    view = base.flight.work(workspace, base.request(workspace))
    assert view.outcome == "succeeded"
    assert base.is_bad()
    assert base.plan(workspace, "restore").restores


def test_code_only_is_a_choice_and_says_what_it_means(make_base: MakeBase) -> None:
    base = make_base()
    workspace = base.begin()
    plan = base.plan(workspace, "code")
    assert plan.note.startswith("crosses 1 migration, and the database stays as it is")
    assert base.flight.work(workspace, base.request(workspace, "code")).outcome == "succeeded"
    assert base.is_bad()


def test_a_down_migration_is_run_by_the_newer_code_before_the_checkout(make_base: MakeBase) -> None:
    base = make_base()
    down = f"cat VERSION >> \"$V/down\"; psql -Xq -h {base.server.place} -U ana -d {base.name} -c 'DROP TABLE refunds'"
    steps = base.steps()
    steps.insert(1, {**base.flight.step("down", down), "database": "down"})
    workspace = base.begin(steps)
    assert base.plan(workspace).steps[1].left_out == "the database takes another way: it is put back from a dump"
    view = base.flight.work(workspace, base.request(workspace, "down"))
    assert view.outcome == "succeeded"
    assert (base.flight.var / "down").read_text() == "v2\n"
    assert (base.tables(), base.orders()) == (["orders"], ["1", "2", "3"])


def test_a_replaced_database_wants_a_confirmation_of_its_own(make_base: MakeBase) -> None:
    base = make_base()
    workspace = base.begin()
    plan = base.plan(workspace)
    for typed in ((), ("shop",), (base.name.upper(),)):
        with pytest.raises(RefusedError, match=f"the database '{base.name}' would be replaced"):
            workspace.session.act(RequestExecution("0a0b0c0d", plan, "v1", typed))
    refused = base.flight.json("rollback", "v1", "--execute", "--confirm", "v1", code=4)["error"]
    assert (refused["code"], base.name in refused["fix"]) == ("not-confirmed", True)
    base.flight.json("rollback", "v1", "--execute", "--confirm", "v1", "--confirm-database", base.name)
    assert base.is_restored()


def test_a_database_that_looks_like_another_environments_is_asked_for_with_its_host(
    make_base: MakeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make_base()
    base.name = f"prod_{base.name}"
    monkeypatch.setenv("DATABASE_URL", f"postgresql://ana@/{base.name}?host={base.server.place}")
    workspace = base.begin()
    assert base.plan(workspace).database_words == (f"{base.server.place}/{base.name}",)


def test_where_nothing_says_which_database_nothing_starts(make_base: MakeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    base = make_base()
    workspace = base.begin()
    monkeypatch.delenv("DATABASE_URL")
    plan = base.plan(workspace)
    assert plan.troubles == (
        "Restore: DATABASE_URL is not set here. Export DATABASE_URL, or name an env_file that sets it",
    )
    with pytest.raises(RefusedError, match="DATABASE_URL is not set here"):
        workspace.session.act(RequestExecution("0a0b0c0d", plan, "v1", plan.database_words))


def test_a_worker_that_would_reach_another_database_refuses(
    make_base: MakeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make_base()
    workspace = base.begin()
    identity = base.request(workspace)
    monkeypatch.setenv("DATABASE_URL", base.url.replace(base.name, "postgres"))
    with pytest.raises(RefusedError, match=f"the database is postgres at .* here, and {base.name} at .* was confirmed"):
        base.flight.work(workspace, identity)
    assert base.is_bad()


def test_who_goes_on_without_the_variable_is_told_so_and_nothing_is_lost(
    make_base: MakeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make_base()
    workspace = base.begin()
    identity = base.request(workspace)
    monkeypatch.delenv("DATABASE_URL")
    with pytest.raises(RefusedError, match="DATABASE_URL is not set here"):
        base.flight.work(workspace, identity)
    monkeypatch.setenv("DATABASE_URL", base.url)
    assert base.flight.work(workspace, identity).outcome == "succeeded"


def test_an_address_counts_whatever_else_the_environment_says(
    make_base: MakeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make_base()
    workspace = base.begin()
    for name, value in (("PGHOSTADDR", "192.0.2.1"), ("PGSERVICE", "nowhere"), ("PGDATABASE", "postgres")):
        monkeypatch.setenv(name, value)
    assert base.flight.work(workspace, base.request(workspace)).outcome == "succeeded"
    for name in ("PGHOSTADDR", "PGSERVICE", "PGDATABASE"):
        monkeypatch.delenv(name)
    assert base.is_restored()


def test_the_variable_may_be_in_a_file(make_base: MakeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    base = make_base()
    monkeypatch.delenv("DATABASE_URL")
    (base.flight.var / "shop.env").write_text(f"# the shop's\nexport DATABASE_URL='{base.url}' # as deployed\n")
    steps = base.steps()
    steps[2] = base.restore_step(postgresql={"env_file": str(base.flight.var / "shop.env")})
    workspace = base.begin(steps)
    assert base.flight.work(workspace, base.request(workspace)).outcome == "succeeded"
    assert base.is_restored()


@pytest.mark.parametrize("dump", ["custom", "plain"])
def test_the_script_for_the_hand_does_the_same(make_base: MakeBase, dump: Literal["custom", "plain"]) -> None:
    base = make_base(dump)
    workspace = base.begin()
    script = base.flight.home / "by-hand.sh"
    script.write_text(as_shell_script(base.plan(workspace)))
    done = subprocess.run(["sh", str(script)], input="\n", text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert base.is_restored()
    assert "CHECK: up pass 1 times" in done.stdout


def test_a_backup_goes_before_it_and_may_be_skipped_by_who_says_why(make_base: MakeBase) -> None:
    base = make_base()
    away = base.flight.var / "away"
    backup = {"id": "backup", "backup": {"postgresql": {}, "directory": str(away)}, "skippable": True}
    workspace = base.begin([base.flight.stop_step(), backup, *base.steps()[1:]])
    away.write_text("not a directory")
    identity = base.request(workspace)
    view = base.flight.work(workspace, identity)
    assert view.detail.startswith("step 2, Backup: ")
    assert base.is_bad()
    assert base.flight.json("execution", "skip", code=4)["error"]["code"] == "no-reason"
    away.unlink()
    assert base.flight.work(workspace, identity).outcome == "succeeded"
    (dump,) = away.iterdir()
    assert dump.name.startswith(f"{base.name}-v2-before-rollback-20")
    assert "refunds" in base.server.run("pg_restore", "--list", str(dump))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda base: base.url.replace(str(base.server.place), "/nowhere"), "cannot be reached"),
        (lambda base: base.url.replace("ana@", "nobody@"), 'role "nobody" does not exist'),
        (lambda base: base.url.replace("ana@", "clerk@"), "clerk may not make and rename databases"),
    ],
)
def test_what_would_fail_when_all_is_down_is_refused_before_anything_is_stopped(
    make_base: MakeBase, monkeypatch: pytest.MonkeyPatch, change: Callable[[Base], str], why: str
) -> None:
    base = make_base()
    base.begin()
    base.server.sql("postgres", "DROP ROLE IF EXISTS clerk; CREATE ROLE clerk LOGIN")
    monkeypatch.setenv("DATABASE_URL", change(base))
    arguments = ("rollback", "v1", "--execute", "--confirm", "v1", "--confirm-database", base.name)
    refused = base.flight.json(*arguments, code=4)["error"]
    assert refused["code"] == "no-database"
    assert why in refused["what"]
    assert base.flight.trace() == []
    assert base.flight.json("status")["execution"] is None


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda whole: whole[:300], "end of file"),
        (lambda whole: whole[:-40], "end of file"),
        (lambda whole: whole[:6] + b"\x63" + whole[7:], "unsupported version (1.99)"),
    ],
)
def test_a_dump_that_its_reader_cannot_read_is_refused_before_anything_is_stopped(
    make_base: MakeBase, spoil: Callable[[bytes], bytes], why: str
) -> None:
    base = make_base()
    base.begin()
    base.dump.write_bytes(spoil(base.dump.read_bytes()))
    arguments = ("rollback", "v1", "--execute", "--confirm", "v1", "--confirm-database", base.name)
    refused = base.flight.json(*arguments, code=4)["error"]
    assert refused["code"] == "no-dump"
    assert why in refused["what"]
    assert base.flight.trace() == []


def test_a_tar_dump_that_is_cut_off_is_told_from_a_whole_one(make_base: MakeBase) -> None:
    base = make_base()
    base.begin()
    base.server.sql(base.name, "CREATE TABLE before_v2 AS SELECT generate_series(1, 1000) AS id")
    base.server.run("pg_dump", "--format=tar", "--table=before_v2", f"--file={base.dump}", base.name)
    base.server.sql(base.name, "DROP TABLE before_v2")
    whole = base.dump.read_bytes()
    base.dump.write_bytes(whole[: len(whole) // 2])
    assert "cut off" in quick_complaint(base.dump, postgresql=True)
    base.dump.write_bytes(whole)
    assert quick_complaint(base.dump, postgresql=True) == ""
    base.server.sql("postgres", f"CREATE DATABASE {base.name}_tar")
    base.server.run("pg_restore", f"--dbname={base.name}_tar", str(base.dump))
    assert base.tables(f"{base.name}_tar") == ["before_v2"]


def test_a_dump_that_the_configuration_does_not_name_is_not_run(make_base: MakeBase) -> None:
    """Whoever can write into the journal could name any file as the dump, and psql executes what is in it."""
    base = make_base("plain")
    workspace = base.begin()
    ran = base.flight.home / "ran"
    foreign = base.flight.home / "foreign.sql"
    foreign.write_text(f"\\! touch '{ran}'\n-- PostgreSQL database dump complete\n")
    plan = base.plan(workspace)
    around = base.backups / ".." / ".." / "foreign.sql"
    for identity, path in (("0a0b0c0d", foreign), ("0a0b0c0e", around)):
        environment = {**plan.environment, "COCKPIT_BACKUP": str(path)}
        forged = msgspec.structs.replace(plan, backup=str(path), dump=dump_of(path), environment=environment)
        workspace.session.act(RequestExecution(identity, forged, "v1", plan.database_words))
        with pytest.raises(RefusedError, match=r"is none that cockpit\.yaml names for v1"):
            base.flight.work(workspace, identity)
        abort_execution(workspace, base.flight.view(workspace, identity), reason="")
    assert not ran.exists()
    assert base.is_bad()
