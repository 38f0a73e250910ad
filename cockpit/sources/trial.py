"""A tool tried out: asked for all that it can tell, and one sentence for what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from msgspec import Struct

from cockpit.release.configuration import Configuration
from cockpit.release.sources import Capability, Source, Sourced, SourceQuestion, SourceReading

_EVERYTHING: dict[str, str] = {
    "prometheus": "vector(1)",
    "loki": "vector(1)",
    "new-relic": "SELECT count(*) FROM Transaction",
}
# Why nothing is known, in the words for what a credential lacks.
_WHY = {
    "auth": "the credential is missing or not accepted",
    "scope": "the credential does not allow that",
    "rate_limited": "it has been asked too often",
    "bad_query": "it does not take the question",
    "partial": "it gave only a part",
    "transport": "it cannot be reached",
    "contract": "what answers is not what was expected",
    "empty": "it has nothing to tell of that",
    "stale": "what it knows is old",
}


class Trial(Struct, frozen=True):
    """What came of it; `works` says whether every question had an answer."""

    sentence: str
    works: bool
    answers: tuple[tuple[SourceQuestion, SourceReading], ...]


def asked_of(configuration: Configuration, name: str) -> list[SourceQuestion]:
    """Return what the configuration asks of a source, and a harmless question for each capability that it does not."""
    source = configuration.sources[name]
    configured = [probe.source for probe in configuration.probes.values()]
    configured += [check.source for check in configuration.checks.values()]
    asked = [one for one in configured if one is not None and one.name == name]
    asked += [SourceQuestion(name, "logs", log.query) for log in configuration.logs.values() if log.source == name]
    asked = list({(one.ask, one.query): one for one in asked}.values())
    spare = [ask for ask in source.traits.capabilities if ask not in {one.ask for one in asked}]
    return asked + [one for ask in spare if (one := _harmless(source, name, ask)) is not None]


def _harmless(source: Source, name: str, ask: Capability) -> SourceQuestion | None:
    if ask in {"status", "errors"} and source.kind not in {"loki", "splunk", "loggly"}:
        return SourceQuestion(name, ask, within="1h")
    if ask == "metric" and source.kind in {*_EVERYTHING, "rollbar"}:
        return SourceQuestion(name, ask, _EVERYTHING.get(source.kind, ""), within="1h")
    if ask == "logs" and source.kind in {"elasticsearch", "datadog", "loggly"}:
        return SourceQuestion(name, ask, within="1h")
    return None  # nothing can be asked without knowing what there is


async def tried(desk: Sourced, source: Source, questions: Sequence[SourceQuestion], *, seconds: float) -> Trial:
    """Ask all of it, one after the other."""
    answers = []
    for question in questions:
        answers.append((question, await desk.ask(question, seconds=seconds)))
        await asyncio.sleep(0)
    return Trial(_sentence(source, answers), bool(answers) and not _failing(answers), tuple(answers))


def _failing(answers: Sequence[tuple[SourceQuestion, SourceReading]]) -> list[tuple[SourceQuestion, SourceReading]]:
    return [(one, answer) for one, answer in answers if answer.state == "unknown"]


def _sentence(source: Source, answers: Sequence[tuple[SourceQuestion, SourceReading]]) -> str:
    title = source.traits.title
    if not answers:
        return f"{title} is asked for nothing yet: name it in a probe, a check or a log."
    failing = _failing(answers)
    good = list(dict.fromkeys(one.ask for one, answer in answers if answer.state != "unknown"))
    works = f"{title} tells {' and '.join(good)}"
    if not failing:
        return f"{works}; nothing is missing."
    _, answer = failing[0]
    lacks = ", ".join(dict.fromkeys(_what(one, good) for one, _ in failing))
    begun = f"{works}; not {lacks}" if good else f"{title} does not tell {lacks}"
    needs = f"the least it needs: {source.traits.scopes}" if answer.trouble in {"auth", "scope"} else ""
    sentences = [f"{begun}, because {_WHY.get(answer.trouble, 'it is unknown')}: {answer.detail}", answer.fix or needs]
    return ". ".join(filter(None, sentences)) + "."


def _what(question: SourceQuestion, good: Sequence[str]) -> str:
    """Return what is not told, with its query where others of the kind are."""
    return f"{question.ask} of {question.query}" if question.ask in good else question.ask
