"""The demo's sensed items, kind by kind: each turns red by what a tester does to the demo, and green again."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from cockpit.release.checks import Kind
from tests.cli.conftest import Console, serving
from tests.parts import require
from tests.store.support import git

pytestmark = pytest.mark.full

WEEK = "deployment-week"


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    require("openssl")
    root = tmp_path_factory.mktemp("demo")
    with serving(root) as served:
        yield served


@contextmanager
def _stopped(root: Path) -> Iterator[None]:
    subprocess.run([root / "bin" / "shopctl", "stop"], check=True, capture_output=True)
    yield
    subprocess.run([root / "bin" / "shopctl", "start"], check=True, capture_output=True)


@contextmanager
def _away(path: Path) -> Iterator[None]:
    hidden = path.rename(path.with_name(f"{path.name}.away"))
    yield
    hidden.rename(path)


@contextmanager
def _edited(path: Path, old: str, new: str) -> Iterator[None]:
    before = path.read_text()
    assert old in before
    path.write_text(before.replace(old, new))
    yield
    path.write_text(before)


@contextmanager
def _other_certificate(root: Path) -> Iterator[None]:
    trusted = root / "etc" / "front.pem"
    before = trusted.read_bytes()
    subprocess.run(
        [require("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=elsewhere", "-days", "9",
         "-keyout", root / "var" / "elsewhere.key", "-out", trusted],
        check=True, capture_output=True,
    )  # fmt: skip
    yield
    trusted.write_bytes(before)


@contextmanager
def _without_tag(root: Path) -> Iterator[None]:
    tag = git(root / "shop", "rev-parse", "v2.4.1")
    git(root / "shop", "tag", "-d", "v2.4.1")
    yield
    git(root / "shop", "update-ref", "refs/tags/v2.4.1", tag)


KINDS: dict[Kind, tuple[str, Callable[[Path], AbstractContextManager[None]]]] = {
    "command": (
        f"{WEEK}/application-setup/run-database-migrations-if-applicable",
        lambda root: _away(root / "var" / "data" / "shop.db"),
    ),
    "http": (f"{WEEK}/web-server-configuration/configure-reverse-proxy", _stopped),
    "tls": (
        f"{WEEK}/environment-setup/obtain-ssl-tls-certificate/test-certificate-installation",
        _other_certificate,
    ),
    "env": (
        f"{WEEK}/application-setup/set-all-environment-variables",
        lambda root: _edited(root / "etc" / "shop.env", "SHOP_ADMIN_PASSWORD=", "SHOP_ADMIN_PASSWORD=\nWAS="),
    ),
    "file": (f"{WEEK}/application-setup/create-database-backups", lambda root: _away(root / "var" / "backups")),
    "git": (f"{WEEK}/application-setup/deploy-code-to-production-server", _without_tag),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_tester_turns_it_red_and_green(kind: Kind, console: Console) -> None:
    item, spoil = KINDS[kind]
    (well,) = console.json("verify", item)
    assert (well["check"], well["state"]) == (kind, "ok")
    with spoil(console.repo.parent):
        (red,) = console.json("verify", item, code=1)
        assert (red["state"], red["item_state"]) == ("failed", "regressed")
        assert red["actual"]
    (well,) = console.json("verify", item)
    assert well["state"] == "ok"


def test_what_recurs_is_sensed_too(console: Console) -> None:
    (found,) = console.json("verify", "verify-backups-completed")
    assert found["id"].startswith("weekly/")
    assert found["item_state"] == "sensed"
    with _away(console.repo.parent / "var" / "backups"):
        (found,) = console.json("verify", "verify-backups-completed", code=1)
        assert found["item_state"] == "regressed"
