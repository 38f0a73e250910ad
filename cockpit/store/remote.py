"""The git remote that carries the shared state: everything over the network, and what can be wrong with it in words.

Fetching and pushing go by URL, so that neither mirror settings nor refspecs of the user's configuration apply; no
prompt is ever asked, every call ends in time, and credentials in an address never reach a message.
"""

from __future__ import annotations

import os
import re
import shlex
import threading
from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from cockpit.errors import GitError, NotFoundError
from cockpit.git.command import Git
from cockpit.patterns import USER_INFO, USER_INFO_IN_TEXT, pattern
from cockpit.process import Finished
from cockpit.store.layout import STATE_REF
from cockpit.store.location import StoreLocation
from cockpit.store.objects import ObjectDatabase
from cockpit.text import visible

# What git-config(1) lets a clone's own configuration connect by, and a helper that is only called by its name.
_CONNECTING = r"^(core\.(sshcommand|gitproxy)|credential\.(.*\.)?helper)$"
_HELPER = pattern(r"[A-Za-z0-9-]*")
# Said aloud: an address, too, can stand in a clone's configuration as a remote with programs of its own for these.
_FETCHED_BY = "--upload-pack=git-upload-pack"
_PUSHED_BY = "--receive-pack=git-receive-pack"
FETCH = ("fetch", _FETCHED_BY, "--no-tags", "--no-write-fetch-head", "--no-auto-gc", "--no-filter",
         "--no-recurse-submodules")  # fmt: skip
PUSH = ("push", _PUSHED_BY, "--porcelain", "--no-verify", "--no-follow-tags", "--no-signed", "--recurse-submodules=no")
_LIST = ("ls-remote", _FETCHED_BY, "--refs", "--quiet")
ADDRESS = "_address"  # what a remote is called that has no name in git's configuration
_TIMEOUT = 30.0  # seconds for one fetch or push
_FIRST = 10.0  # times as long for a first one, in which all of a state may go over a slow line
_CREDENTIALS = pattern(rf"(?<=://)(?:{USER_INFO}|[^/]*)@")
_PASSWORD = pattern(rf"://(?P<info>{USER_INFO})@")
_CREDENTIALS_IN_TEXT = pattern(rf"(?<=://)(?:{USER_INFO_IN_TEXT}|[^/\s]*)@")
_NAME = pattern(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Trouble(StrEnum):
    """Why a remote could not be used, in the words that scripts read."""

    OFFLINE = "offline"
    AUTH = "auth"
    REFUSED = "refused"
    REJECTED = "rejected"  # somebody else was quicker: fetch, merge, try again
    OTHER = "failed"


class RemoteError(GitError):
    """A remote could not be used; `trouble` says in which way."""

    def __init__(self, what: str, *, trouble: Trouble, fix: str = "") -> None:
        super().__init__(what, fix=fix, code=trouble.value)
        self.trouble = trouble


class RemoteNames(Struct, frozen=True):
    """What our refs are called over there; a forge that refuses refs of our own gets branches."""

    state: str = STATE_REF
    presence: str | None = "refs/cockpit/presence"
    lease: str = "refs/cockpit/lease"

    @classmethod
    def on_branch(cls, branch: str) -> RemoteNames:
        """Return the names where the state lives on a branch: nobody's presence is worth one."""
        return cls(f"refs/heads/{branch}", None, f"refs/heads/{branch}-lease")


# What git and ssh print (LC_ALL=C), most telling first.
_SAYINGS: tuple[tuple[Trouble, str, str], ...] = (
    (Trouble.AUTH, r"Host key verification failed", "Connect once by hand (ssh HOST) and accept its key"),
    (
        Trouble.AUTH,
        r"Permission denied|Authentication failed|could not read (Username|Password)|terminal prompts disabled"
        r"|returned error: 40[13]|Invalid username or|access denied|publickey|invalid credentials",
        "Give git credentials that need no prompt: a key in an agent, or a credential helper",
    ),
    (
        Trouble.OFFLINE,
        r"Could not resolve|Connection (refused|timed out|reset|closed)|Network is unreachable|No route to host"
        r"|Operation timed out|Failed to connect|Couldn't connect|hung up unexpectedly|early EOF|unable to access"
        r"|returned error: 5\d\d|no end after",
        "The state is kept here and exchanged when the remote is back",
    ),
    (
        Trouble.OFFLINE,
        r"does not appear to be a git repository|not found|No such file or directory|Could not read from remote",
        "Check the address: git remote -v, or state_remote in cockpit.yaml",
    ),
)
_REJECTED = pattern(
    r"\((fetch first|non-fast-forward|stale info|needs force|already exists)\)"
    r"|cannot lock ref|failed to update ref|incorrect old value|reference already exists|is at [0-9a-f]+ but expected"
)


class StateRemote:
    """One remote: `name` is what it is called in messages and tracking refs, `shown` its address without secrets."""

    def __init__(
        self, location: StoreLocation, name: str, url: str, names: RemoteNames, *, timeout: float = _TIMEOUT
    ) -> None:
        self.name = name
        self.names = names
        self.shown = without_credentials(url)
        self.configured_in_git = name != ADDRESS
        self._location = location
        self._timeout = timeout
        self._url = url
        self._objects = ObjectDatabase(location)
        self._git = Git(location.base, timeout=timeout)
        self._at = f"--git-dir={location.common}"
        self._environment: dict[str, str] | None = None

    @classmethod
    def of(
        cls, location: StoreLocation, configured: str = "", *, branch: str = "", timeout: float = _TIMEOUT
    ) -> StateRemote | None:
        """Return the remote to use: the configured name or address, else `origin` or the only one; None without any.

        Raises NotFoundError where `configured` looks like a name and there is no such remote.
        """
        git = Git(location.common)
        where = f"--git-dir={location.common}"
        names = RemoteNames.on_branch(branch) if branch else RemoteNames()
        known = git.run(where, "remote").text.split("\n")[:-1]
        if not configured:
            chosen = "origin" if "origin" in known else known[0] if len(known) == 1 else ""
            if not chosen:
                return None
        elif configured in known:
            chosen = configured
        elif _NAME.fullmatch(configured) and "/" not in configured:
            listed = ", ".join(map(visible, known)) or "none"
            raise NotFoundError(f"there is no git remote {configured!r}", fix=f"There is: {listed}", code="no-remote")
        else:
            return cls(location, ADDRESS, configured, names, timeout=timeout)
        url = os.fsdecode(git.output(where, "remote", "get-url", chosen)).rstrip("\n")
        return cls(location, _slug(chosen), url, names, timeout=timeout)

    def on_branch(self, branch: str) -> StateRemote:
        """Return the same remote with the state on a branch."""
        names = RemoteNames.on_branch(branch)
        return StateRemote(self._location, self.name, self._url, names, timeout=self._timeout)

    @property
    def tracking_state(self) -> str:
        """The local ref that remembers the remote's state."""
        return f"{self._tracking}/state"

    @property
    def tracking_presence(self) -> str:
        """The local prefix of those who are there."""
        return f"{self._tracking}/presence"

    @property
    def tracking_lease(self) -> str:
        """The local prefix of the leases."""
        return f"{self._tracking}/lease"

    @property
    def _tracking(self) -> str:
        return f"refs/cockpit/remotes/{self.name}"

    def own_program(self) -> str:
        """Return what in this clone itself would have a program run where its remote is used; empty where nothing does.

        A clone that somebody else has prepared can bring along `core.sshCommand`, `core.gitProxy`, a credential helper,
        or a remote that lies within it, with its hooks.
        """
        listed = self._git.run(self._at, "config", "--show-scope", "--null", "--get-regexp", _CONNECTING)
        words = listed.out.decode("utf-8", "replace").split("\0")
        for scope, setting in zip(words[::2], words[1::2], strict=False):
            key, _, value = setting.partition("\n")
            runs = value != "" if key.startswith("core.") else not _HELPER.fullmatch(value)
            if scope in {"local", "worktree"} and runs:
                return visible(key)
        place = self._url.removeprefix("file://")
        if "://" not in place and (place.startswith("/") or ":" not in place.partition("/")[0]):
            inside = (self._location.base / place).resolve()
            if any(inside.is_relative_to(own.resolve()) for own in (self._location.base, self._location.common)):
                return f"a remote within itself, {self.shown}"
        return ""

    def fetch(self, *, cancel: threading.Event | None = None, first: bool = False) -> str | None:
        """Take in the remote's state, presence and leases; return the state's commit, or None where there is none.

        What has gone there goes here. A `first` one gets more time. Raises RemoteError.
        """
        # A pattern is no error where nothing matches; what else begins alike is fetched and not looked at.
        specs = [f"+{self.names.state}*:{self.tracking_state}*"]
        if self.names.presence is not None:
            specs.append(f"+{self.names.presence}/*:{self.tracking_presence}/*")
        specs.append(f"+{self.names.lease}/*:{self.tracking_lease}/*")
        done = self._run(
            *FETCH, "--prune", "--quiet", "--", self._url, *specs, cancel=cancel, timeout=self._time(first)
        )
        if not done.ok:
            raise self._error("fetch", done)
        return self.tracked()

    def _time(self, first: bool) -> float:
        return self._timeout * (_FIRST if first else 1.0)

    def tracked(self) -> str | None:
        """Return the commit of the remote's state as last fetched."""
        found = self._objects.run("rev-parse", "--verify", "--quiet", "--end-of-options", self.tracking_state)
        return found.text.strip() if found.ok else None

    def push_state(
        self, commit: str, *, replacing: str = "", cancel: threading.Event | None = None, first: bool = False
    ) -> None:
        """Publish a commit that has the remote's in its history; RemoteError `rejected` where somebody was quicker.

        A `first` one gets more time.
        One that takes the place of `replacing` need not: `refused` where the remote does not let its history go.
        """
        options = (f"--force-with-lease={self.names.state}:{replacing}",) if replacing else ()
        self.push(f"{commit}:{self.names.state}", options=options, cancel=cancel, timeout=self._time(first))
        self._objects.run("update-ref", "--no-deref", self.tracking_state, commit)

    def push(
        self,
        *specs: str,
        options: Sequence[str] = (),
        cancel: threading.Event | None = None,
        timeout: float | None = None,
    ) -> None:
        """Push refspecs, with options such as `--force-with-lease=REF:OLD`; raises RemoteError."""
        done = self._run(*PUSH, *options, "--", self._url, *specs, cancel=cancel, timeout=timeout)
        if not done.ok:
            raise self._error("push", done)

    def take_in(self, ref: str, *, cancel: threading.Event | None = None, timeout: float | None = None) -> str | None:
        """Return the commit that one ref has over there, its objects taken in; None where there is no such ref.

        No ref of ours is written, so that it never collides with a fetch that is under way. Raises RemoteError.
        """
        asked = self._run(*_LIST, "--", self._url, ref, cancel=cancel, timeout=timeout)
        if not asked.ok:
            raise self._error("ls-remote", asked)
        lines = (line.split("\t", 1) for line in asked.text.splitlines() if "\t" in line)
        oid = next((oid for oid, name in lines if name == ref), None)
        if oid is not None and not self._objects.run("cat-file", "-e", f"{oid}^{{commit}}").ok:
            done = self._run(*FETCH, "--quiet", "--", self._url, ref, cancel=cancel, timeout=timeout)
            if not done.ok:
                raise self._error("fetch", done)
        return oid

    def _run(self, *arguments: str, cancel: threading.Event | None = None, timeout: float | None = None) -> Finished:
        # An address that came with a repository must not name a program (git-remote-ext) to run. Options for a server
        # are meant for one's own pushes, and fail where none are taken.
        settings = ("protocol.ext.allow=never", "core.hooksPath=/dev/null", "core.alternateRefsCommand=true",
                    "gc.auto=0", "push.pushOption=")  # fmt: skip
        guarded = tuple(word for setting in settings for word in ("-c", setting))
        return self._git.run(
            self._at, *guarded, *arguments, env=self._without_prompts(), timeout=timeout, cancel=cancel
        )

    def _without_prompts(self) -> dict[str, str]:
        if self._environment is None:
            # GIT_SSH_COMMAND outranks core.sshCommand, which may name the deploy key: carried over, deaf to prompts.
            configured = self._git.run(self._at, "config", "--get", "core.sshCommand")
            program = shlex.quote(os.environ.get("GIT_SSH") or "ssh")
            command = os.environ.get("GIT_SSH_COMMAND") or configured.text.strip() or program
            self._environment = {
                "GIT_SSH_COMMAND": f"{command} -oBatchMode=yes -oConnectTimeout=10",
                "GIT_ASKPASS": "",
                "GIT_HTTP_LOW_SPEED_LIMIT": "100",
                "GIT_HTTP_LOW_SPEED_TIME": "20",
            }
        return self._environment

    def _error(self, verb: str, done: Finished) -> RemoteError:
        said = (done.err + b"\n" + done.out).decode("utf-8", "replace")
        if verb == "push":
            refusal = _refusal(said)
            if refusal is not None:
                return refusal
        if done.cancelled:
            said += f"\nno end after {done.seconds:.0f} s, given up"
        if done.timed_out:
            said += f"\nno end after {done.seconds:.0f} s"
        for trouble, saying, fix in _SAYINGS:
            if re.search(saying, said):
                what = f"{self.name} ({self.shown}): {self._words or _telling(said, saying)}"
                return RemoteError(what, trouble=trouble, fix=fix)
        return RemoteError(f"git {verb} {self.shown}: {self._words or _shown(done.complaint)}", trouble=Trouble.OTHER)

    @property
    def _words(self) -> str:
        """What is told in the place of git's words; it takes the rest of such a password for a host, and tells it."""
        found = _PASSWORD.search(self._url)
        if found is None or not set("/?#") & set(found["info"]):
            return ""
        return "its password may not end where git takes it to: write / ? # @ in it as %2F %3F %23 %40"


def without_credentials(url: str) -> str:
    """Return an address that can be shown: without user and password, control characters escaped."""
    return visible(_CREDENTIALS.sub("", url))


def _refusal(said: str) -> RemoteError | None:
    lines = [line for line in said.splitlines() if line.startswith("!\t")]
    if not lines:
        return None
    reason = _shown(lines[0].rpartition("\t")[2])
    if "denying non-fast-forward" in said:
        return RemoteError(
            "the remote does not let its history be replaced",
            trouble=Trouble.REFUSED,
            fix="Let it: git config receive.denyNonFastForwards false, in the remote's repository",
        )
    told = next((line for line in said.splitlines() if line.startswith("remote: ") and line[8:].strip()), "")
    more = f": {_shown(told[8:])}" if told else ""
    if _REJECTED.search(said):
        return RemoteError(f"somebody else was quicker: {reason}{more}", trouble=Trouble.REJECTED)
    return RemoteError(
        f"the remote refused the state: {reason}{more}",
        trouble=Trouble.REFUSED,
        fix="Let it accept refs/cockpit/*, or name a state_remote or a state_branch in cockpit.yaml",
    )


def _telling(said: str, saying: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    line = next((line for line in lines if re.search(saying, line)), lines[0] if lines else "no answer")
    return _shown(line)


def _shown(text: str) -> str:
    return visible(
        _CREDENTIALS_IN_TEXT.sub("", text.strip()).removeprefix("fatal: ").removeprefix("error: "), limit=300
    )


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", name) or "remote"
