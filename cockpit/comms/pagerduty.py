"""PagerDuty's Events API v2: the message's id is the deduplication key, so that a repetition is no second incident."""

from __future__ import annotations

import msgspec

from cockpit.comms.outgoing import Outgoing, Tools, Tried, beginning
from cockpit.comms.posting import Answer, Silence, post
from cockpit.release.channels import PagerDutyChannel

_LONGEST_SUMMARY = 1024  # characters that PagerDuty keeps


def payload_of(channel: PagerDutyChannel, message: Outgoing, key: str) -> bytes:
    """Return the event's JSON."""
    return msgspec.json.encode(
        {
            "routing_key": key,
            "event_action": "trigger",
            "dedup_key": message.id,
            "client": "release cockpit",
            "payload": {
                "summary": message.subject[:_LONGEST_SUMMARY],
                "source": message.source,
                "severity": channel.severity,
                "custom_details": {"message": message.body},
            },
        }
    )


async def send(channel: PagerDutyChannel, message: Outgoing, tools: Tools, seconds: float) -> Tried:
    """Send it once; whatever may have arrived can be sent again."""
    payload = payload_of(channel, message, tools.secret(channel.routing_key_env))
    answer = await post(channel.url, payload, roots=tools.roots, seconds=seconds)
    if isinstance(answer, Silence):
        return Tried("unknown" if answer.left else "failed", answer.why, again=True)
    return judge(answer, channel.routing_key_env)


def judge(answer: Answer, variable: str) -> Tried:
    """Return what an answer says; `variable` holds the key."""
    match answer.status:
        case 202:
            return Tried("sent", "accepted")
        case 400:
            return Tried("failed", f"PagerDuty cannot use the event (400: {_errors(answer)}): look at {variable}")
        case 429:
            return Tried(
                "failed", "PagerDuty wants fewer events (429): try again later", again=True, wait=answer.retry_after
            )
        case status if 500 <= status < 600:
            return Tried("unknown", f"PagerDuty is in trouble itself ({status})", again=True)
        case status if 200 <= status < 300:
            return Tried("unknown", f"it answered {status} and not 202: look whether url is PagerDuty's", again=True)
        case status:
            return Tried("failed", f"PagerDuty refused it ({status} {answer.quoted}): look at {variable} and url")


def _errors(answer: Answer) -> str:
    try:
        said = msgspec.json.decode(answer.body)
        told = [str(one) for one in said.get("errors") or [said.get("message", "")]]
    except (ValueError, RecursionError, AttributeError, TypeError):
        return answer.quoted
    return beginning("; ".join(told), 200)
