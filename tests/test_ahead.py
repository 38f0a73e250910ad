"""Work that is begun before it is needed."""

from __future__ import annotations

import threading

import pytest

from cockpit.ahead import Ahead
from cockpit.errors import GitError


def test_it_goes_on_while_others_work_and_what_it_found_is_there_when_asked() -> None:
    begun, may_end = threading.Event(), threading.Event()

    def work() -> int:
        begun.set()
        assert may_end.wait(30)
        return 7

    ahead = Ahead(work)
    assert begun.wait(30), "nobody has asked for it yet"
    may_end.set()
    assert (ahead.get(), ahead.get()) == (7, 7)


def test_what_it_raises_is_raised_where_it_is_asked() -> None:
    def work() -> int:
        raise GitError("no git here")

    ahead = Ahead(work)
    with pytest.raises(GitError, match="no git here"):
        ahead.get()
