"""What the types cannot say of a probe."""

from __future__ import annotations

import re
from typing import Protocol, TypeVar

from cockpit.content.check_review import HEADER_NAME, METHOD, address_complaint
from cockpit.content.problems import quoted
from cockpit.content.review import Review
from cockpit.content.source_review import interval_complaint
from cockpit.content.strict_yaml import Step
from cockpit.durations import parse_duration
from cockpit.patterns import USER_INFO
from cockpit.release.probes import Probe, ProbeKind, ScenarioStep

T = TypeVar("T")


class CheckCondition(Protocol):
    """Returns a complaint about a probe's condition, or None where it can be understood."""

    def __call__(self, text: str, kind: ProbeKind | None = None) -> str | None: ...


_INSERTED = re.compile(r"\$\{(env:)?([^}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PASSWORD = re.compile(rf"\bpassword\s*=|://{USER_INFO}@")
_SHORTEST = 0.1  # seconds between looks
# What only makes sense with some kinds.
_OF_KIND: dict[str, tuple[ProbeKind, ...]] = {
    "method": ("http",),
    "headers": ("http",),
    "body": ("http",),
    "redirects": ("http",),
    "verify": ("http", "tls", "scenario"),
    "ca_file": ("http", "tls", "scenario"),
    "server_name": ("tls",),
    "record": ("dns",),
    "resolver": ("dns",),
    "query": ("postgres",),
    "grace": ("heartbeat",),
}


def review_probe(review: Review[T], probe: Probe, check_condition: CheckCondition | None, *where: Step) -> None:
    """Complain of everything in a probe that cannot be meant."""
    review.exactly_one(probe, *where)
    kind = probe.kinds[0] if len(probe.kinds) == 1 else None
    for key, kinds in _OF_KIND.items():
        if kind is not None and kind not in kinds and getattr(probe, key) != getattr(Probe(), key):
            review.complain_of_key(f"{key} is of no use with {kind}: it goes with {' and '.join(kinds)}", *where, key)
    _url(review, probe.http, *where, "http")
    for key in ("tcp", "tls", "resolver"):
        if getattr(probe, key):
            review.complain(address_complaint(getattr(probe, key), port=key == "tcp"), *where, key)
    _method(review, probe.method, *where, "method")
    _headers(review, probe.headers, *where, "headers")
    review.durations(probe, ("interval", "timeout", "grace"), *where)
    if probe.heartbeat:
        review.durations(probe, ("heartbeat",), *where)
    if 0 < _seconds(probe.interval) < _SHORTEST:
        review.complain(f"{quoted(probe.interval)} is too often: write 100ms or more", *where, "interval")
    if probe.source is not None:
        review.complain(interval_complaint(probe.interval), *where, "interval")
    if _PASSWORD.search(probe.postgres):
        message = "a connection string here must hold no password: leave it to PGPASSWORD or ~/.pgpass"
        review.complain(message, *where, "postgres")
    review.at_least(probe, 1, ("failures", "passes"), *where)
    review.at_least(probe, 0, ("redirects",), *where)
    if check_condition:
        for key in ("conditions", "warn"):
            for index, condition in enumerate(getattr(probe, key)):
                review.complain(check_condition(condition, kind) or "", *where, key, index)
    _scenario(review, probe, check_condition, *where, "scenario")


def _scenario(review: Review[T], probe: Probe, check_condition: CheckCondition | None, *where: Step) -> None:
    review.distinct([step.name for step in probe.scenario], "name", *where)
    known: set[str] = set()
    for index, step in enumerate(probe.scenario):
        here = (*where, index)
        review.filled(step.name, *here, "name")
        if "/" in step.name or "#" in step.name:
            review.complain("a step's name holds neither / nor #", *here, "name")
        _url(review, step.http, *here, "http")
        _method(review, step.method, *here, "method")
        _headers(review, step.headers, *here, "headers")
        review.at_least(step, 0, ("redirects",), *here)
        if step.body and step.form:
            review.complain_of_key("body and form exclude each other: keep one", *here, "form")
        for name in _inserted(step):
            if name not in known:
                earlier = f"captured before are {', '.join(sorted(known))}" if known else "nothing is captured before"
                review.complain(f"${{{name}}} is not captured by an earlier step: {earlier}", *here)
        for name, place in step.capture.items():
            if not _NAME.fullmatch(name):
                review.complain_of_key(f"{quoted(name)} is not a name: write one such as token", *here, "capture", name)
            if not place.startswith(("[BODY]", "[HEADER]")):
                right = "write [BODY].token, [HEADER].Location or [BODY] matches RE"
                review.complain(f"{quoted(place)} is no place in an answer: {right}", *here, "capture", name)
            known.add(name)
        if check_condition:
            for position, condition in enumerate(step.conditions):
                review.complain(check_condition(condition, "http") or "", *here, "conditions", position)


def _inserted(step: ScenarioStep) -> list[str]:
    texts = (step.http, step.body, *step.headers.values(), *step.form.values())
    return [match[2] for text in texts for match in _INSERTED.finditer(text) if not match[1]]


def _url(review: Review[T], url: str, *where: Step) -> None:
    if url and not re.match(r"(https?://[^\s/?#]|\$\{)", url):
        review.complain(f"{quoted(url)} is not an address: write it with http:// or https://", *where)


def _method(review: Review[T], method: str, *where: Step) -> None:
    if not METHOD.fullmatch(method):
        review.complain(f"{quoted(method)} is not a method: write one such as GET", *where)


def _headers(review: Review[T], headers: dict[str, str], *where: Step) -> None:
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(name):
            message = f"{quoted(name)} is not a header's name: write one such as Accept"
            review.complain_of_key(message, *where, name)
        if "\n" in value:
            review.complain("a header is one line: write it without line ends", *where, name)


def _seconds(text: str) -> float:
    try:
        return parse_duration(text)
    except ValueError:  # complained of already
        return _SHORTEST
