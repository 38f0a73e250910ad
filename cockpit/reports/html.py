"""A report as one HTML page that loads nothing and runs nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from html import escape

from cockpit.release.item_state import COUNTS_AS_DONE, NO_GO, ItemState
from cockpit.reports.charts import shown as drawn
from cockpit.reports.figures import probe_figures, progress_figure, tiles_of, timeline_figure
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
from cockpit.reports.style import STYLE
from cockpit.reports.timeline import Entry, folded
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

_LONGEST = 2000  # characters of one text
_SHORT = 24  # characters that stand on one line in a table


def shown(text: str) -> str:
    """Return foreign text as HTML that shows these very characters."""
    return drawn(text, limit=_LONGEST)


def to_html(report: Report) -> str:
    """Return the report as one page."""
    return "\n".join(_Page(report).lines()) + "\n"


def page(title: str, body: Iterable[str]) -> Iterator[str]:
    """Yield a whole page under a title, which is text; `body` is HTML."""
    title = shown(title)
    yield '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield f"<title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>"
    yield from body
    yield "</body></html>"


class _Page:
    def __init__(self, report: Report) -> None:
        self._report = report
        self._titles: list[str] = []

    def lines(self) -> Iterator[str]:
        body = [line for part in self._parts() for line in part]
        yield from page(title_of(self._report), [*self._head(), *body])

    def _parts(self) -> Iterator[Iterator[str]]:
        report = self._report
        yield self._executions()
        yield self._incidents()
        yield self._figures("Progress", progress_figure(report))
        yield self._figures("What happened when", timeline_figure(report))
        yield self._figures("Probes by day", probe_figures(report))
        yield self._phases()
        for phase in report.phases:
            yield self._phase(phase)
        yield self._debt()
        yield self._sign_off()
        yield self._timeline()
        yield self._foot()

    def _section(self, title: str) -> str:
        self._titles.append(title)
        return f'<h2 id="s{len(self._titles)}">{shown(title)}</h2>'

    def _when(self, at: str) -> str:
        return when_in(self._report, at)

    # The head

    def _head(self) -> Iterator[str]:
        report = self._report
        yield f'<p class="lead">{" ".join(map(shown, report.summary))}</p>'
        where = f"{report.run.service} in {report.run.environment}"
        yield f'<p class="soft">{shown(where)}. {shown(about_times(report))}</p>'
        yield f'<div class="tiles">{"".join(tiles_of(report))}</div>'
        yield from _facts(facts_of(report))
        links = (f'<a href="#s{n}">{shown(title)}</a>' for n, title in enumerate(self._titles, 1))
        yield f"<nav>{' '.join(links)}</nav>"

    def _foot(self) -> Iterator[str]:
        absent, digests = not_in_use(self._report), digests_of(self._report)
        if absent:
            yield f'<p class="soft">Not set up or not used: {shown(absent)}.</p>'
        if digests:
            yield self._section("Digests")
            yield from _facts(digests)
            yield f'<p class="soft">{escape(ABOUT_DIGEST)}</p>'

    def _figures(self, title: str, figures: Iterable[str]) -> Iterator[str]:
        found = list(figures)
        if found:
            yield self._section(title)
            yield from found

    # The checklist

    def _phases(self) -> Iterator[str]:
        yield self._section("Phases")
        rows = [(view.title, f"{view.done} of {view.total}", verdict_of(view)) for view in self._report.phases]
        yield from table(("phase", "done", "verdict"), rows, kind="")

    def _phase(self, phase: ReportPhase) -> Iterator[str]:
        yield self._section(phase.title)
        if not phase.gate.go:
            yield '<div class="box"><b class="bad">No-go</b> because:<ul>'
            yield from (f"<li>{shown(reason.why)}</li>" for reason in phase.gate.reasons)
            yield "</ul></div>"
        section = None
        for item in phase.items:
            if item.section != section:
                yield ("" if section is None else "</ul>") + f'<h3>{shown(item.section)}</h3><ul class="items">'
                section = item.section
            yield from self._item(item)
        yield "" if section is None else "</ul>"

    def _item(self, item: ReportItem) -> Iterator[str]:
        state = ItemState(item.state)
        who = f" {shown(item.by)}, {shown(self._when(item.at))}" if item.by else ""
        detail = f" {shown(item.detail)}" if item.detail else ""
        killer = '<span class="killer">KILLER</span> ' if item.killer else ""
        tone = _tone(state)
        yield (
            f'<li class="depth-{min(item.depth, 2)}"><span class="sign {tone}">{MARKS[state]}</span>{killer}'
            f'{shown(item.text)} <span class="state {tone}">{item.state}</span> <small>{who}{detail}</small></li>'
        )
        yield from (f'<li class="note">{shown(note)}</li>' for note in (*item.notes, *item.evidence))

    # Words and deeds

    def _debt(self) -> Iterator[str]:
        if self._report.debt:
            yield self._section("Debt")
            rows = [(debt.kind, debt.text, debt.by, self._when(debt.at), debt.reason) for debt in self._report.debt]
            yield from table(("kind", "item", "who", "when", "reason"), rows)

    def _sign_off(self) -> Iterator[str]:
        report, roles = self._report, roles_in_use(self._report)
        if not roles:
            return
        yield self._section("Sign-off")
        rows = [(one.title, signed_by(one), self._when(one.at), signature_words(one)) for one in roles]
        yield from table(("Role", "Name", "Date", "Signature"), rows)
        scripts = list(scripts_of(report.sign_off))
        if not scripts:
            return
        yield f"<h3>Check the signatures yourself</h3><p>{escape(ABOUT_CHECKS)}</p>"
        source = signers_source(report.signers)
        if source:
            yield "<p>In the repository, the allowed signers:</p>" + _code("\n".join(source) + "\n")
        if signers_script(report.signers):
            yield "<p>Or as the cockpit read them:</p>" + _code(signers_script(report.signers))
        for title, script in scripts:
            yield f"<p>{shown(title)}</p>" + _code(script)

    def _executions(self) -> Iterator[str]:
        if self._report.executions:
            yield self._section("Rollbacks and deploys")
            for one in self._report.executions:
                yield from self._execution(one)

    def _execution(self, one: ReportExecution) -> Iterator[str]:
        tone = {"succeeded": "good", "running": "plain", "requested": "plain"}.get(one.state, "bad")
        what = f"{one.direction} from {one.from_tag} to {one.tag}"
        yield f'<h3>{shown(what)} <span class="state {tone}">{shown(one.state)}</span></h3>'
        yield (
            f"<p>{shown(one.by)}, {shown(self._when(one.at))}"
            + (f": {shown(one.detail)}" if one.detail else "")
            + (f", although {shown('; '.join(one.against))}" if one.against else "")
            + "</p>"
        )
        rows = [(step.step, step.state, f"{step.seconds:.0f} s", step.detail) for step in one.steps]
        if rows:
            yield from table(("step", "state", "took", "detail"), rows)

    def _incidents(self) -> Iterator[str]:
        if self._report.incidents:
            yield self._section("Incidents")
            rows = [
                (self._when(one.at), one.severity, self._when(one.closed_at) if one.closed_at else "OPEN",
                 f"{one.title}{f': {one.how}' if one.how else ''}")
                for one in self._report.incidents
            ]  # fmt: skip
            yield from table(("opened", "severity", "closed", "what"), rows)

    def _timeline(self) -> Iterator[str]:
        report = self._report
        yield self._section("Timeline")
        if report.left_out:
            yield f"<p>{report.left_out} older entries are left out.</p>"
        short = list(folded(report.timeline))
        yield from self._entries(short)
        if len(short) < len(report.timeline):
            yield f"<details><summary>All {len(report.timeline)} entries, with every step</summary>"
            yield from self._entries(report.timeline)
            yield "</details>"

    def _entries(self, entries: Sequence[Entry]) -> Iterator[str]:
        rows = [(moment_in(self._report, entry.at), entry.by, entry.text) for entry in entries]
        alarms = {number for number, entry in enumerate(entries) if entry.alarming}
        yield from table(("when", "who", "what"), rows, alarms=alarms)


def _facts(facts: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield "<dl>"
    yield from (f"<dt>{name}</dt><dd>{shown(value)}</dd>" for name, value in facts)
    yield "</dl>"


def _tone(state: ItemState) -> str:
    if state in COUNTS_AS_DONE:
        return "good"
    if state in NO_GO:
        return "bad"
    return "warn" if state in {ItemState.DEFERRED, ItemState.OVERRIDDEN} else "plain"


def _code(text: str) -> str:
    return f"<pre>{escape(text)}</pre>"


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, kind: str = "stack", alarms: Collection[int] = ()
) -> Iterator[str]:
    """Yield a table whose last column is long and whose others are short; stacked, a row is a paragraph on a phone."""
    yield f'<table class="{kind}"><thead><tr>' + "".join(f"<th>{head}</th>" for head in heads) + "</tr></thead><tbody>"
    for number, row in enumerate(rows):
        kinds = (' class="short"' if len(cell) <= _SHORT else "" for cell in row[:-1])
        cells = (f"<td{kind}>{shown(cell)}</td>" for kind, cell in zip(kinds, row[:-1], strict=True))
        alarm = ' class="alarm"' if number in alarms else ""
        yield f"<tr{alarm}>{''.join(cells)}<td>{shown(row[-1])}</td></tr>"
    yield "</tbody></table>"
