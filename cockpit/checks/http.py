"""One request: the answer's status, headers, compression and body; no redirect is followed, no proxy asked."""

from __future__ import annotations

import codecs
import zlib
from concurrent.futures import Executor
from pathlib import Path

import httpx

from cockpit import __version__
from cockpit.checks.look import Look, judged, unseen
from cockpit.checks.roots import trusting
from cockpit.net.addresses import resolve
from cockpit.net.certificates import expired_on
from cockpit.net.troubles import explain
from cockpit.redact import masked_url
from cockpit.release.checks import HttpCheck

_UNUSABLE = "the URL or a header cannot be used"
_BODY_LIMIT = 1024 * 1024  # bytes that are read
_ENCODINGS = ("utf-", "iso8859-", "cp", "koi8-", "gb", "big5", "euc", "shift_jis")  # by Python's names
_PIECES_LIMIT = 10_000  # chunks that are read: a byte each would cost all the check's time of CPU


async def look_by_http(check: HttpCheck, *, root: Path, names: Executor) -> Look:
    """Ask once; who calls bounds the time."""
    try:
        context = trusting(root / check.ca_file if check.ca_file else None)
    except OSError as error:
        return unseen(f"{check.ca_file}: {error.strerror or error}")
    headers = {
        "User-Agent": f"release-cockpit/{__version__}",
        "Accept": "*/*",
        "Accept-Encoding": "gzip" if check.gzip else "identity",
        **check.send,
    }
    async with httpx.AsyncClient(verify=context, trust_env=False, follow_redirects=False, timeout=None) as client:  # noqa: S113
        try:
            request = client.build_request(check.method, check.url, headers=headers)
            port = request.url.port or 443
            if not request.url.host or not 0 < port < 65536:
                return unseen(_UNUSABLE)
            await resolve(request.url.host, port, names)
            answer = await client.send(request, stream=True)
            try:
                body, is_whole = await _body(answer)
            finally:
                await answer.aclose()
        except (httpx.InvalidURL, ValueError, TypeError, KeyError):
            return unseen(_UNUSABLE)
        except (httpx.HTTPError, httpx.StreamError, OSError, UnicodeError) as error:
            trouble, ours = explain(error) or ("the connection was lost, or what answers does not speak HTTP", False)
            if ours:
                return unseen(trouble)
            return Look("failed", await expired_on(error, request.url.host, port) or trouble)
    faults = _faults(check, answer)
    text = body.decode(_encoding(answer), "replace")
    if check.lacks and check.lacks in text:
        faults.append(f"the body holds {check.lacks!r}")
    is_lacking = bool(check.contains) and check.contains not in text
    if is_lacking and is_whole:
        faults.append(f"the body lacks {check.contains!r}")
    if (is_lacking or check.lacks) and not is_whole and not faults:
        return unseen("the body was not read to its end, for it is too long: what is looked for may be there")
    return judged(faults, _well(check, answer))


async def _body(answer: httpx.Response) -> tuple[bytes, bool]:
    """Return the body, decompressed, as far as it is read, and whether that is all of it."""
    kept = bytearray()
    pieces = 0
    async for chunk in answer.aiter_raw():
        kept += chunk
        pieces += 1
        if len(kept) >= _BODY_LIMIT or pieces >= _PIECES_LIMIT:
            break
    body = bytes(kept[:_BODY_LIMIT])
    is_whole = len(kept) < _BODY_LIMIT and pieces < _PIECES_LIMIT
    if answer.headers.get("content-encoding", "").strip().lower() in {"gzip", "x-gzip", "deflate"}:
        unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        try:
            body = unpacking.decompress(body, _BODY_LIMIT)
        except zlib.error:
            return body, False
        return body, is_whole and unpacking.eof
    return body, is_whole


def _encoding(answer: httpx.Response) -> str:
    """Return the encoding that the answer names, where it is one of characters, or else UTF-8."""
    try:
        name = codecs.lookup(answer.charset_encoding or "").name
    except LookupError:
        return "utf-8"
    return name if name.startswith(_ENCODINGS) else "utf-8"


def _faults(check: HttpCheck, answer: httpx.Response) -> list[str]:
    faults = []
    status, headers = answer.status_code, answer.headers
    wanted = check.status or (range(300, 400) if check.redirects_to else range(200, 300))
    if status not in wanted:
        faults.append(f"status {status}")
    if check.redirects_to:
        location = headers.get("location", "")
        if not location.startswith(check.redirects_to):
            faults.append(f"redirects to {masked_url(location)}" if location else "no redirect")
    faults += [f"no header {name}" for name in check.present if not headers.get(name, "").strip()]
    faults += [f"header {name}: {headers[name]}" for name in check.absent if name in headers]
    for name, value in check.equals.items():
        actual = headers.get(name)
        if actual is None or actual.strip().casefold() != value.strip().casefold():
            faults.append(f"{name}: {actual}" if actual is not None else f"no header {name}")
    if check.gzip and headers.get("content-encoding", "").strip().lower() not in {"gzip", "x-gzip"}:
        faults.append("not compressed")
    return faults


def _well(check: HttpCheck, answer: httpx.Response) -> str:
    seen = [f"{answer.status_code} {answer.reason_phrase}".strip()]
    if check.redirects_to:
        seen.append(f"to {masked_url(answer.headers.get('location', ''))}")
    if check.gzip:
        seen.append("gzip")
    seen += [f"{name}: {answer.headers.get(name, '')}" for name in dict.fromkeys([*check.present, *check.equals])]
    return ", ".join(seen)
