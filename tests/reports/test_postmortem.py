"""A post-mortem's figures: spans as exact as its times are."""

from __future__ import annotations

import pytest

from cockpit.release.intents import CloseIncident, OpenIncident
from cockpit.reports.html import to_html
from cockpit.reports.markdown import plain
from cockpit.reports.postmortem import postmortem_of, to_markdown
from cockpit.reports.report import Measured, report_of
from tests.release.support import NOW, NOW_TEXT, Person, opened


def an_incident(*, seconds: int) -> Person:
    ana = opened()
    ana.at = NOW + 60_000
    ana.act(OpenIncident("1", "Checkout is down", "critical"))
    ana.at += seconds * 1000 - 1
    ana.act(CloseIncident("mended"))
    return ana


@pytest.mark.parametrize(("seconds", "told"), [(5460, "1 h 31 m"), (150_000, "1 d 17 h"), (100, "1 m 40 s")])
def test_how_long_it_lasted_is_not_rounded_to_a_single_unit(seconds: int, told: str) -> None:
    ana = an_incident(seconds=seconds)
    now = ana.at / 1000 + 60
    page = to_markdown(postmortem_of(ana.run, ana.run.incidents["1"], ana.texts.get, now=now))
    assert f"- lasted: {plain(told)}\n" in page
    report = report_of(ana.run, now=now, text_of=ana.texts.get, measured=Measured(NOW_TEXT, "e" * 64))
    assert f", {told}: critical: Checkout is down (closed: mended)</title>" in to_html(report)
