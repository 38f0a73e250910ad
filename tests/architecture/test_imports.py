"""The arrows between the rooms, and that a headless command never pays for the screen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shop import make_shop

ROOT = Path(__file__).parents[2]

# What a command needs none of: the screen, and what only a feature loads when it is used.
UNNEEDED = ("textual", "httpx", "asyncio", "plotext", "markdown_it")

_HEADLESS = """
import json, sys
from cockpit.__main__ import main
sys.argv[0] = "cockpit"
status = main()
sys.stdout.write("\\n" + json.dumps({"status": int(status), "modules": sorted(sys.modules)}))
"""


def loaded(*arguments: str, home: Path) -> tuple[int, set[str]]:
    """Run one command in a Python of its own; return its exit status and the modules it has loaded."""
    done = subprocess.run(
        [sys.executable, "-c", _HEADLESS, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COCKPIT_STATE_DIR": str(home / "state")},
    )
    assert done.stdout, done.stderr
    told = json.loads(done.stdout.rpartition("\n")[2])
    return told["status"], set(told["modules"])


def among(modules: set[str], unwanted: tuple[str, ...]) -> set[str]:
    return {name for name in modules if any(name == each or name.startswith(f"{each}.") for each in unwanted)}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_shop(tmp_path_factory.mktemp("headless") / "shop")


def test_the_import_contracts_are_kept() -> None:
    executable = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([executable, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("status", "--json"),
        ("status",),
        ("release", "list", "--json"),
        ("tags",),
        ("timeline",),
        ("trust", "--show"),
        ("rollback", "v0", "--plan"),
    ],
)
def test_a_headless_command_loads_neither_the_screen_nor_http(shop: Path, arguments: tuple[str, ...]) -> None:
    status, modules = loaded("--repo", str(shop), *arguments, home=shop.parent)
    assert status == (4 if arguments[0] == "rollback" else 0), "this shop has no rollback steps, and is told so"
    assert among(modules, UNNEEDED) == set()


def test_a_status_loads_nothing_that_reads_files_writes_or_signs(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "shop")
    assert loaded("--repo", str(shop), "release", "open", "v1", home=tmp_path)[0] == 0
    loaded("--repo", str(shop), "status", "--json", home=tmp_path)  # reads the pinned files, and keeps what they say
    status, modules = loaded("--repo", str(shop), "status", "--json", home=tmp_path)
    assert status == 0
    unneeded = (
        *UNNEEDED, "yaml", "cockpit.content", "cockpit.pinning", "cockpit.opening", "cockpit.health.conditions",
        "cockpit.release.decisions.registry", "cockpit.signing", "cockpit.redact", "cockpit.envfile", "platformdirs",
        "typing_extensions", "ast", "inspect", "shutil",
        "rich", "zoneinfo", "tempfile", "secrets", "difflib", "ssl", "cockpit.cli.checklist", "cockpit.store.branch",
        "cockpit.store.forgetting", "cockpit.store.merge", "cockpit.store.sync",
    )  # fmt: skip
    assert among(modules, unneeded) == set()


def test_the_first_frame_needs_no_dialog_no_log_and_no_yaml() -> None:
    program = (
        "import sys, json, cockpit.cli.main, cockpit.cli.run_app, cockpit.bootstrap, cockpit.seen, cockpit.tui.app\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    unneeded = (
        "yaml", "cockpit.content", "httpx", "sqlite3", "cockpit.recorder", "cockpit.live_source", "cockpit.watching",
        "cockpit.logs.reader", "cockpit.migrating", "cockpit.redact", "cockpit.release.decisions.registry",
        "cockpit.tui.dialogs.item", "cockpit.tui.dialogs.migration", "cockpit.tui.widgets.log_pane",
        "cockpit.tui.pages.logs", "cockpit.tui.pages.review",
    )  # fmt: skip
    assert among(set(json.loads(done.stdout)), unneeded) == set()


def test_only_what_reads_samples_loads_sqlite(shop: Path) -> None:
    for arguments in (("release", "list"), ("tags",), ("trust", "--show")):
        assert "sqlite3" not in loaded("--repo", str(shop), *arguments, home=shop.parent)[1]


def test_writing_loads_no_more_than_reading(shop: Path) -> None:
    status, modules = loaded("--repo", str(shop), "release", "open", "v1", "--json", home=shop.parent)
    assert status == 0
    assert among(modules, (*UNNEEDED, "sqlite3")) == set()


def test_a_command_loads_no_other_commands(shop: Path) -> None:
    _, modules = loaded("--repo", str(shop), "release", "list", "--json", home=shop.parent)
    others = {name for name in modules if name.startswith("cockpit.cli.")} - {f"cockpit.cli.{one}" for one in (
        "common", "ending", "main", "releases")}  # fmt: skip
    assert others <= {"cockpit.cli.purging"}


def test_the_first_frame_of_a_log_needs_nothing_of_a_release() -> None:
    program = (
        "import sys, json, cockpit.cli.main, cockpit.cli.logs, cockpit.cli.log_choice, cockpit.cli.log_streams\n"
        "import cockpit.tui.log_app; print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    unneeded = ("cockpit.release", "cockpit.store", "cockpit.bootstrap", "cockpit.process", "zoneinfo", "regex", "yaml",
                "cockpit.logs.bulk", "cockpit.logs.history", "httpx")  # fmt: skip
    assert among(set(json.loads(done.stdout)), unneeded) == set()


def test_the_entry_point_itself_is_light() -> None:
    program = "import sys, json, cockpit.__main__, cockpit.cli.main; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    heavy = (*UNNEEDED, "sqlite3", "yaml", "rich", "cockpit.store", "cockpit.tui")
    assert among(set(json.loads(done.stdout)), heavy) == set()


def test_the_screens_load_no_charts_before_a_probe_is_opened() -> None:
    program = "import sys, json, cockpit.tui.app, cockpit.tui.pages.probes; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    modules = set(json.loads(done.stdout))
    assert among(modules, ("plotext", "textual_plotext")) == set()
    assert among(modules, ("textual",))
