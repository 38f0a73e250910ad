"""What types alone cannot say of channels, and of which calls go to them; a secret that stands here is never quoted."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

from cockpit.content.names import name_complaint
from cockpit.content.problems import quoted
from cockpit.content.review import Review
from cockpit.content.strict_yaml import Step
from cockpit.release.channels import CallEvent, Channel, SmtpChannel

T = TypeVar("T")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEY = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9]{20,}")  # a key itself, such as PagerDuty's 32 letters and digits
_MAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def review_channel(review: Review[T], name: str, channel: Channel, *where: Step) -> None:
    """Complain of what cannot be meant in a channel."""
    review.complain_of_key(name_complaint(name), *where)
    review.exactly_one(channel, *where)
    review.durations(channel, ("timeout",), *where)
    for key in ("command", "file"):
        if getattr(channel, key):
            review.filled(getattr(channel, key), *where, key)
    if channel.slack is not None:
        review.complain(_variable_complaint(channel.slack.url_env), *where, "slack", "url_env")
    if channel.pagerduty is not None:
        here = (*where, "pagerduty")
        review.complain(_variable_complaint(channel.pagerduty.routing_key_env), *here, "routing_key_env")
        review.complain(_address_complaint(channel.pagerduty.url), *here, "url")
    if channel.smtp is not None:
        _smtp(review, channel.smtp, *where, "smtp")


def review_notify(
    review: Review[T],
    notify: Mapping[CallEvent, tuple[str, ...]],
    channels: Mapping[str, Channel],
    known: Collection[str],
    *where: Step,
) -> None:
    """Complain of channels that are none of `known`, and of those that a watcher cannot use."""
    for event, names in notify.items():
        for index, name in enumerate(names):
            review.known(name, known, "channel", *where, event, index)
            if name in channels and channels[name].kind == "clipboard":
                message = f"{quoted(name)} is a clipboard, and a watcher has no terminal: name another channel"
                review.complain(message, *where, event, index)


def _smtp(review: Review[T], smtp: SmtpChannel, *where: Step) -> None:
    review.filled(smtp.host, *where, "host")
    if not 1 <= smtp.port <= 65535:
        review.complain("a port lies between 1 and 65535: write one such as 587", *where, "port")
    review.complain(_mail_complaint(smtp.sender), *where, "from")
    if not smtp.to:
        review.complain("nobody to write to: write at least one address", *where, "to")
    for index, address in enumerate(smtp.to):
        review.complain(_mail_complaint(address), *where, "to", index)
    for key, other in (("user_env", "password_env"), ("password_env", "user_env")):
        if getattr(smtp, key):
            review.complain(_variable_complaint(getattr(smtp, key)), *where, key)
            if not getattr(smtp, other):
                review.complain_of_key(f"{key} goes with {other}: write both or none", *where, key)


def _variable_complaint(name: str) -> str:
    if _VARIABLE.fullmatch(name) and not _KEY.fullmatch(name):
        return ""
    # What stands here may be the secret itself, and a complaint is printed, logged and pasted.
    return "this names the environment variable that holds the secret, never the secret: write one such as SLACK_URL"


def _mail_complaint(address: str) -> str:
    return "" if _MAIL.fullmatch(address) else f"{quoted(address)} is not a mail address: write ops@example.org"


def _address_complaint(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host = ""
        parts = urlsplit("")
    if host and not parts.username and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)):
        return ""
    return "this is no address that a key may be sent to: write https://host/path"
