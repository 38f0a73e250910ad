"""The one wrapper around the git executable: argv only, bounded in time, deaf to prompts, hooks and inherited GIT_*."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from cockpit import process
from cockpit.errors import CockpitError, GitError
from cockpit.process import Finished

MINIMUM_VERSION = (2, 36)

# For writes to our own refs: durable, and never by way of a hook that the repository brings along.
DURABLE = (
    "-c", "core.fsync=loose-object,reference,pack",
    "-c", "core.fsyncMethod=fsync",
    "-c", "core.hooksPath=/dev/null",
)  # fmt: skip


# How a host connects, through which certificates, proxies and keys; all the others may lead to another repository.
_CONNECTING = ("GIT_SSH", "GIT_SSL_", "GIT_PROXY_", "GIT_HTTP_PROXY", "GIT_LFS_")


# What git says first where it would have to fetch an object and may not (promisor-remote.c).
_LACKS = b"lazy fetching disabled"


def git_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment git runs in: ours without GIT_* but for how a host connects, C locale, no prompts, no
    pager, no optional locks, nothing fetched by the way.
    """
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(_CONNECTING)
    }
    clean.update(
        LC_ALL="C",
        GIT_TERMINAL_PROMPT="0",
        GIT_PAGER="cat",
        GIT_OPTIONAL_LOCKS="0",
        GIT_NO_LAZY_FETCH="1",
        SSH_ASKPASS_REQUIRE="never",
    )
    # Only added to: with one of ours, a partial clone whose core.sshCommand names the key could fetch nothing more.
    if clean.get("GIT_SSH_COMMAND"):
        clean["GIT_SSH_COMMAND"] += " -oBatchMode=yes"
    clean.pop("SSH_ASKPASS", None)
    clean.update(extra or {})
    return clean


class Git(Struct, frozen=True):
    """Git at one place: `directory` is a work tree, a bare repository, or any directory inside one.

    Where it `fetches`, a partial clone gets what it lacks from its remote, by the programs that its own configuration
    names to connect with: only what is trusted on this host may.
    """

    directory: Path
    timeout: float = 30.0
    fetches: bool = False

    def run(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float | None = None,
        cancel: threading.Event | None = None,
    ) -> Finished:
        """Run git and return how it ended, whatever its status; `env` is laid over `git_environment()`."""
        lazily = {"GIT_NO_LAZY_FETCH": "0"} if self.fetches else {}
        return process.run(
            ["git", "--no-pager", *arguments],
            cwd=self.directory,
            env=git_environment({**lazily, **(env or {})}),
            stdin=stdin,
            timeout=self.timeout if timeout is None else timeout,
            cancel=cancel,
        )

    def together(self, *commands: Sequence[str]) -> list[Finished]:
        """Run commands that only read all at once, and return how each ended; what starting one raises is raised."""
        done: dict[int, Finished] = {}

        def run(number: int) -> None:
            with contextlib.suppress(CockpitError):  # it is met again, and told
                done[number] = self.run(*commands[number])

        threads = [threading.Thread(target=run, args=(number,)) for number in range(1, len(commands))]
        for thread in threads:
            thread.start()
        run(0)
        for thread in threads:
            thread.join()
        return [done.get(number) or self.run(*command) for number, command in enumerate(commands)]

    def output(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> bytes:
        """Run git and return its whole standard output; GitError quotes its complaint where it fails."""
        done = self.run(*arguments, stdin=stdin, env=env, timeout=timeout)
        if not done.ok and not self.fetches and _LACKS in done.err:
            raise GitError(
                "this clone is partial and lacks what is asked of it, and before it is trusted nothing is fetched",
                fix="Look at it and say: cockpit trust",
            )
        if not done.ok:
            verb = next((word for word in arguments if not word.startswith("-") and "=" not in word), "git")
            raise GitError(f"git {verb}: {done.complaint}")
        if done.truncated:
            raise GitError(f"git {verb} says more than can be held")
        return done.out

    def text(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> str:
        """Run git and return its output as text without the last newline."""
        return self.output(*arguments, stdin=stdin, env=env, timeout=timeout).decode("utf-8", "replace").rstrip("\n")
