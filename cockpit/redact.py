"""Takes secrets out of text before it is written into the store, where it would stay.

What is masked: the values of environment variables whose names speak of secrets, what is assigned to a password and
its like, HTTP authorization and cookies, the user part of URLs, private keys, and tokens of well-known shapes. It is
a net, not a proof: a secret that looks like nothing passes. What may as well be prose is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from cockpit.patterns import USER_INFO, USER_INFO_IN_TEXT

MASK: Final = "•••"
_CUT = "…"  # where a text that was too long ends

_SECRET_NAME = re.compile(
    r"(?i)secret|token|passw|passwd|(?<=_)pwd|(?:api|routing)_?key|private_key|credential|webhook"
)
# Of such a variable, these tell where or whose, and not the secret itself; a webhook's address is one.
_HARMLESS_NAME = re.compile(
    r"(?i)(?!.*webhook)(?:.*_)?(?:file|path|dir|directory|url|uri|host|name|user|owner|id|type|ttl|store)"
)
_SHORTEST = 6  # characters of a value that may be masked everywhere: shorter ones are ordinary words
_WORD = re.compile(r"[A-Za-z]{1,15}|\d{1,7}")
_PATH = re.compile(r"[~.]{0,2}/")

_NAME = (
    r"(?:[a-z0-9_.-]*(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)"
    r"|[a-z0-9_.-]*[_-]pwd)(?:[_-]?(?:key|base|value|id|\d++))*+"
)
_QUOTED_OR_BARE = r"""(?:"[^"\n]*"|'[^'\n]*'|[^\s,;&"'`]+)"""
_ASSIGNED = re.compile(
    rf"""(?i)(?<![a-z0-9_.-])(?P<name>{_NAME}["']?)(?P<sign>\s*(?<![=!<>])[=:](?!=)\s*)(?P<value>{_QUOTED_OR_BARE})"""
)
_FLAG = re.compile(
    r"(?i)(?<!\S)(?P<name>--?(?:password|passwd|pass|secret|token|api-?key))(?P<sign>\s+)"
    rf"(?P<value>{_QUOTED_OR_BARE})"
)
_AUTHORIZATION = re.compile(
    r"""(?i)(?P<name>authorization["']?)(?P<sign>\s*[:=]\s*["']?)"""
    r"""(?:(?P<scheme>basic|bearer|digest|negotiate|apikey|token|aws4-hmac-sha256)\s+)?(?P<value>[^\s"']+)"""
)
_PARAMETERS = re.compile(r"(?i)\b(authorization\s*:\s*(?:digest|aws4-hmac-sha256)\s+)[^\n]+")
_BEARER = re.compile(r"\b(?P<name>[Bb]earer)(?P<sign>\s+)(?P<value>[\w.~+/=-]{16,})")
_COOKIE = re.compile(r"(?i)\b((?:set-)?cookie\s*:\s*)(?=[^\s=;]+=)[^\n\"']+")
_USER_INFO = re.compile(rf"(?i)(?<![a-z0-9+.-])([a-z][a-z0-9+.-]*://)(?:{USER_INFO_IN_TEXT}|[\w-]{{20,}})@")
# Of a URL that stands alone, where no sentence can be taken for one.
_WHOLE_USER_INFO = re.compile(rf"(?is)^([a-z][a-z0-9+.-]*://)(?:{USER_INFO}|[^/?#]*)@")
_QUERY_VALUE = re.compile(r"(?P<sign>[?&;])(?P<name>[^=&;#]*)=(?P<value>[^&;#]*)")
_KEY = re.compile(r"(?i)(?<![a-z])(?:key|pwd|pass|auth|sig|signature)(?:\[\])?$")
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_KNOWN = re.compile(
    r"(?<![A-Za-z0-9_-])(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|npm_[A-Za-z0-9]{30,}"
    r"|xox[abeprs]-[\w-]{10,}|(?:AKIA|ASIA)[0-9A-Z]{16}|(?:sk|rk|rzp)_(?:live|test)_\w{10,}|sk-[\w-]{20,}"
    r"|AIza[\w-]{30,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)"
)
_WEBHOOK = re.compile(
    r"(hooks\.slack\.com/(?:services|workflows|triggers)/|discord(?:app)?\.com/api/webhooks/|webhook\.office\.com/"
    r"|://[^\s/\"'<>]+/hooks/(?=[a-z0-9]{26}\b))[\w/@%.-]+"
)

# One of these stands in all that the patterns above find: most lines of a log are read no further.
_SUSPECT = (
    "pass", "secret", "token", "key", "credential", "pwd", "authorization", "bearer", "cookie", "://", "hooks.slack",
    "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat", "glpat", "npm_", "xox", "akia", "asia", "sk_", "rk_", "rzp_",
    "sk-", "aiza", "eyj",
)  # fmt: skip

_REFERENCE = re.compile(r"""["']?(?:\$|%\(|\{\{|<|\*{2}|…|""" + MASK + ")")
_PLAIN = re.compile(r"(?i)true|false|none|null|yes|no|ok|required|missing|empty|unset|invalid|expired|\d{1,5}")
# What has letters and digits in it and is no secret: versions, tickets, dates.
_LABEL = re.compile(r"v?\d+(?:\.\d+)+(?:[-+.]\w+)*|[A-Z]{2,}-\d+|\d{4}-\d\d-\d\d\S*")


def redacted(text: str, environment: Mapping[str, str]) -> str:
    """Return `text` with secrets masked."""
    return masked(text, secret_values(environment))


def masked(text: str, values: Sequence[str]) -> str:
    """Return `text` with these values masked, the longest first, and with whatever has a secret's shape."""
    for value in values:
        if value in text:
            text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", MASK, text)
    text = without_beginnings(text, values)
    folded = text.lower()
    return _by_shape(text) if any(word in folded for word in _SUSPECT) else text


def without_beginnings(text: str, values: Sequence[str]) -> str:
    """Return `text` with what is left of these values masked where it was cut off, as the sign for that tells."""
    if _CUT not in text:
        return text
    *before, rest = text.split(_CUT)
    return _CUT.join([*(_without_beginning(part, values) for part in before), rest])


def _without_beginning(part: str, values: Sequence[str]) -> str:
    end = part[-_SHORTEST:]
    for value in values if len(end) == _SHORTEST else ():
        if end in value:  # of nearly no text: there may be thousands of such signs
            for length in range(len(value) - 1, _SHORTEST - 1, -1):
                if part.endswith(value[:length]):
                    return part[:-length] + MASK
    return part


def _by_shape(text: str) -> str:
    text = _PRIVATE_KEY.sub(MASK, text)
    text = _USER_INFO.sub(rf"\1{MASK}@", text)
    text = _PARAMETERS.sub(rf"\1{MASK}", text)
    text = _COOKIE.sub(rf"\1{MASK}", text)
    text = _AUTHORIZATION.sub(_authorization, text)
    text = _BEARER.sub(_where_it_looks_so, text)
    text = _ASSIGNED.sub(_assigned, text)
    text = _FLAG.sub(_where_it_looks_so, text)
    text = _WEBHOOK.sub(rf"\1{MASK}", text)
    return _KNOWN.sub(MASK, text)


def masked_url(url: str) -> str:
    """Return one URL without its user part, and without the values in its query whose names speak of secrets."""
    return _QUERY_VALUE.sub(_named_value, _WHOLE_USER_INFO.sub(rf"\1{MASK}@", url))


def secret_values(environment: Mapping[str, str]) -> list[str]:
    """Return the values of variables whose names speak of secrets, the longest first."""
    found = {
        value
        for name, value in environment.items()
        if _SECRET_NAME.search(name)
        and not _HARMLESS_NAME.fullmatch(name)
        and len(value) >= _SHORTEST
        and not _WORD.fullmatch(value)
        and not _PATH.match(value)
        and "\n" not in value.strip()
    }
    return sorted(found, key=len, reverse=True)


def _named_value(found: re.Match[str]) -> str:
    from urllib.parse import unquote

    name = unquote(found["name"])
    return f"{found['sign']}{found['name']}={MASK}" if _SECRET_NAME.search(name) or _KEY.search(name) else found[0]


def _assigned(found: re.Match[str]) -> str:
    value = found["value"]
    if _REFERENCE.match(value) or _PLAIN.fullmatch(value.strip("\"'")):
        return found[0]
    # `password=…` is no prose; with blanks or a colon it may well be.
    return _masked(found) if found["sign"] == "=" or _is_quoted(value) else _where_it_looks_so(found)


def _authorization(found: re.Match[str]) -> str:
    scheme = (found["scheme"] or "").lower()
    if _REFERENCE.match(found["value"]):
        return found[0]
    if scheme in {"basic", "bearer", "negotiate", "apikey"} or _looks_secret(found["value"]):
        return f"{found['name']}{found['sign']}{found['scheme'] + ' ' if scheme else ''}{MASK}"
    return found[0]


def _where_it_looks_so(found: re.Match[str]) -> str:
    value = found["value"]
    return _masked(found) if not _REFERENCE.match(value) and _looks_secret(value.strip("\"'")) else found[0]


def _masked(found: re.Match[str]) -> str:
    quote = found["value"][0] if _is_quoted(found["value"]) else ""
    return f"{found['name']}{found['sign']}{quote}{MASK}{quote}"


def _is_quoted(value: str) -> bool:
    return len(value) >= 2 and value[0] in "\"'" and value[-1] == value[0]


def _looks_secret(value: str) -> bool:
    """Whether a value is neither a word nor a label: it mixes letters and digits, or cases, or is far too long."""
    bare = value.rstrip(".:!?)")
    if len(bare) < _SHORTEST or _LABEL.fullmatch(bare) or _PATH.match(bare):
        return False
    has_letter, has_digit = any(map(str.isalpha, bare)), any(map(str.isdigit, bare))
    mixes_cases = re.search(r"[a-z][A-Z]", bare) is not None and len(bare) >= 8
    return (has_letter and has_digit) or mixes_cases or len(bare) >= 24
