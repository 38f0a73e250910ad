"""A probe's result without secrets: what a service or a command said goes onto screens, and into the samples."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from cockpit.redact import MASK
from cockpit.release.health import ConditionResult, ProbeResult

_NAME = re.compile(r"[\w-]+")


def masked_result(result: ProbeResult, mask: Callable[[str], str]) -> ProbeResult:
    """Return a result with secrets masked, also the value of a field whose name alone tells that it is one."""
    conditions, detail = [], result.detail
    for one in result.conditions:
        actual = _actual(one, mask)
        if actual == MASK:
            detail = detail.replace(one.actual, MASK)
        conditions.append(replace(one, actual=actual))
    return replace(
        result,
        detail=mask(detail),
        conditions=tuple(conditions),
        timings=tuple(replace(one, detail=mask(one.detail)) for one in result.timings),
    )


def _actual(one: ConditionResult, mask: Callable[[str], str]) -> str:
    """Return what a condition has seen: `[BODY].api_key == x` says by its name that it saw a secret."""
    names = _NAME.findall(re.split(r"[=!<>]", one.text, maxsplit=1)[0])
    if names and one.actual and mask(f"{names[-1]}={one.actual}") == f"{names[-1]}={MASK}":
        return MASK
    return mask(one.actual)
