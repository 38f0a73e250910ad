"""A review as Markdown, and as one HTML page that loads nothing: whatever people wrote is text."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from cockpit.release.review import Review
from cockpit.release.review_told import sections_of, span_of, title_of
from cockpit.release.review_words import Section
from cockpit.reports.html import page, shown, table
from cockpit.reports.markdown import plain


def review_to_markdown(review: Review) -> str:
    """Return the review as one Markdown page."""
    return "\n".join(_markdown(review)) + "\n"


def _markdown(review: Review) -> Iterator[str]:
    yield f"# {plain(title_of(review))}"
    yield from ("", " ".join(map(plain, review.summary)), "", plain(span_of(review)))
    for section in _others(review):
        if section.id == "absent":
            yield from ("", f"{section.title}: {plain(section.told)}")
            continue
        yield from ("", f"## {section.title}", "")
        if section.told:
            yield plain(section.told)
        if section.rows:
            yield ""
            yield from _markdown_rows(section)


def _others(review: Review) -> Iterator[Section]:
    """Yield the sections below the first sentences."""
    return (section for section in sections_of(review) if section.id != "summary")


def _markdown_rows(section: Section) -> Iterator[str]:
    if not section.heads:
        yield from (f"- {plain(' '.join(cell for cell in row.cells if cell))}" for row in section.rows)
        return
    yield f"| {' | '.join(section.heads)} |"
    yield f"|{'---|' * len(section.heads)}"
    for row in section.rows:
        cells = [plain(cell) for cell in row.cells]
        yield f"| {' | '.join([*cells, *[''] * (len(section.heads) - len(cells))])} |"


def review_to_html(review: Review) -> str:
    """Return the review as one page."""
    return "\n".join(page(title_of(review), _html(review))) + "\n"


def _html(review: Review) -> Iterator[str]:
    yield f'<p class="lead">{" ".join(map(shown, review.summary))}</p><p class="soft">{shown(span_of(review))}</p>'
    for section in _others(review):
        if section.id == "absent":
            yield f'<p class="soft">{escape(section.title)}: {shown(section.told)}</p>'
            continue
        yield f"<h2>{escape(section.title)}</h2>"
        if section.told:
            yield f"<p>{shown(section.told)}</p>"
        if section.rows:
            graves = {number for number, row in enumerate(section.rows) if row.grave}
            width = max(len(section.heads), *(len(row.cells) for row in section.rows))
            rows = [(*row.cells, *[""] * (width - len(row.cells))) for row in section.rows]
            yield from table(section.heads or [""] * width, rows, alarms=graves)
