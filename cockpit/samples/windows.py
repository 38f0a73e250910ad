"""The latest samples of many probes, read on from where they were read last."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping

from msgspec import Struct

from cockpit.samples.reader import SampleReader
from cockpit.samples.schema import Current, Sample

_EVER = 1e11  # epoch seconds, after any sample


class Window(Struct, frozen=True, gc=False):
    """A probe's latest samples, oldest first: `at` in epoch seconds, `latencies` in milliseconds."""

    at: array[float]
    states: tuple[str, ...]
    latencies: tuple[float | None, ...]


_EMPTY = Window(array("d"), (), ())


class SampleWindows:
    """Windows of at most `points` samples that go back at most `span` seconds; for one thread.

    A second's news is a look at a few probes: to read all windows anew each time costs more with every look, and what
    is made of them is as much to be thrown away.
    """

    def __init__(self, reader: SampleReader, *, points: int, span: float) -> None:
        self._reader = reader
        self._points = points
        self._span = span
        self._held: dict[str, tuple[float | None, Window]] = {}  # with the time of the result that was current then
        self._generation = 0

    def read(self, names: Iterable[str], current: Mapping[str, Current], now: float) -> dict[str, Window]:
        """Return each name's window, the very one of before where nothing has come to it or left it.

        `current` is what the reader said a moment ago; `now` is in epoch seconds.
        """
        if self._generation != self._reader.generation:
            self._generation = self._reader.generation
            self._held.clear()
        since = now - self._span
        held = {name: self._read(name, current.get(name), since) for name in names}
        self._held = held
        return {name: window for name, (_, window) in held.items()}

    def _read(self, name: str, current: Current | None, since: float) -> tuple[float | None, Window]:
        latest = current.result.at if current is not None else None
        held = self._held.get(name)
        if held is None or latest is None:
            return latest, self._whole(name, since)
        upto, window = held
        if latest != upto:
            last = window.at[-1] if window.at else since
            if latest <= last:  # a clock was set back
                return latest, self._whole(name, since)
            window = self._joined(window, self._reader.raw(name, last + 0.001, _EVER))
        return latest, _without_older(window, since)

    def _whole(self, name: str, since: float) -> Window:
        return self._joined(_EMPTY, self._reader.windows([name], since, self._points)[name])

    def _joined(self, window: Window, samples: tuple[Sample, ...]) -> Window:
        if not samples:
            return window
        first = -self._points
        return Window(
            array("d", [*window.at, *(sample.at for sample in samples)][first:]),
            (*window.states, *(sample.state.value for sample in samples))[first:],
            (*window.latencies, *(sample.latency_ms for sample in samples))[first:],
        )


def _without_older(window: Window, since: float) -> Window:
    older = sum(1 for at in window.at if at < since) if window.at and window.at[0] < since else 0
    return Window(window.at[older:], window.states[older:], window.latencies[older:]) if older else window
