"""A run as scripts and people read it, without the screen."""

from cockpit.status.document import status_document
from cockpit.status.feeds import execution_document, probe_document, sync_document
from cockpit.status.items import (
    challenge_document,
    check_document,
    closed_for,
    due_document,
    first_document,
    item_document,
    occurrence_document,
)
from cockpit.status.lines import overdue_lines, presence_lines, summary_lines
from cockpit.status.people import driver_document, freeze_document, gate_document, presence_document, sign_off_document

__all__ = [
    "challenge_document",
    "check_document",
    "closed_for",
    "driver_document",
    "due_document",
    "execution_document",
    "first_document",
    "freeze_document",
    "gate_document",
    "item_document",
    "occurrence_document",
    "overdue_lines",
    "presence_document",
    "presence_lines",
    "probe_document",
    "sign_off_document",
    "status_document",
    "summary_lines",
    "sync_document",
]
