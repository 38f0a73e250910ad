"""Why a source's answer says nothing."""

from __future__ import annotations

from cockpit.release.sources import Trouble


class SourceError(Exception):
    """An answer by which nothing is known; its text holds no secret. `retry_at` is in epoch seconds."""

    def __init__(self, trouble: Trouble, text: str, *, fix: str = "", retry_at: float | None = None) -> None:
        super().__init__(text)
        self.trouble = trouble
        self.text = text
        self.fix = fix
        self.retry_at = retry_at
