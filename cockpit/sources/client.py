"""One tool's HTTP: a request within its budget, and an answer taken apart in stages; no text of it holds a secret.

First what HTTP says (status, kind of content), then whether it is JSON; errors within a good answer are the tool
modules' matter, and fields are taken out by their types. No redirect is followed: a credential is for one host.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import TypeVar
from urllib.parse import quote, urlencode, urlsplit

import h11
import msgspec
from msgspec import Struct

from cockpit import __version__
from cockpit.net.exchange import Exchange, Target, UnusableError, exchange, parse_url
from cockpit.net.troubles import explain
from cockpit.net.trusted_roots import UnusableRootsError
from cockpit.redact import MASK, redacted, without_beginnings
from cockpit.sources.budget import Budget, retry_at
from cockpit.sources.trouble import SourceError
from cockpit.text import visible

T = TypeVar("T")

ANSWER_LIMIT = 4 * 1024 * 1024  # bytes
_AGENT = f"release-cockpit/{__version__}"
_SAID_LIMIT = 160  # characters of what a tool says of a refusal
_READ_LIMIT = 4096  # characters of a refusal in which secrets are looked for
_IN_A_LINK = "!#$%&'()*+,/:;=?@[]~"  # what is no part of one is escaped
_FAILURES = (OSError, ssl.SSLError, UnicodeError, h11.ProtocolError)
_BAD_QUERY = frozenset({400, 404, 405, 409, 410, 413, 422})
_RETRIED = frozenset({503, 504})


class Answer(Struct, frozen=True):
    """What came; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """Asks the tool at `base`; `headers` open it, `secrets` are what no text may show, `scopes` what it needs."""

    def __init__(
        self,
        base: str,
        *,
        headers: Mapping[str, str],
        secrets: Sequence[str],
        budget: Budget,
        tls: Callable[[], ssl.SSLContext],
        names: Executor,
        now: Callable[[], float],
        scopes: str = "",
        answer_limit: int = ANSWER_LIMIT,
        retries: int = 0,
    ) -> None:
        self.base = base
        self._headers = headers
        self._secrets = sorted({each for one in secrets if one for each in (one, quote(one, safe=""))}, key=len)[::-1]
        self._budget = budget
        self._tls = tls
        self._names = names
        self._now = now
        self._scopes = scopes
        self._answer_limit = answer_limit
        self._retries = retries

    async def get(self, path: str, query: Mapping[str, object] | None = None) -> object:
        """Return the JSON that a GET is answered with; SourceError for whatever else comes."""
        return self.json(await self.ask("GET", path, query=query))

    async def post(self, path: str, document: object, *, errors_inside: bool = False) -> object:
        """Return the JSON that a POST of JSON is answered with; SourceError for whatever else comes.

        With `errors_inside` the errors that a good answer tells of are the caller's matter.
        """
        answer = await self.ask("POST", path, body=msgspec.json.encode(document), content="application/json")
        return self.document(answer.body) if errors_inside else self.json(answer)

    async def ask(
        self, method: str, path: str, *, query: Mapping[str, object] | None = None, body: bytes = b"", content: str = ""
    ) -> Answer:
        """Return a good answer whose content is JSON of some form; SourceError for any other."""
        address = f"{self.base}{path}" + (f"?{urlencode(query, doseq=True)}" if query else "")
        for left in range(self._retries, -1, -1):
            answer = await self._exchanged(method, address, body, content)
            if left == 0 or answer.status not in _RETRIED:
                break
        self._require_good(answer)
        return answer

    def place_of(self, link: str) -> str:
        """Return path and query of a link to the next page, which must lead to the configured host."""
        here = urlsplit(self.base)
        try:
            there = urlsplit(quote(link, safe=_IN_A_LINK))  # a parser drops a tab, and what follows it would shift
        except ValueError:
            raise SourceError("contract", "its link to the next page cannot be read") from None
        if (there.scheme, there.netloc) != (here.scheme, here.netloc) or not there.path.startswith(here.path or "/"):
            raise SourceError("contract", f"its next page is at another address, {self.safe(there.netloc)}: not asked")
        return link[len(self.base) :]

    def json(self, answer: Answer) -> object:
        """Return the document in an answer; SourceError where it is none, or tells of an error."""
        document = self.document(answer.body)
        if isinstance(document, dict) and any(document.get(key) for key in ("error", "errors", "err")):
            words = message_of(document) or str(document.get("err"))
            raise SourceError("bad_query", f"it answers with an error: {self.safe(words)}")
        return document

    def document(self, text: bytes) -> object:
        """Return the JSON document that `text` is; SourceError where it is none."""
        try:
            return msgspec.json.decode(text.removeprefix(b"\xef\xbb\xbf"))
        except (ValueError, RecursionError):
            raise SourceError("contract", "its answer is no JSON, or is cut off") from None

    def fields(self, document: object, kind: type[T]) -> T:
        """Return the fields of a document, by their types; SourceError where they are others."""
        try:
            return msgspec.convert(document, kind)
        except (msgspec.ValidationError, RecursionError) as error:
            raise SourceError("contract", f"its answer is not as documented: {self.safe(str(error))}") from None

    def safe(self, text: str) -> str:
        """Return external text on one line, short, and without any secret."""
        return visible(self.without_secrets(text), limit=_SAID_LIMIT)

    def without_secrets(self, text: str) -> str:
        """Return text with what opens the tool masked, and whatever else looks like a secret."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return redacted(without_beginnings(text, self._secrets), {})

    async def _exchanged(self, method: str, address: str, body: bytes, content: str) -> Answer:
        wait = self._budget.take()
        if wait is not None:
            raise SourceError("rate_limited", "this credential has been used as often as it may be", retry_at=wait)
        headers = {"User-Agent": _AGENT, "Accept": "application/json", **self._headers}
        if content:
            headers["Content-Type"] = content
        seen = Exchange(headers=[], phases={})
        try:
            await exchange(
                seen, self._target(address), method=method, headers=headers, body=body, tls=self._tls,
                names=self._names, limit=self._answer_limit,
            )  # fmt: skip
        except UnusableRootsError as error:
            raise SourceError("transport", str(error)) from None
        except _FAILURES as error:
            raise SourceError("transport", _why(error, seen)) from None
        if seen.truncated:
            size = self._answer_limit // 1024
            raise SourceError("partial", f"its answer is larger than {size} kB", fix="Ask for less")
        return Answer(seen.status or 0, dict(seen.headers), seen.body or b"")

    def _target(self, address: str) -> Target:
        try:
            return parse_url(address)
        except UnusableError as error:
            raise SourceError("bad_query", str(error), fix="Look at its url in cockpit.yaml") from None

    def _require_good(self, answer: Answer) -> None:
        status = answer.status
        needs = f"It needs: {self._scopes}" if self._scopes else ""
        if status == 429:
            until = retry_at(answer.headers, self._now())
            self._budget.close(until)
            raise SourceError("rate_limited", "it refuses to be asked so often (429)", retry_at=until)
        said = self._said(answer)
        if status == 401:
            raise SourceError("auth", f"the credential is not accepted (401){said}", fix=needs)
        if status == 403:
            raise SourceError("scope", f"the credential does not allow that (403){said}", fix=needs)
        if status in _BAD_QUERY:
            raise SourceError("bad_query", f"it cannot answer that ({status}){said}")
        if status >= 500:
            raise SourceError("transport", f"it is in trouble itself ({status}){said}")
        if status != 200:
            raise SourceError("contract", f"it answers {status}, which is not followed", fix="Look at its url")
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not (kind.endswith(("/json", "+json")) or "json" in kind):
            raise SourceError("contract", f"its answer is {self.safe(kind) or 'of no kind'}, not JSON",
                              fix="Look at its url")  # fmt: skip

    def _said(self, answer: Answer) -> str:
        """Return what a refusal says, where that is not a page of markup."""
        try:
            words = message_of(msgspec.json.decode(answer.body))
        except (ValueError, RecursionError):
            words = answer.body.decode("utf-8", "replace").strip()
            words = words if len(words) <= _READ_LIMIT else f"{words[:_READ_LIMIT]}…"
            words = "" if words.startswith("<") else words
        return f": {self.safe(words)}" if words else ""


def message_of(document: object) -> str:
    """Return the sentence in an error document, wherever the vendors put theirs."""
    if isinstance(document, str):
        return document
    if isinstance(document, list):
        return "; ".join(filter(None, map(message_of, document[:3])))
    if isinstance(document, dict):
        for key in ("error", "errors", "errormessage", "message", "reason", "detail", "messages", "text", "title"):
            words = message_of(document.get(key))
            if words:
                return words
    return ""


def _why(error: BaseException, seen: Exchange) -> str:
    explained = explain(error)
    if explained is not None:
        return explained[0]
    if isinstance(error, h11.RemoteProtocolError) and seen.status is not None:
        return "its answer was cut short"
    return "the connection was lost, or what answers does not speak HTTP"
