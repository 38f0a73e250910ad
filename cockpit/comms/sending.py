"""Sends one message over one channel, and tries again only where that cannot make it two."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from cockpit.comms import local, mail, pagerduty, slack
from cockpit.comms.outgoing import Outgoing, SecretMissingError, Sent, Tools, Tried
from cockpit.durations import parse_duration
from cockpit.redact import MASK, redacted, without_beginnings
from cockpit.release.channels import Channel
from cockpit.release.events import Delivery
from cockpit.text import visible

MOST_TRIES: Final = 3
_PAUSES: Final = (1.0, 3.0)  # seconds between tries
_LONGEST_WAIT: Final = 30.0  # seconds that are waited where a receiver names a time; a longer one is told instead
_LONGEST_DETAIL: Final = 400  # characters
_SHORTEST_SECRET: Final = 4


async def send(
    channel: Channel,
    message: Outgoing,
    tools: Tools,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    enough: Callable[[], bool] = lambda: False,
) -> Sent:
    """Send it, and say in one sentence what came of it; secrets are masked in that.

    It is tried again where nothing can have arrived, or where the receiver knows a repetition for what it is, until
    somebody has `enough`.
    """
    tries, doubt = 0, False
    while True:
        tries += 1
        tried = await _try(channel, message, tools)
        doubt = doubt or tried.outcome == "unknown"
        wait = max(_PAUSES[min(tries, len(_PAUSES)) - 1], tried.wait)
        may_repeat = tried.again and (tried.outcome == "failed" or channel.idempotent)
        over = tries >= MOST_TRIES or wait > _LONGEST_WAIT or enough()
        if tried.outcome == "sent" or not may_repeat or over:
            outcome: Delivery = "unknown" if doubt and tried.outcome == "failed" else tried.outcome
            return Sent(outcome, masked(tried.detail, channel, tools), tries)
        await sleep(wait)


async def _try(channel: Channel, message: Outgoing, tools: Tools) -> Tried:
    seconds = parse_duration(channel.timeout)
    try:
        match channel.kind:
            case "slack" if channel.slack is not None:
                return await slack.send(channel.slack, message, tools, seconds)
            case "smtp" if channel.smtp is not None:
                return await mail.send(channel.smtp, message, tools, seconds)
            case "pagerduty" if channel.pagerduty is not None:
                return await pagerduty.send(channel.pagerduty, message, tools, seconds)
            case "command":
                return await local.send_by_command(channel.command, message, tools, seconds)
            case "file":
                return await asyncio.to_thread(local.add_to_file, channel.file, message, tools)
            case _:
                return local.give_to_clipboard(message, tools)
    except SecretMissingError as error:
        return Tried("failed", str(error))


def masked(text: str, channel: Channel, tools: Tools) -> str:
    """Return words from a receiver, on one line, without the channel's own secrets and what looks like one."""
    secrets = sorted(_secrets_of(channel, tools), key=len, reverse=True)
    for value in secrets:
        text = text.replace(value, MASK)
    text = without_beginnings(text, secrets)
    return visible(redacted(text, tools.environment), limit=_LONGEST_DETAIL)


def _secrets_of(channel: Channel, tools: Tools) -> set[str]:
    names = []
    if channel.slack is not None:
        names.append(channel.slack.url_env)
    if channel.pagerduty is not None:
        names.append(channel.pagerduty.routing_key_env)
    if channel.smtp is not None:
        names.append(channel.smtp.password_env)
    values = {tools.environment.get(name, "").strip() for name in names if name}
    # A receiver may quote the path of an address alone.
    values |= {"/" + value.split("/", 3)[3] for value in values if value.count("/") > 3}
    return {value for value in values if len(value) >= _SHORTEST_SECRET}
