"""The watcher asks again and again which version answers, so that nobody has to take what is checked out for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cockpit.durations import parse_duration
from cockpit.errors import ObservationError
from cockpit.health.probes import Prober
from cockpit.health.version import seen_version
from cockpit.release.configuration import VersionSeen
from cockpit.watch.troubles import Troubles
from cockpit.watching.samples import RunSamples
from cockpit.workspace import Workspace

_LOOK_AGAIN = 10.0  # seconds between looks whether the configuration says by now where the version is reported


async def watch_version(
    workspace: Workspace,
    prober: Prober,
    samples: RunSamples,
    *,
    say: Callable[[str], None],
    now: Callable[[], float],
    beat: float,
) -> None:
    """Look where the configuration says that the version is reported, as often as it says, until cancelled.

    A command only runs while the configuration is trusted on this host. `beat` is how long a second is.
    """
    troubles = Troubles(say)
    while True:
        wanted = workspace.run.configuration.version
        if wanted is not None:
            with troubles.attempt("the version", "which version answers could not be looked at"):
                await _look(wanted, workspace, prober, samples, now)
        await asyncio.sleep((parse_duration(wanted.interval) if wanted is not None else _LOOK_AGAIN) * beat)


async def _look(
    wanted: VersionSeen, workspace: Workspace, prober: Prober, samples: RunSamples, now: Callable[[], float]
) -> None:
    masked = workspace.session.masked
    # The prober looks at it before it waits for anything.
    prober.trusted = workspace.trusted
    try:
        version, trouble = await seen_version(wanted, prober), ""
    except ObservationError as error:
        version, trouble = "", error.what
    if workspace.run.configuration.version == wanted:
        samples.see(masked(version), now(), masked(trouble))
