"""Which message is to be sent next, as the release stands: told by the blanks of the templates, not by their names."""

from __future__ import annotations

from cockpit.release.filling import untrue
from cockpit.release.library import MessageTemplate
from cockpit.release.run import Run

_FIRST_WORD, _NEWS = frozenset({"description", "severity"}), frozenset({"description", "update"})
_BEGUN, _ENDED = frozenset({"from", "to", "etr"}), frozenset({"from", "to", "outcome"})


def suggested_template(run: Run) -> str:
    """Return the id of the template that fits: of the gravest open incident, else of a rollback, else one that is true.

    Of an incident the first word, and once that was sent, how it stands. Empty where there is no template.
    """
    usable = [one for one in run.library.templates if not untrue(one, run)]
    wanted: list[frozenset[str]] = []
    if run.open_incidents:
        told = {message.incident for message in run.messages.values()}
        wanted = [_NEWS, _FIRST_WORD] if run.open_incidents[0].id in told else [_FIRST_WORD, _NEWS]
    elif run.current_execution is not None and run.current_execution.direction == "rollback":
        wanted = [_BEGUN]
    elif run.state == "rolled-back":
        wanted = [_ENDED]
    found = (one for blanks in wanted for one in usable if blanks <= _blanks(one))
    first = next(found, usable[0] if usable else None)
    return first.id if first is not None else ""


def _blanks(template: MessageTemplate) -> frozenset[str]:
    return frozenset(field.name for field in template.fields)
