"""What logs have brought, put into the samples minute by minute."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.watch.surroundings import LogTotals, Samples


class LogCounting:
    """For one watcher: it knows what it has counted before."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._totals: dict[str, LogTotals] = {}
        self._minutes: dict[str, int] = {}  # the last of each log that is in the samples

    def take(self, totals: Mapping[str, LogTotals], now: float) -> None:
        """Count what has come since the last time; `now` in epoch seconds."""
        minute = int(now // 60) * 60
        for name, total in totals.items():
            before = self._totals.get(name, LogTotals(0, 0, 0))
            if total.lines + total.own < before.lines + before.own:
                before = LogTotals(0, 0, 0)  # it is followed anew, and counts from its beginning
            self._totals[name] = total
            self._samples.digest(name, now, total.digest)
            # A minute in which nothing came is known, too, where the log was followed.
            new = total.lines + total.own - before.lines - before.own
            if new or (total.followed and self._minutes.get(name) != minute):
                self._minutes[name] = minute
                self._samples.count(
                    name,
                    minute,
                    lines=total.lines - before.lines,
                    errors=total.errors - before.errors,
                    warnings=total.warnings - before.warnings,
                    own=total.own - before.own,
                )
