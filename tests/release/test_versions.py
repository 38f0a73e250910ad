"""Version numbers in tag names."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.release.versions import parse_version

ASCENDING = [  # semver.org item 11, and what people write besides
    ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
     "1.0.0"],
    ["v1.9.0", "v1.10.0", "v2.0.0-rc9", "v2.0.0-rc10", "v2"],
    ["2.4.0a1", "2.4.0b2", "2.4.0rc1", "2.4", "2.4.0.1", "2.4.1"],
    ["api/v1.0.0-1.2", "api/v1.0.0"],
    ["release-2025.12", "release-2026.1"],
]  # fmt: skip


@pytest.mark.parametrize("names", ASCENDING, ids=lambda names: str(names[-1]))
def test_precedence(names: list[str]) -> None:
    versions = [parse_version(name) for name in names]
    assert None not in versions
    precedences = [version.precedence for version in versions if version is not None]
    assert all(low < high for low, high in pairwise(precedences))


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("v1.0.0", ""),
        ("1.0.0", ""),
        ("V3", ""),
        ("api/v1.0.0", "api/"),
        ("release-v1.2", "release-"),
        ("@scope/pkg@1.2.3", None),
        ("pkg@1.2.3", "pkg@"),
        ("python3.11-v1.0", "python3.11-"),
        ("rel2.0", "rel"),
    ],
)
def test_the_prefix_tells_products_apart(name: str, prefix: str | None) -> None:
    version = parse_version(name)
    assert (version.prefix if version is not None else None) == prefix


@pytest.mark.parametrize(
    "name",
    ["", "latest", "20261001", "build-17", "deadbeef", "0123456789abcdef0123456789abcdef01234567", "$(id)-1.0", "v1.0 ",
     "v1..0", "v1.0-", "v\u0661.\u0662", "v" + "9" * 200, "2026-10-01", "v1.0\n"],
)  # fmt: skip
def test_these_name_no_version(name: str) -> None:
    assert parse_version(name) is None


def test_equal_versions_written_differently_have_equal_precedence() -> None:
    versions = [parse_version(name) for name in ("v1.0.0", "1.0", "v1", "1.0.0+build.7")]
    assert len({version.precedence for version in versions if version is not None}) == 1
    assert None not in versions


@given(st.text(max_size=200))
def test_any_text_is_a_version_or_not(name: str) -> None:
    version = parse_version(name)
    assert version is None or (version.numbers and name.isascii())


@given(st.text(alphabet="a-._/@v10+", max_size=300))
def test_near_misses_are_decided_too(name: str) -> None:
    version = parse_version(name)
    assert version is None or version.prefix == "" or name.startswith(version.prefix)
