"""The desk at which sources are asked by name: within a time, a budget and the environment's credentials."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

from msgspec.structs import replace

from cockpit.durations import parse_duration, short_duration
from cockpit.net.exchange import UnusableError
from cockpit.net.trusted_roots import TrustedRoots
from cockpit.release.sources import Source, SourceKind, SourceQuestion, SourceReading, judged, unknown
from cockpit.sources.budget import Budgets
from cockpit.sources.client import Client
from cockpit.sources.tool import MOST_LINES, Tool
from cockpit.sources.trouble import SourceError

_RETRIES: dict[SourceKind, int] = {"loggly": 1}  # of a 503 or 504, which the vendor asks for


class SourceDesk:
    """Asks configured sources; `root` is the configuration's directory, `environment` holds what opens them."""

    def __init__(
        self,
        sources: Callable[[], Mapping[str, Source]],
        *,
        environment: Mapping[str, str],
        root: Path,
        budgets: Budgets,
        now: Callable[[], float],
        trusted: Callable[[], bool] = lambda: True,
    ) -> None:
        self._sources = sources
        self._environment = environment
        self._budgets = budgets
        self._now = now
        self._trusted = trusted
        self._roots = TrustedRoots(root)

    async def ask(self, question: SourceQuestion, *, seconds: float) -> SourceReading:
        """Ask once, within that time; whatever fails is in the answer, never raised."""
        source = self._sources().get(question.name)
        stale_after = parse_duration(source.stale_after) if source is not None else 0.0
        reading = await self._answered(question, source, seconds)
        reading = replace(reading, fetched_at=self._now(), window=None if question.ask == "status" else question.window)
        return judged(question, reading, stale_after=stale_after)

    async def lines(
        self, question: SourceQuestion, since: float, until: float, *, seconds: float, limit: int = MOST_LINES
    ) -> SourceReading:
        """Return a log's lines between two epoch times, the newest `limit` of them; nothing is judged."""
        return await self._answered(question, self._sources().get(question.name), seconds, (since, until, limit))

    async def _answered(
        self,
        question: SourceQuestion,
        source: Source | None,
        seconds: float,
        span: tuple[float, float, int] | None = None,
    ) -> SourceReading:
        if source is None:
            known = ", ".join(self._sources()) or "none is configured"
            return unknown("bad_query", f"no source {question.name} is configured", fix=f"There is: {known}")
        if not self._trusted():
            return unknown("auth", "not trusted on this host", fix="Read what it asks with cockpit trust --show")
        names = ThreadPoolExecutor(2, "source-name")
        try:
            async with asyncio.timeout(seconds):
                tool = self.tool(source, names)
                if span is not None:
                    found = await tool.logs(question.query, *span)
                    safe = tool.client.without_secrets
                    return replace(found, lines=tuple(replace(line, text=safe(line.text)) for line in found.lines))
                return await self._asked(tool, question)
        except TimeoutError:
            return unknown("transport", f"no answer within {short_duration(seconds)}")
        except SourceError as error:
            return replace(unknown(error.trouble, error.text, fix=error.fix), retry_at=error.retry_at)
        except UnusableError:
            variables = " and ".join(filter(None, (source.token_env, source.app_key_env))) or "tenant"
            return unknown("auth", "what opens it cannot be sent: it holds a line's end, or a sign that no header may",
                           fix=f"Look at {variables}")  # fmt: skip
        except Exception as error:  # a tool's surprise must not end the watch over the others, and is never green
            return unknown("contract", f"its answer could not be understood ({type(error).__name__})")
        finally:
            names.shutdown(wait=False, cancel_futures=True)

    async def _asked(self, tool: Tool, question: SourceQuestion) -> SourceReading:
        window = question.window
        match question.ask:
            case "status":
                reading = await tool.status(question.query)
            case "errors":
                reading = await tool.errors(question.query, window)
            case "logs":
                until = self._now()
                reading = await tool.logs(question.query, until - window, until)
            case _:
                reading = await tool.metric(question)
        quiet = question.ask in {"errors", "logs"} and reading.value == 0
        if quiet and not await tool.alive(question.ask, question.query, window):
            raise SourceError(
                "empty", f"nothing at all came in within {question.within}", fix="Is anything sent to it?"
            )
        safe = tool.client.safe
        return replace(reading, detail=safe(reading.detail), link=safe(reading.link))

    def tool(self, source: Source, names: ThreadPoolExecutor) -> Tool:
        """Return what speaks to a source; SourceError where the environment lacks what opens it."""
        secrets = {name: self._credential(name) for name in (source.token_env, source.app_key_env) if name}
        token, key = secrets.get(source.token_env, ""), secrets.get(source.app_key_env, "")
        module = import_module(f"cockpit.sources.{source.kind.replace('-', '')}")
        headers = module.opening(source, token, key)
        digest = hashlib.sha256("\n".join(secrets.values()).encode()).hexdigest()
        client = Client(
            source.base,
            headers=headers,
            secrets=[*secrets.values(), *(value.rpartition(" ")[2] for value in headers.values() if token)],
            budget=self._budgets.of((source.base, digest), source.per_minute or source.traits.per_minute),
            tls=lambda: self._roots.context(source.ca_file),
            names=names,
            now=self._now,
            scopes=source.traits.scopes,
            retries=_RETRIES.get(source.kind, 0),
        )
        made: Tool = module.TOOL(source, client, self._now)
        return made

    def _credential(self, name: str) -> str:
        value = self._environment.get(name, "").strip()
        if not value:
            raise SourceError("auth", f"the environment variable {name} is not set", fix=f"Set {name} where it runs")
        return value
