"""Lines that a container's runtime has wrapped: Docker's JSON files and the Kubernetes runtime interface's."""

from __future__ import annotations

import re
from datetime import tzinfo
from typing import NamedTuple

import msgspec

from cockpit.logs.lazy import lazily
from cockpit.logs.timestamps import ISO_TIME, field_epoch, iso_epoch

_CRI = lazily(r" (stdout|stderr) [FP] ", re.ASCII)


class _DockerLine(msgspec.Struct):
    log: str
    stream: str
    time: str = ""


_decode = msgspec.json.Decoder(_DockerLine).decode


class Wrapped(NamedTuple):
    """The program's own line, when the runtime read it (epoch seconds), from which of its streams, and the format."""

    text: str
    at: float | None
    stream: str
    format: str


def unwrap(text: str, zone: tzinfo) -> Wrapped | None:
    """Return the line within; None where the line is not wrapped."""
    if text[:1] == "{":
        if '"log"' not in text or '"stream"' not in text:
            return None
        try:
            docker = _decode(text)
        except (msgspec.DecodeError, RecursionError):
            return None
        return Wrapped(docker.log.rstrip("\r\n"), field_epoch(docker.time, zone), docker.stream, "docker-json")
    time = ISO_TIME.match(text) if " std" in text[:60] else None
    stream = _CRI.match(text, time.end()) if time else None
    if time is None or stream is None:
        return None
    return Wrapped(text[stream.end() :], iso_epoch(time, zone), stream.group(1), "cri")
