"""What can go wrong, as one tree; every leaf says what happened and what to do.

CockpitError
├── UsageError            2  a command was typed wrongly
├── ConfigurationError    2  a file a person wrote has mistakes, each with file:line:column
├── NotFoundError         2  a named run, item, probe, tag or log does not exist
├── ObservationError      3  something could not be seen, so nothing can be said about it
├── RefusedError          4  understood and not done: locked, read-only, not trusted, not confirmed, conflicting
├── StepError             5  a step of a plan failed
├── NotSavedError         4  the event did not reach the disk: nothing was recorded
├── GitError              4  git refused or failed
└── ProcessError          4  a command could not be started or did not end in time
"""

from __future__ import annotations

from enum import IntEnum

from msgspec import Struct


class ExitCode(IntEnum):
    """What a command's exit status means; scripts rely on these numbers."""

    OK = 0
    FAILED = 1
    USAGE = 2
    UNKNOWN = 3
    REFUSED = 4
    STEP_FAILED = 5
    INTERRUPTED = 130


class CockpitError(Exception):
    """A failure a person can act on: `what` happened, `fix` says what to do, `code` is for scripts."""

    code = "error"
    exit_code = ExitCode.REFUSED

    def __init__(self, what: str, *, fix: str = "", code: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return f"{self.what}. {self.fix}" if self.fix else self.what


class UsageError(CockpitError):
    """A command was typed wrongly."""

    code = "usage"
    exit_code = ExitCode.USAGE


class Problem(Struct, frozen=True):
    """One mistake in a file a person wrote; line and column count from 1."""

    path: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


class ConfigurationError(CockpitError):
    """One or more mistakes in files a person wrote."""

    code = "configuration"
    exit_code = ExitCode.USAGE

    def __init__(self, problems: list[Problem], *, fix: str = "") -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)), fix=fix)


class NotFoundError(CockpitError):
    """Something named does not exist; the message lists what would be accepted."""

    code = "not-found"
    exit_code = ExitCode.USAGE


class ObservationError(CockpitError):
    """Something could not be observed: the answer is unknown, never a pass."""

    code = "unknown"
    exit_code = ExitCode.UNKNOWN


class RefusedError(CockpitError):
    """Understood, and deliberately not done; `code` is the kind of refusal."""

    code = "refused"


class StepError(CockpitError):
    """A step of a plan failed."""

    code = "step-failed"
    exit_code = ExitCode.STEP_FAILED


class NotSavedError(CockpitError):
    """The event did not reach the disk; the journal is as it was before."""

    code = "not-saved"


class GitError(CockpitError):
    """Git refused or failed; `what` quotes its first line of complaint."""

    code = "git"


class ProcessError(CockpitError):
    """A command could not be started, or did not end in time."""

    code = "process"
