"""From one look to one result: every condition evaluated, and the state and sentence they add up to; pure."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.durations import parse_duration
from cockpit.health.conditions import parse_condition
from cockpit.health.evaluation import Values, evaluate
from cockpit.health.observation import Observation, shown, unseen
from cockpit.release.health import ConditionResult, ProbeResult, ProbeState
from cockpit.release.probes import Probe, ProbeKind

# What is expected of each kind where its conditions do not speak of it.
_IMPLIED: dict[ProbeKind, tuple[str, tuple[str, ...]]] = {
    "http": ("STATUS", ("[STATUS] >= 200", "[STATUS] < 300")),
    "tcp": ("CONNECTED", ("[CONNECTED] == true",)),
    "tls": ("CONNECTED", ("[CONNECTED] == true",)),
    "dns": ("DNS_RCODE", ("[DNS_RCODE] == NOERROR",)),
    "command": ("EXIT", ("[EXIT] == 0",)),
    "file": ("EXISTS", ("[EXISTS] == true",)),
    "postgres": ("CONNECTED", ("[CONNECTED] == true",)),
    "systemd": ("UNIT_STATE", ("[UNIT_STATE] == active",)),
    "source": ("SOURCE", ("[SOURCE] != down",)),
}
_IMPLIED_WARNINGS: dict[ProbeKind, tuple[str, ...]] = {"source": ("[SOURCE] == ok",)}
_TOLD_BY_SUMMARY = frozenset({"STATUS", "EXIT", "DNS_RCODE", "EXISTS", "UNIT_STATE", "BEAT_OK", "SOURCE"})
_CONNECTS = frozenset({"http", "tcp", "tls", "postgres"})


def _expected(probe: Probe, subjects: set[str]) -> tuple[str, tuple[str, ...]]:
    if probe.kind == "heartbeat":
        # A beat that is a moment late is none that is missing.
        due, grace = parse_duration(probe.heartbeat), parse_duration(probe.grace)
        return "BEAT_AGE", ("[BEAT_OK] == true", f"[BEAT_AGE] < {due + grace:g}s")
    subject, implied = _IMPLIED.get(probe.kind, ("", ()))
    if probe.kind == "dns" and "BODY" not in subjects:
        implied = (*implied, "[BODY] present")  # NOERROR is also said where the name has no record of that type
    return subject, implied


def _subjects(conditions: Sequence[str]) -> set[str]:
    subjects = set()
    for text in conditions:
        try:
            subjects.add(parse_condition(text).subject)
        except ValueError:
            continue  # evaluated below to an unknown with its complaint
    return subjects


def judge(name: str, probe: Probe, seen: Observation, *, now: float, observer: str) -> ProbeResult:
    """Return the raw result of one observation.

    Not observed is unknown. No whole answer is down, unless the conditions speak of [CONNECTED] and nothing connected:
    then they decide. A broken fail condition is down, a broken warn condition degraded, an unreadable one unknown.
    """
    subjects = _subjects(probe.conditions)
    try:
        subject, implied = _expected(probe, subjects) if probe.kinds else ("", ())
    except ValueError as error:
        seen, subject, implied = unseen(str(error)), "", ()
    refusal_decides = bool(probe.kinds) and probe.kind in _CONNECTS and not seen.connected and "CONNECTED" in subjects
    expected, warn = probe.conditions, probe.warn
    if subject and subject not in subjects and not refusal_decides:
        expected = (*implied, *expected)
        warn = (*_IMPLIED_WARNINGS.get(probe.kind, ()), *warn)
    values = Values(seen, now)
    whole = not seen.trouble
    results = (
        *(evaluate(text, values, whole=whole) for text in expected),
        *(evaluate(text, values, level="warn", whole=whole) for text in warn),
    )
    state, detail = _verdict(probe, seen, results, refusal_decides=refusal_decides)
    return ProbeResult(
        name=name,
        state=state,
        latency_ms=None if seen.latency is None else round(seen.latency * 1000, 3),
        detail=shown(detail),
        at=now,
        conditions=results,
        observer=observer,
        timings=seen.timings,
        value=_value(seen),
        unit=str(seen.values.get("UNIT", "")),
    )


def _value(seen: Observation) -> float | None:
    value = seen.values.get("VALUE")
    return float(value) if isinstance(value, int | float) else None


def _verdict(
    probe: Probe, seen: Observation, results: Sequence[ConditionResult], *, refusal_decides: bool
) -> tuple[ProbeState, str]:
    if seen.unseen:
        return ProbeState.UNKNOWN, seen.trouble
    if seen.trouble and not refusal_decides:
        return ProbeState.DOWN, seen.trouble
    for level, state in (("fail", ProbeState.DOWN), ("warn", ProbeState.DEGRADED)):
        broken = [result for result in results if result.ok is False and result.level == level]
        unread = [result for result in results if result.ok is None and result.level == level]
        if broken:
            return state, _broken(seen, broken)
        if unread and not seen.trouble:
            return ProbeState.UNKNOWN, unread[0].actual
    summary = seen.summary or seen.trouble
    if probe.unverified:
        summary = f"{summary} (certificate NOT VERIFIED)"
    return ProbeState.OK, summary


def _broken(seen: Observation, broken: Sequence[ConditionResult]) -> str:
    first = broken[0]
    subject = parse_condition(first.text).subject
    if seen.trouble and subject == "CONNECTED":
        return seen.trouble
    if seen.summary and subject in _TOLD_BY_SUMMARY:
        return seen.summary
    others = f", and {len(broken) - 1} more" if len(broken) > 1 else ""
    return f"expected {first.text}, saw {first.actual}{others}"
