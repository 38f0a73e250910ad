"""Webhooks as Slack has them (docs.slack.dev, "Handling errors" of incoming webhooks) and Mattermost.

A webhook knows no idempotency key: what may have arrived is never sent again by itself.
"""

from __future__ import annotations

from typing import Final

import msgspec

from cockpit.comms.outgoing import Outgoing, Tools, Tried
from cockpit.comms.posting import Answer, Silence, post
from cockpit.release.channels import SlackChannel

_NEW_ADDRESS = "make a new webhook and set its address"
# The texts of 4xx answers, and what to do.
WORDS: Final[dict[str, str]] = {
    "invalid_payload": "it could not read the message: report this",
    "no_text": "it took the message for empty: report this",
    "too_many_attachments": "it counts too many attachments: report this",
    "msg_too_long": "the message is too long: shorten it",
    "user_not_found": f"the user it belongs to is gone: {_NEW_ADDRESS}",
    "channel_not_found": f"its channel is gone: {_NEW_ADDRESS}",
    "channel_is_archived": "its channel is archived: open it again, or make a webhook for another",
    "action_prohibited": "an administrator forbids it: ask them to allow the webhook",
    "posting_to_general_channel_denied": "it may not post to #general: ask an administrator, or use another channel",
    "invalid_token": f"the address is no longer valid: {_NEW_ADDRESS}",
    "no_active_hooks": f"the webhook is switched off: {_NEW_ADDRESS}",
    "no_service": f"the webhook was removed or switched off: {_NEW_ADDRESS}",
    "no_service_id": f"the address is not whole: {_NEW_ADDRESS}",
    "no_team": f"its workspace is gone: {_NEW_ADDRESS}",
    "team_disabled": "its workspace is disabled: ask its owner",
}
_BY_STATUS: Final[dict[int, str]] = {
    403: "it is forbidden: ask an administrator to allow the webhook",
    404: f"there is no such webhook: {_NEW_ADDRESS}",
    410: f"the webhook's channel is gone: {_NEW_ADDRESS}",
}
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def payload_of(message: Outgoing) -> bytes:
    """Return the JSON; what stands in angle brackets would be a link or call everybody, so it is escaped."""
    return msgspec.json.encode({"text": f"*{message.subject}*\n{message.body}".translate(_ESCAPED)})


async def send(channel: SlackChannel, message: Outgoing, tools: Tools, seconds: float) -> Tried:
    """Send it once."""
    answer = await post(tools.secret(channel.url_env), payload_of(message), roots=tools.roots, seconds=seconds)
    if isinstance(answer, Silence):
        if answer.left:
            return Tried("unknown", f"{answer.why}, and it may have arrived", again=True)
        return Tried("failed", answer.why, again=True)
    return judge(answer)


def judge(answer: Answer) -> Tried:
    """Return what an answer says."""
    said = answer.body.strip()
    if answer.status == 200:
        if said == "ok":
            return Tried("sent", "accepted")
        return Tried("unknown", f"it answered 200 with {answer.quoted!r} and not ok: look whether it is a webhook")
    if answer.status == 429:
        after = answer.retry_after
        told = f"it wants fewer messages (429), for {after:g} s" if after else "it wants fewer messages (429)"
        return Tried("failed", f"{told}: try again later", again=True, wait=after)
    if 300 <= answer.status < 400:
        return Tried("failed", f"its address leads elsewhere ({answer.status}): set the address that it leads to")
    if 400 <= answer.status < 500:
        words = WORDS.get(said) or _BY_STATUS.get(answer.status) or f"it refused with {answer.quoted!r}"
        return Tried("failed", f"{said if said in WORDS else answer.status}: {words}")
    return Tried(
        "unknown", f"it is in trouble itself ({answer.status} {answer.quoted}), and it may have arrived", again=True
    )
