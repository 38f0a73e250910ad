"""A log that a monitoring tool holds, as a command: whatever follows a command's output follows it, too."""

from __future__ import annotations

import shlex
import sys

from msgspec.structs import replace

from cockpit.release.configuration import Configuration, LogSource


def logs_of(configuration: Configuration, *, follow: bool = True, since: str = "10m") -> dict[str, LogSource]:
    """Return the configured logs; those of a source as the command that prints what it holds since then, and goes on.

    Asking in a process of its own, a tool that hangs holds up no screen.
    """
    # -P: nothing that lies in the work tree is ever imported.
    ours = [sys.executable, "-P", "-m", "cockpit", "source", "logs"]
    where = [f"--env={configuration.environment.name}"] if configuration.environments else []

    def as_command(log: LogSource) -> LogSource:
        if not log.source:
            return log
        asked = [log.source, f"--query={log.query}", f"--since={since}", *(["--follow"] if follow else []), *where]
        return replace(log, command=shlex.join([*ours, *asked]), source="", query="")

    return {name: as_command(log) for name, log in configuration.logs.items()}
