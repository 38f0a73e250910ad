from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui import moments
from tests.tui.scenes import Scene, build_repository

MOMENTS: dict[str, Callable[[Scene], None]] = {
    "calm": moments.calm,
    "driven": moments.driven,
    "asked": moments.asked,
    "nameless": moments.nameless,
    "returned": moments.returned,
    "red": moments.red,
    "running": moments.running_now,
    "stopped": moments.stopped,
    "done": moments.done,
    "cared": moments.cared,
    "held": moments.held,
    "signed": moments.signed,
    "troubled": moments.troubled,
    "messaged": moments.messaged,
}


@pytest.fixture(autouse=True)
def same_terminal_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the terminal that the tests run in reaches what they draw."""
    for name in ("COCKPIT_ASCII", "NO_COLOR", "LC_CTYPE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository that every scene starts from."""
    repo = tmp_path_factory.mktemp("template") / "shop"
    build_repository(repo)
    return repo


@pytest.fixture(scope="session")
def shared(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Scene]:
    """Make one scene of each moment, for tests that only look at it."""
    made: dict[str, Scene] = {}

    def scene_of(moment: str) -> Scene:
        if moment not in made:
            scene = made[moment] = Scene(tmp_path_factory.mktemp(moment), template)
            with contextlib.chdir(scene.repo):
                MOMENTS[moment](scene)
        return made[moment]

    return scene_of


@pytest.fixture
def look(shared: Callable[[str], Scene], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Scene]:
    """Enter a shared scene, which nothing may be written to."""
    return lambda moment: shared(moment).enter(monkeypatch)


@pytest.fixture(scope="session")
def calm(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """The calm scene that others begin from; it stays as it is."""
    scene = Scene(tmp_path_factory.mktemp("model"), template)
    with contextlib.chdir(scene.repo):
        moments.calm(scene)
    return scene


@pytest.fixture
def scene(calm: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A calm scene of one's own."""
    return calm.again(tmp_path).enter(monkeypatch)
