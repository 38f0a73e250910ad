"""A scenario as an observation: its steps in order, with cookies and captured values, each judged and timed."""

from __future__ import annotations

import re
import warnings
from collections.abc import Awaitable, Callable, Mapping
from email.message import Message
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import Request as CookieRequest

from msgspec.structs import replace

from cockpit.health.conditions import parse_condition
from cockpit.health.evaluation import ABSENT, Values
from cockpit.health.http_probe import Request
from cockpit.health.json_path import parse_steps
from cockpit.health.observation import Observation, shown, unseen
from cockpit.patterns import search_within
from cockpit.release.health import ProbeResult, ProbeState, Timing
from cockpit.release.probes import Probe, ScenarioStep

_INSERTED = re.compile(r"\$\{(env:)?([A-Za-z_][A-Za-z0-9_]*)\}")
_OF_ENVIRONMENT = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")
# A captured value right after a host: `https://shop.example${next}` is meant to go on with a path, or after ":" a port.
_HOST_FIRST = re.compile(r"(?i)https?://(?P<host>[^/?#$]+)\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)\}(?=\Z|[/?#]|\$\{)")
_HOST_END = re.compile(r"[/?#]")
_SEARCH_SECONDS = 1.0
_SEARCHED = 256 * 1024  # characters of a body in which a value is looked for

Ask = Callable[[Request], Awaitable[Observation]]
Judge = Callable[[Probe, Observation], ProbeResult]


class _MissingError(Exception):
    """A value that is to be inserted is not there; `ours` where the environment lacks it."""

    def __init__(self, what: str, *, ours: bool) -> None:
        super().__init__(what)
        self.ours = ours


async def observe_scenario(
    probe: Probe, *, seconds: float, ask: Ask, judge: Judge, environment: Mapping[str, str]
) -> Observation:
    """Walk through the steps until one fails; all of them share `seconds`."""
    walk = _Walk(probe, ask, judge, environment, seconds)
    for step in probe.scenario:
        trouble = await walk.take(step)
        if trouble is not None:
            return replace(trouble, timings=tuple(walk.timings), latency=None)
    total = sum(timing.ms for timing in walk.timings) / 1000
    return Observation(
        connected=True, latency=total, summary=f"{len(walk.timings)} steps passed", timings=tuple(walk.timings)
    )


class _Walk:
    """One run through a scenario."""

    def __init__(self, probe: Probe, ask: Ask, judge: Judge, environment: Mapping[str, str], seconds: float) -> None:
        self._probe = probe
        self._ask = ask
        self._judge = judge
        self._environment = environment
        self._left = seconds
        self._captured: dict[str, str] = {}
        self._cookies = CookieJar()
        self.timings: list[Timing] = []

    async def take(self, step: ScenarioStep) -> Observation | None:
        """Take a step; return what ends the scenario, or None where it goes on."""
        try:
            request = self._request(step)
        except _MissingError as error:
            return self._ended(step, Observation(trouble=str(error), unseen=error.ours))
        seen = await self._ask(request)
        self._left -= seen.latency or 0.0
        judged = self._judge(Probe(http=step.http, conditions=step.conditions, verify=self._probe.verify), seen)
        if judged.state is not ProbeState.OK:
            return self._ended(
                step, Observation(trouble=judged.detail, unseen=judged.state is ProbeState.UNKNOWN), seen.latency
            )
        self._keep_cookies(request.url, seen)
        self.timings.append(Timing(step.name, _ms(seen.latency), "ok"))
        for name, where in step.capture.items():
            try:
                self._captured[name] = captured(where, seen)
            except TimeoutError:
                self.timings.pop()
                return self._ended(step, unseen(f"{name}: its expression takes too long to look for"), seen.latency)
            except ValueError as error:
                self.timings.pop()
                return self._ended(step, Observation(trouble=f"{name}: {error}"), seen.latency)
        return None

    def _ended(self, step: ScenarioStep, seen: Observation, latency: float | None = None) -> Observation:
        detail = shown(seen.trouble)
        state = "unknown" if seen.unseen else "down"
        self.timings.append(Timing(step.name, _ms(latency), state, detail))
        position = f"step {len(self.timings)} of {len(self._probe.scenario)}"
        return replace(seen, trouble=f"{step.name} ({position}): {detail}")

    def _request(self, step: ScenarioStep) -> Request:
        url = self._address(step.http)
        headers = {name: self._insert(value) for name, value in step.headers.items()}
        body = self._insert(step.body).encode()
        if step.form:
            body = urlencode({name: self._insert(value) for name, value in step.form.items()}).encode()
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        try:
            carrying = CookieRequest(url)  # noqa: S310 - nothing is opened by it
            self._cookies.add_cookie_header(carrying)
        except ValueError:
            raise _MissingError(f"{step.name} has no address that can be asked", ours=False) from None
        cookie = carrying.get_header("Cookie")
        if cookie:
            headers["Cookie"] = cookie
        return Request(url, step.method, headers, max(self._left, 0.001), body, step.redirects)

    def _address(self, text: str) -> str:
        """Return where a step asks: where its host is written, what an answer held names a path there and no other."""
        url = self._insert(text)
        written = _HOST_FIRST.match(_OF_ENVIRONMENT.sub(lambda name: self._environment.get(name[1], ""), text))
        if written is not None:
            more = _HOST_END.split(url[written.end("host") :], maxsplit=1)[0]
            if more and not (written["host"].endswith(":") and more.isascii() and more.isdigit()):
                raise _MissingError(f"{written['name']} leads to another host, which is not asked", ours=False)
        return url

    def _insert(self, text: str) -> str:
        def value(match: re.Match[str]) -> str:
            known = self._environment if match[1] else self._captured
            if match[2] not in known:
                what = f"the environment variable {match[2]} is not set" if match[1] else f"{match[2]} was not captured"
                raise _MissingError(what, ours=True)
            return known[match[2]]

        return _INSERTED.sub(value, text)

    def _keep_cookies(self, url: str, seen: Observation) -> None:
        for line in seen.cookies:
            message = Message()
            message["Set-Cookie"] = line
            request = CookieRequest(url)  # noqa: S310
            with warnings.catch_warnings(action="ignore"):  # of one that it cannot read, with a traceback
                self._cookies.extract_cookies(_Answered(message), request)  # type: ignore[arg-type]


class _Answered:
    """As much of an answer as a cookie jar wants to see."""

    def __init__(self, message: Message) -> None:
        self._message = message

    def info(self) -> Message:
        return self._message


def _ms(seconds: float | None) -> float:
    return round((seconds or 0.0) * 1000, 3)


def captured(where: str, seen: Observation) -> str:
    """Return the value that an answer holds there; ValueError says why there is none, or what would be right.

    TimeoutError where it takes too long to find.
    """
    if where.startswith("[BODY] matches "):
        expression = str(parse_condition(where).literals[0])
        text = (seen.body or b"").decode("utf-8", "replace")[:_SEARCHED]
        found = search_within(expression, text, seconds=_SEARCH_SECONDS)
        if found is None:
            raise ValueError("the body does not match")
        return str(found[:2][-1])  # its first group, where it has one
    for subject in ("[BODY]", "[HEADER]"):
        if where.startswith(subject):
            path, rest = parse_steps(where.removeprefix(subject))
            if rest or (subject == "[HEADER]" and len(path) != 1):
                break
            value: object
            if subject == "[HEADER]":
                value = (seen.headers or {}).get(str(path[0]).lower(), ABSENT)
            else:
                value = Values(seen, 0.0).in_body(path)
            if value is ABSENT or isinstance(value, dict | list) or value is None:
                raise ValueError(f"the answer has no text at {where}")
            return str(value)
    raise ValueError(f"{where!r} is no place in an answer: write [BODY].token, [HEADER].Location or [BODY] matches RE")


def check_capture(where: str) -> str:
    """Return what is wrong with a place to capture from, and what would be right; empty where it can be meant."""
    try:
        captured(where, unseen(""))
    except ValueError as error:
        said = str(error)
        return said if "is no place" in said or "regular expression" in said or "follow" in said else ""
    return ""
