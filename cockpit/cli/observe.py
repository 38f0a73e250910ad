"""`cockpit probe` and `tags`: looking at the service and its repository, without the screen."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cockpit.cli.common import CommandTable, columns, open_here, options_of, print_json, publish, say, wants_json
from cockpit.errors import CockpitError, ExitCode, NotFoundError, UsageError

if TYPE_CHECKING:
    from cockpit.git.tag_signature import TagSignature
    from cockpit.health.probes import Prober
    from cockpit.release.health import ProbeResult
    from cockpit.release.outages import Outage
    from cockpit.release.probes import Probe
    from cockpit.release.running import Running
    from cockpit.release.tags import Tag
    from cockpit.workspace import Workspace


def add_commands(table: CommandTable) -> None:
    """Add the commands that look."""
    probe = table.add("probe", _probe, "run probes once, by name or on a bare URL (GET, 2xx)")
    probe.add_argument("names", nargs="*", metavar="NAME|URL", help="configured probes, or addresses (default: all)")
    tags = table.add("tags", _tags, "the tags, newest first; or mark one good or bad")
    tags.add_argument("verb", nargs="?", choices=["mark"], default=None, help="mark a tag good or bad, with --reason")
    tags.add_argument("tag", nargs="?", default="", metavar="TAG", help="the tag that is marked")
    tags.add_argument("mark", nargs="?", choices=["good", "bad"], default=None, help="as what it is marked")
    tags.add_argument("--limit", type=int, default=20, metavar="N", help="0 lists all")
    tags.add_argument("--match", default="", metavar="TEXT", help="in name or subject; a leading ! inverts")
    tags.add_argument("--verify", action="store_true", help="verify the signatures of those that are listed")
    tags.add_argument("--reason", default="", metavar="TEXT", help="why")


# Probes


def _probe(arguments: argparse.Namespace) -> ExitCode:
    from socket import gethostname

    from cockpit.bootstrap import make_prober
    from cockpit.health.probes import Prober
    from cockpit.masking import Mask
    from cockpit.release.probes import Probe

    urls = [name for name in arguments.names if "://" in name]
    names = [name for name in arguments.names if "://" not in name]
    wanted: dict[str, Probe] = {}
    workspace: Workspace | None = None
    prober, production = None, False
    if names or not urls:
        workspace = open_here(arguments, any_run=True)
        configured = workspace.run.configuration.probes
        for name in names:
            if name not in configured:
                known = ", ".join(configured) or "none is configured"
                raise NotFoundError(f"no probe {name!r}", fix=f"There is: {known}")
        wanted = {name: configured[name] for name in (names or configured)}
        prober, production = make_prober(workspace), workspace.run.production
    wanted.update({url: Probe(http=url, conditions=("[STATUS] >= 200", "[STATUS] < 300")) for url in urls})
    held = {name for name in wanted if not names and production and wanted[name].effects != "none"}
    import asyncio  # slow to import, and only probes need it

    mask = workspace.session.masked if workspace is not None else Mask()
    if prober is None:
        prober = Prober(observer=gethostname(), directory=Path.cwd(), mask=mask)
    looked = asyncio.run(_run_probes(wanted, held, prober))
    results = [_without_secrets(result, mask) if result.name in urls else result for result in looked]
    past = _past(workspace, names) if workspace is not None and names else {}
    documents = [{**probe_document(result), **past.get(result.name, {})} for result in results]
    if wants_json(arguments):
        print_json(documents)
    else:
        rows = [
            [r.name, r.state.value, "–" if r.latency_ms is None else f"{r.latency_ms:.0f} ms", r.detail]
            for r in results
        ]
        say(columns(rows) if rows else "No probes are configured: add `probes:` to cockpit.yaml.")
    states = {result.state.value for result in results}
    if "down" in states:
        return ExitCode.FAILED
    return ExitCode.UNKNOWN if states & {"unknown", "paused"} else ExitCode.OK


def _without_secrets(result: ProbeResult, mask: Callable[[str], str]) -> ProbeResult:
    """Return what was seen at an address that was typed, which may hold secrets, and so may what is told of it."""
    import msgspec

    from cockpit.redact import masked_url

    shown = mask(masked_url(result.name))
    return msgspec.structs.replace(result, name=shown, detail=result.detail.replace(result.name, shown))


def _past(workspace: Workspace, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return each probe's last day as this clone has seen it, as scripts read it; `maintenance` is in seconds."""
    import msgspec

    from cockpit.bootstrap import now
    from cockpit.measuring import Measurer

    with Measurer(workspace, now=now) as measurer:
        histories = {name: measurer.history(name) for name in names}
    return {
        name: {
            "last_day": {
                "uptime": past.uptime,
                "looks": past.seen,
                "coverage": past.coverage,
                "maintenance": past.maintenance,
                "latency_ms": msgspec.to_builtins(past.last_day),
                "observer": past.observer,
            },
            "outages": [outage_document(outage, now=now()) for outage in past.outages],
        }
        for name, past in histories.items()
    }


def outage_document(outage: Outage, *, now: float) -> dict[str, Any]:
    """Return an outage as scripts read it: its bounds as times, null where they are not known."""
    from cockpit.times import rfc3339

    def told(at: float | None) -> str | None:
        return None if at is None else rfc3339(at)

    return {
        "well_until": told(outage.well_until),
        "began": told(outage.began),
        "noticed": told(outage.noticed),
        "ended": told(outage.ended),
        "confirmed": told(outage.confirmed),
        "seconds": round(outage.lasted(now), 3),
        "looks": outage.looks,
    }


async def _run_probes(wanted: dict[str, Probe], held: set[str], prober: Prober) -> list[ProbeResult]:
    """Run probes once; those in `held` have effects that nobody asked for by name."""
    import asyncio

    from cockpit.release.health import paused

    async with prober:

        async def look(name: str, probe: Probe) -> ProbeResult:
            if name in held:
                detail = f"has effects ({probe.effects}): name it to run it"
                return paused(name, detail, at=time.time(), observer=prober.observer)
            return await prober.run(name, probe, time.time())

        return list(await asyncio.gather(*(look(name, probe) for name, probe in wanted.items())))


def probe_document(result: ProbeResult) -> dict[str, Any]:
    """Return one look of a probe as scripts read it."""
    import msgspec

    from cockpit.times import rfc3339

    return {
        "name": result.name,
        "state": result.state.value,
        "latency_ms": result.latency_ms,
        "detail": result.detail,
        "at": rfc3339(result.at),
        "conditions": msgspec.to_builtins(result.conditions),
        "timings": msgspec.to_builtins(result.timings),
        "observer": result.observer,
    }


# Tags


def _tags(arguments: argparse.Namespace) -> ExitCode:
    if arguments.verb == "mark":
        return _mark(arguments)
    if arguments.limit < 0:
        raise UsageError(f"{arguments.limit} is no number of tags", fix="Give 0, which lists all, or more")
    from cockpit.execution.prepare import find_backup
    from cockpit.git.ahead_behind import with_counts
    from cockpit.git.command import Git
    from cockpit.git.facts import head_commit
    from cockpit.git.running import what_runs
    from cockpit.git.tags import list_tags
    from cockpit.release.running import Sighting
    from cockpit.release.tags import filter_tags, order_tags

    workspace: Workspace | None = None
    git = Git(options_of(arguments).repo)
    try:
        workspace = open_here(arguments, any_run=True)
        git = workspace.code_git
    except CockpitError as error:
        # A repository that nobody has configured has tags all the same.
        if error.code != "no-configuration" or options_of(arguments).env:
            raise
    if workspace is not None:
        from cockpit.sighting import running_of

        found, running = running_of(workspace, now=time.time())
    else:
        found = tuple(list_tags(git))
        running = what_runs(git, found, head_commit(git), "", Sighting())
    ordered = filter_tags(order_tags(found), arguments.match)
    shown = with_counts(git, running.head, ordered[: arguments.limit] if arguments.limit else ordered)
    dumps = {}
    if workspace is not None:
        dumps = {tag.name: find_backup(workspace.run.configuration, workspace.root, tag.name) or None for tag in shown}
    signatures = _signatures(workspace, shown) if arguments.verify else {}
    if wants_json(arguments):
        print_json([_tag_document(tag, dumps.get(tag.name), signatures.get(tag.name), running) for tag in shown])
    else:
        rows = [[*_tag_row(tag, running), *_signature_cell(tag, signatures)] for tag in shown]
        say(columns(rows) if shown else "No tags.")
    return ExitCode.OK


def _signatures(workspace: Workspace | None, tags: Sequence[Tag]) -> dict[str, TagSignature]:
    """Verify the signatures of tags; refused without trust, for that runs what the repository's configuration names."""
    from cockpit.git.tag_signature import tag_signature
    from cockpit.workspace import require_trust

    if workspace is None:
        raise UsageError("--verify runs programs, and nothing here is configured", fix="Begin with: cockpit init")
    require_trust(workspace)
    return {tag.name: tag_signature(workspace.code_git, tag) for tag in tags if tag.signed}


def _signature_cell(tag: Tag, signatures: Mapping[str, TagSignature]) -> list[str]:
    found = signatures.get(tag.name)
    return [found.told if found is not None else "not signed"] if signatures else []


def _tag_document(tag: Tag, dump: str | None, signature: TagSignature | None, running: Running) -> dict[str, Any]:
    """Return a tag as scripts read it; where its version answered last, `seen_at` is when.

    `running` is by what was seen or, where nothing was, by what is checked out; `head` is that HEAD is at or upon it.
    """
    import msgspec

    from cockpit.times import rfc3339

    return {
        "name": tag.name,
        "commit": tag.commit,
        "kind": tag.kind,
        "signed": tag.signed,
        "signature": msgspec.to_builtins(signature) if signature is not None else None,
        "tagged_at": rfc3339(tag.tagged_at) if tag.tagged_at is not None else None,
        "subject": tag.subject,
        "ahead": tag.ahead,
        "behind": tag.behind,
        "mark": tag.mark,
        "dump": dump,
        "running": running.runs(tag),
        "head": running.checked_out is not None and running.checked_out.commit == tag.commit,
        "seen_at": rfc3339(running.seen.at) if running.answers(tag) else None,
    }


def _tag_row(tag: Tag, running: Running) -> list[str]:
    from cockpit.times import date_time

    at = date_time(tag.tagged_at, "UTC") if tag.tagged_at is not None else "–"
    counts = f"+{tag.ahead} -{tag.behind}" if tag.ahead is not None else ""
    here = running.state_of(tag)
    return [tag.display, here, (tag.commit or "no commit")[:8], tag.kind, at, counts, tag.mark or "", tag.subject]


def _mark(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.git.resolve import resolve_tag
    from cockpit.release.intents import MarkTag

    if not arguments.tag or arguments.mark is None:
        raise UsageError("which tag, and good or bad?", fix='cockpit tags mark v2.4.1 bad --reason "leaks connections"')
    workspace = open_here(arguments, any_run=True)
    commit = resolve_tag(workspace.code_git, arguments.tag)
    workspace.session.act(MarkTag(arguments.tag, commit, arguments.mark == "good", arguments.reason))
    publish(workspace)
    if wants_json(arguments):
        print_json({"name": arguments.tag, "commit": commit, "mark": arguments.mark})
    else:
        say(f"{arguments.tag} is marked {arguments.mark}")
    return ExitCode.OK
