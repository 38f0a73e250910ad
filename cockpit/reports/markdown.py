"""A report as Markdown. Whatever people wrote is text: no markup, no HTML, no link comes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cockpit.release.item_state import ItemState
from cockpit.reports.charts import milliseconds, share
from cockpit.reports.report import (
    MARKS,
    Report,
    ReportExecution,
    ReportItem,
    ReportPhase,
)
from cockpit.reports.signatures import (
    ABOUT_CHECKS,
    scripts_of,
    signature_words,
    signed_by,
    signers_script,
    signers_source,
)
from cockpit.reports.timeline import folded
from cockpit.reports.words import (
    ABOUT_DIGEST,
    about_times,
    digests_of,
    facts_of,
    moment_in,
    not_in_use,
    roles_in_use,
    title_of,
    verdict_of,
    when_in,
)
from cockpit.text import visible

_LONGEST = 500  # characters of one text
# What may be markup anywhere (an underscore within a word never is), what only begins a line, and what becomes a link.
# An at sign or a hash would still call people and issues after a backslash.
_MARKUP = re.compile(r"[\\`*~\[\]|$@#&<>]|_(?![A-Za-z0-9])|(?<![A-Za-z0-9])_")
_BEGINS = re.compile(r"^(\s*)([-+=:])|^(\s*[0-9]{1,9})([.)])")
_LINKS = re.compile(r":(?=//)|(?<=www)\.", re.IGNORECASE)
_CALLING = {"@": "&#64;", "#": "&#35;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}


def plain(text: str, *, limit: int | None = _LONGEST) -> str:
    """Return foreign text as Markdown that shows these very characters, on one line; it reads well as it is, too.

    `limit` cuts it to that many characters, with an ellipsis.
    """
    safe = _MARKUP.sub(lambda match: _CALLING.get(match[0], f"\\{match[0]}"), visible(text, limit=limit))
    safe = _LINKS.sub(lambda match: f"\\{match[0]}", safe)
    return _BEGINS.sub(lambda match: f"{match[1] or match[3] or ''}\\{match[2] or match[4]}", safe)


def to_markdown(report: Report) -> str:
    """Return the report as one Markdown page."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield from (
        f"# {plain(title_of(report))}",
        "",
        " ".join(map(plain, report.summary)),
        "",
        plain(about_times(report)),
        "",
    )
    for name, value in facts_of(report):
        yield f"- {name}: {plain(value)}"
    yield ""
    yield "| phase | done | verdict |"
    yield "|---|---|---|"
    for phase in report.phases:
        yield f"| {plain(phase.title)} | {phase.done} of {phase.total} | {verdict_of(phase)} |"
    yield from _executions(report)
    yield from _incidents(report)
    for phase in report.phases:
        yield from _phase(report, phase)
    if report.debt:
        yield from ("", "## Debt", "")
        for debt in report.debt:
            who = f" ({plain(debt.by)}, {plain(when_in(report, debt.at))})" if debt.by else ""
            yield f"- {plain(debt.kind)}: {plain(debt.text)}: {plain(debt.reason)}{who}"
    yield from _sign_off(report)
    yield from _probes(report)
    yield from ("", "## Timeline", "")
    if report.left_out:
        yield f"{report.left_out} older entries are left out."
        yield ""
    yield "| when | who | what |"
    yield "|---|---|---|"
    for entry in folded(report.timeline):
        yield f"| {plain(moment_in(report, entry.at))} | {plain(entry.by)} | {plain(entry.text)} |"
    yield from _foot(report)


def _executions(report: Report) -> Iterator[str]:
    if report.executions:
        yield from ("", "## Rollbacks and deploys", "")
        for one in report.executions:
            yield from _execution(report, one)


def _incidents(report: Report) -> Iterator[str]:
    if report.incidents:
        yield from ("", "## Incidents", "")
        for one in report.incidents:
            closed = f"closed {when_in(report, one.closed_at)}: {one.how}" if one.closed_at else "OPEN"
            what = f"{one.severity}: {one.title}, opened by {one.by}, {closed}"
            yield f"- {plain(when_in(report, one.at))} {plain(what)}"


def _foot(report: Report) -> Iterator[str]:
    absent, digests = not_in_use(report), digests_of(report)
    if absent:
        yield from ("", f"Not set up or not used: {plain(absent)}.")
    if digests:
        yield from ("", "## Digests", "")
        yield from (f"- {name}: {plain(value)}" for name, value in digests)
        yield from ("", plain(ABOUT_DIGEST))


def _sign_off(report: Report) -> Iterator[str]:
    roles = roles_in_use(report)
    if not roles:
        return
    yield from ("", "## Sign-off", "", "| Role | Name | Date | Signature |", "|---|---|---|---|")
    for one in roles:
        row = (one.title, signed_by(one), when_in(report, one.at), signature_words(one))
        yield f"| {' | '.join(map(plain, row))} |"
    scripts = list(scripts_of(report.sign_off))
    if not scripts:
        return
    yield from ("", "### Check the signatures yourself", "", plain(ABOUT_CHECKS))
    source = signers_source(report.signers)
    if source:
        yield from ("", "In the repository, the allowed signers:", "", *_code("\n".join(source)))
    if signers_script(report.signers):
        yield from ("", "Or as the cockpit read them:", "", *_code(signers_script(report.signers)))
    for title, script in scripts:
        yield from ("", plain(title), "", *_code(script))


def _code(script: str) -> Iterator[str]:
    # No line of it begins with what others wrote, so that none ends the block.
    yield from ("```sh", *script.rstrip("\n").split("\n"), "```")


def _execution(report: Report, one: ReportExecution) -> Iterator[str]:
    what = f"{one.direction} from {plain(one.from_tag)} to {plain(one.tag)}"
    when, detail = when_in(report, one.at), f", {plain(one.detail)}" if one.detail else ""
    although = f", although {plain('; '.join(one.against))}" if one.against else ""
    yield f"- {plain(when)} {plain(one.by)}: {what}: {one.state}{detail}{although}"
    for step in one.steps:
        yield f"  - {plain(step.step)} {step.state} in {step.seconds:.0f} s {plain(step.detail)}".rstrip()


def _probes(report: Report) -> Iterator[str]:
    seen = [probe for probe in report.probes if any(day.seen for day in probe.days)]
    if not seen:
        return
    yield from ("", "## Probes by day", "", f"Days are of UTC, as {plain(seen[0].observer)} saw them.", "")
    yield from ("| probe | day | up | looks | p50 | p95 |", "|---|---|---|---|---|---|")
    for probe in seen:
        for day in probe.days:
            figures = (share(day.uptime), str(day.seen), milliseconds(day.p50), milliseconds(day.p95))
            yield f"| {plain(probe.title)} | {day.day} | {' | '.join(figures)} |"


def _phase(report: Report, phase: ReportPhase) -> Iterator[str]:
    yield from ("", f"## {plain(phase.title)}")
    section = None
    for item in phase.items:
        if item.section != section:
            section = item.section
            yield from ("", f"### {plain(section)}", "")
        yield _item(report, item)
        for note in (*item.notes, *item.evidence):
            yield f"{'  ' * (item.depth + 1)}- {plain(note)}"
    if not phase.gate.go:
        yield from ("", "No-go because:", "")
        for reason in phase.gate.reasons:
            yield f"- {plain(reason.why)}"


def _item(report: Report, item: ReportItem) -> str:
    who = f", {plain(item.by)}, {plain(when_in(report, item.at))}" if item.by else ""
    detail = f": {plain(item.detail)}" if item.detail else ""
    killer = "**killer** " if item.killer else ""
    return f"{'  ' * item.depth}- {MARKS[ItemState(item.state)]} {killer}{plain(item.text)} ({item.state}{who}){detail}"
