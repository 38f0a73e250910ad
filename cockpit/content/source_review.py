"""What the types cannot say of a monitoring tool, and of what it is asked."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from cockpit.content.names import name_complaint
from cockpit.content.problems import quoted
from cockpit.content.review import Review
from cockpit.content.strict_yaml import Step
from cockpit.durations import parse_duration
from cockpit.release.checks import Check
from cockpit.release.configuration import LogSource
from cockpit.release.probes import Probe
from cockpit.release.sources import LEAST_INTERVAL, SETTINGS, Source, SourceQuestion

T = TypeVar("T")

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What looks like a credential, and not like the name of a variable that holds one.
_SECRET = re.compile(r"[A-Za-z_]*[0-9a-fA-F-]{16,}|(?=[^_]*\d)(?=[^_]*[a-z])(?=[^_]*[A-Z])[A-Za-z0-9]{16,}|e[wy]J.*")


class Askers(Protocol):
    """What may ask a source: the top of `cockpit.yaml`, or an environment's section."""

    @property
    def sources(self) -> Mapping[str, Source]: ...
    @property
    def probes(self) -> Mapping[str, Probe]: ...
    @property
    def checks(self) -> Mapping[str, Check]: ...
    @property
    def logs(self) -> Mapping[str, LogSource]: ...


def review_sources(review: Review[T], part: Askers, known: Mapping[str, Source], *where: Step) -> None:
    """Complain of everything in sources, and in what asks them, that cannot be meant; `known` are all there are."""
    for name, source in part.sources.items():
        review_source(review, name, source, *where, "sources", name)
    for name, probe in part.probes.items():
        if probe.source is not None:
            review_question(review, probe.source, known, *where, "probes", name, "source", limits=False)
    for item, check in part.checks.items():
        if check.source is not None:
            review_question(review, check.source, known, *where, "checks", item, "source", limits=True)
    for name, log in part.logs.items():
        if log.source:
            here = (*where, "logs", name)
            review.known(log.source, known, "source", *here, "source")
            if log.source in known and "logs" not in known[log.source].traits.capabilities:
                review.complain(f"{known[log.source].traits.title} holds no logs", *here, "source")
        elif log.query:
            review.complain_of_key("a query goes with a source: add one, or remove it", *where, "logs", name, "query")


def review_source(review: Review[T], name: str, source: Source, *where: Step) -> None:
    """Complain of everything in a source that cannot be meant."""
    review.complain_of_key(name_complaint(name), *where)
    traits = source.traits
    if not source.base:
        review.complain(f"{traits.title} stands at no address of its own: add url", *where)
    else:
        review.complain(_url_complaint(source), *where, "url")
    for key in traits.needs:
        if not getattr(source, key):
            review.complain(f"{traits.title} cannot be asked without {key}: add it", *where)
    for key in SETTINGS:
        if getattr(source, key) and key not in (*traits.needs, *traits.takes):
            known = ", ".join((*traits.needs, *traits.takes)) or "none"
            review.complain_of_key(f"{key} is of no use with {traits.title}: it knows {known}", *where, key)
    for key in ("token_env", "app_key_env"):
        variable = getattr(source, key)
        if variable and (not _VARIABLE.fullmatch(variable) or _SECRET.fullmatch(variable)):
            message = "this is no variable's name: a credential stays in the environment, and here stands its name"
            review.complain(f"{message}, such as {source.kind.upper()}_TOKEN", *where, key)
    review.at_least(source, 0, ("per_minute",), *where)
    review.durations(source, ("stale_after",), *where)


def _url_complaint(source: Source) -> str:
    try:
        parts = urlsplit(source.base)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in {"http", "https"} or not host:
        return f"{quoted(source.url)} is not an address: write it with http:// or https://"
    if parts.username or parts.password or parts.query or parts.fragment:
        return "an address here holds no password and no parameters: name the credential by token_env"
    if parts.scheme == "http" and source.token_env and not _is_here(host):
        return f"{source.token_env} would be sent in the clear: write https://"
    return ""


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def review_question(
    review: Review[T], question: SourceQuestion, sources: Mapping[str, Source], *where: Step, limits: bool
) -> None:
    """Complain of what no source can be asked; with `limits` a number needs one to be held against."""
    review.known(question.name, sources, "source", *where, "name")
    source = sources.get(question.name)
    review.durations(question, ("within",), *where)
    if source is not None and question.ask not in source.traits.capabilities:
        able = " or ".join(source.traits.capabilities)
        review.complain(f"{source.traits.title} tells no {question.ask}: ask for {able}", *where, "ask")
    if question.ask != "status" and not question.query.strip() and not _has_default(source, question):
        what = {"metric": "value", "logs": "lines", "errors": "events are errors"}[question.ask]
        review.complain(f"which {what}? Add a query", *where)
    limited = question.below is not None or question.above is not None
    if question.ask == "status" and limited:
        review.complain("a status is no number: remove below and above", *where)
    if limits and question.ask != "status" and not limited:
        review.complain("nothing says which number is well: add below or above", *where)
    if question.step:
        review.durations(question, ("step",), *where)
        if question.ask != "metric" or (source is not None and source.kind not in {"prometheus", "loki"}):
            review.complain_of_key("step goes with a metric of Prometheus or Loki: remove it", *where, "step")


def _has_default(source: Source | None, question: SourceQuestion) -> bool:
    """Whether an empty query stands for everything: of uptime, of occurrences, of a whole index."""
    if source is None or question.ask == "errors":
        return source is None or source.kind not in {"loki", "splunk", "loggly"}
    return source.kind in (
        {"rollbar"} if question.ask == "metric" else {"elasticsearch", "datadog", "loggly", "new-relic"}
    )


def interval_complaint(interval: str) -> str:
    """Say where a source would be asked too often."""
    try:
        seconds = parse_duration(interval)
    except ValueError:  # complained of already
        return ""
    return f"a source has other users: write {LEAST_INTERVAL:.0f}s or more" if seconds < LEAST_INTERVAL else ""
