"""A real repository for each test that asks for one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cockpit.store.location import StoreLocation
from tests.store.support import make_repository


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository to copy: building one takes ten git commands."""
    return make_repository(tmp_path_factory.mktemp("template") / "repository")


@pytest.fixture
def repository(template: Path, tmp_path: Path) -> Path:
    """A repository of the test's own with the tags v1 and v2."""
    return Path(shutil.copytree(template, tmp_path / "repository", symlinks=True))


@pytest.fixture
def location(repository: Path) -> StoreLocation:
    """Where that repository keeps the state."""
    return StoreLocation.of(repository)
