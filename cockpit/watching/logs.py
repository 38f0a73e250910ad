"""The logs that the watcher follows and counts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cockpit import process
from cockpit.bootstrap import now
from cockpit.logs.buffer import LogBuffer
from cockpit.logs.digest import LineDigest
from cockpit.logs.feeds import CommandFeed, Feed, MergedFeed
from cockpit.logs.follow import FollowState
from cockpit.logs.reader import LogReader
from cockpit.logs.sourced import logs_of
from cockpit.logs.volumes import is_glob
from cockpit.release.configuration import LogSource
from cockpit.times import zone
from cockpit.watch.surroundings import LogTotals
from cockpit.workspace import Workspace


class FollowedLogs:
    """Follows the logs of the run in focus and counts what they bring."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._readers: dict[str, LogReader] = {}
        self._digests: dict[str, LineDigest] = {}
        self._feeds: dict[str, Feed] = {}

    def follow(self) -> None:
        """Follow the logs of the run that is in focus now, from their ends on."""
        self.close()
        run = self._workspace.run
        for name, source in logs_of(run.configuration).items():
            path = self._log_path(name, source)
            if path is None:
                continue
            digest = self._digests[name] = LineDigest(run.configuration.patterns, clock=now)
            reader = LogReader(
                name,
                path,
                buffer=LogBuffer(1),
                on_news=lambda: None,
                zone=zone(run.timezone),
                tail=0,
                poll_seconds=0.2,
                tagged=bool(source.file) and is_glob(source.file),
                encoding="" if source.file and is_glob(source.file) else source.encoding,
                ready=self._feeds[name].ready if name in self._feeds else None,
                on_lines=digest.add,
            )
            reader.start()
            self._readers[name] = reader

    def _log_path(self, name: str, source: LogSource) -> Path | None:
        """Where a log can be read, once what is no file is fed into one; None where its command is not trusted."""
        root = self._workspace.root
        if source.command and not self._workspace.trusted:
            return None
        if source.file and not is_glob(source.file):
            return root / source.file
        feed: Feed
        if source.command:
            feed = CommandFeed(name, process.shell(source.command), cwd=root)
        else:
            feed = MergedFeed(name, [(name, str(root / source.file))], encodings={name: source.encoding})
        feed.start()
        self._feeds[name] = feed
        return feed.path

    def totals(self) -> Mapping[str, LogTotals]:
        """Return what each has brought since it is followed, without our own traffic."""
        totals = {}
        for name, reader in self._readers.items():
            status, feed = reader.status, self._feeds.get(name)
            counts = status.counts
            lines, errors = counts.lines - counts.own, counts.of_others("error", "fatal")
            followed = status.state is FollowState.FOLLOWING and not (feed and feed.trouble)
            digest = self._digests[name].take()
            totals[name] = LogTotals(lines, errors, counts.of_others("warning"), followed, counts.own, digest)
        return totals

    def close(self) -> None:
        """Stop following logs."""
        for reader in self._readers.values():
            reader.stop()
        self._readers.clear()
        for feed in self._feeds.values():
            feed.stop()
        self._feeds.clear()
