"""What was begun and given up: HEAD may be at its target, and what was to be done there is not done."""

from __future__ import annotations

from cockpit.release.run import ExecutionView, Run


def broken_off(run: Run, commit: str) -> ExecutionView | None:
    """Return the last execution where it led to `commit` and was aborted: to go there once more is no mistake."""
    last = run.executions[-1] if run.executions else None
    return last if last is not None and last.outcome == "aborted" and last.commit == commit else None
