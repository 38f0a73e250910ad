from __future__ import annotations

import re

import pytest

from cockpit.logs.lazy import lazily


def test_it_does_what_a_compiled_one_does_and_compiles_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[object] = []
    original = re.compile

    def compile_(pattern: str, flags: re.RegexFlag) -> re.Pattern[str]:
        compiled.append(pattern)
        return original(pattern, flags)

    monkeypatch.setattr(re, "compile", compile_)
    pattern = lazily(r"(\d+)([a-z])", re.ASCII | re.IGNORECASE)
    assert pattern.pattern == r"(\d+)([a-z])"
    assert compiled == []
    for _ in range(2):
        found = pattern.match("12B, 3c")
        assert found is not None
        assert found.groups() == ("12", "B")
        assert pattern.match("B") is None
        assert pattern.findall("12B, 3c") == [("12", "B"), ("3", "c")]
        assert pattern.sub("-", "12B, 3c") == "-, -"
        assert pattern.search("x 3c", 2, 3) is None
    assert len(compiled) == 1
    assert lazily(rb"\w").fullmatch(b"a")
