"""Messages: written down before they are sent, and what became of each attempt; pure folds.

An intention without a result says that nobody knows whether it was sent: it is shown so, and offered again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from cockpit.release.events import Delivery, MessageEnded, MessageIntended
from cockpit.release.incidents import Incident
from cockpit.release.record import Actor, Record, TextRef
from cockpit.times import epoch

MESSAGE_PREFIX: Final = "message:"
# Seconds after which whoever began to send has had time enough, with all their tries.
GIVEN_UP_AFTER: Final = 180.0
MessageState = Literal["sent", "sending", "no result", "unknown", "failed"]
STATE_WORDS: Final[dict[MessageState, str]] = {
    "sent": "sent",
    "sending": "is being sent",
    "no result": "NO RESULT: it may have been sent",
    "unknown": "DELIVERY UNKNOWN: sent once",
    "failed": "NOT DELIVERED",
}
_NOT_HERE = "(this text is not here yet)"


def message_entity(message: str) -> str:
    """Return the entity, of the service, under which a message's events stand."""
    return f"{MESSAGE_PREFIX}{message}"


class Attempt(Struct, frozen=True):
    """One time that somebody set out to send it; `outcome` is empty while nobody has said how that ended."""

    record: str
    by: Actor
    at: str  # RFC 3339 UTC
    host: str
    writer: str
    outcome: Delivery | Literal[""] = ""
    detail: str = ""
    ended_at: str = ""

    @property
    def may_have_arrived(self) -> bool:
        """Whether anybody may have got the message by it."""
        return self.outcome != "failed"


class Message(Struct, frozen=True):
    """A message to one channel; `via` is the channel's kind, `call` the key of the call that it tells of."""

    id: str
    channel: str
    via: str
    template: str
    subject: str
    body: str
    text: TextRef
    attempts: tuple[Attempt, ...]
    call: str = ""
    incident: str = ""
    next_update_at: str = ""  # RFC 3339 UTC: what it promises
    whole: bool = True  # whether its text is here, and was not purged

    @property
    def by(self) -> Actor:
        """Who sent it first."""
        return self.attempts[0].by

    @property
    def at(self) -> str:
        """When it was sent for the first time, RFC 3339 UTC."""
        return self.attempts[0].at

    @property
    def last(self) -> Attempt:
        """The last attempt."""
        return self.attempts[-1]

    @property
    def told_at(self) -> float:
        """When it may first have reached anybody, in epoch seconds; 0.0 where it reached nobody."""
        return min((epoch(one.at) for one in self.attempts if one.may_have_arrived), default=0.0)

    @property
    def detail(self) -> str:
        """What was said of the attempt that its state rests on."""
        return next((one.detail for one in self.attempts if one.outcome == "sent"), self.last.detail)

    def state(self, now: float) -> MessageState:
        """Return how it stands at `now` (epoch seconds); what may have arrived is never called undelivered."""
        outcomes = [one.outcome for one in self.attempts]
        if "sent" in outcomes:
            return "sent"
        unsaid = [one for one in self.attempts if not one.outcome]
        if unsaid:
            return "sending" if abs(now - epoch(unsaid[-1].at)) < GIVEN_UP_AFTER else "no result"
        return "unknown" if "unknown" in outcomes else "failed"


def fold_messages(
    by_entity: Mapping[str, Sequence[Record]], text_of: Callable[[TextRef], str | None]
) -> dict[str, Message]:
    """Return the messages by id, in the order in which they were sent; `by_entity` is in timeline order."""
    found = [one for entity, records in by_entity.items() if (one := _fold(entity, records, text_of)) is not None]
    return {one.id: one for one in sorted(found, key=lambda one: (one.at, one.id))}


def _fold(entity: str, records: Sequence[Record], text_of: Callable[[TextRef], str | None]) -> Message | None:
    attempts: dict[str, Attempt] = {}
    first: MessageIntended | None = None
    for record in records:
        if isinstance(record.data, MessageIntended):
            first = first or record.data
            attempts[record.id] = Attempt(record.id, record.by, record.wall, record.host, record.w)
    if first is None:
        return None
    for record in records:
        # The first word on an attempt counts: whoever sent it said it, and nobody else can know.
        if isinstance(record.data, MessageEnded) and (of := attempts.get(record.data.attempt)) and not of.outcome:
            attempts[of.record] = replace(
                of, outcome=record.data.outcome, detail=record.data.detail, ended_at=record.wall
            )
    text = text_of(first.text)
    subject, cut, body = (_NOT_HERE if text is None else text).partition("\n")
    return Message(
        id=entity.removeprefix(MESSAGE_PREFIX),
        channel=first.channel,
        via=first.via,
        template=first.template,
        subject=subject,
        body=body.lstrip("\n"),
        text=first.text,
        attempts=tuple(attempts.values()),
        call=first.call,
        incident=first.incident,
        next_update_at=first.next_update_at,
        whole=bool(cut),
    )


def told_incidents(incidents: Mapping[str, Incident], messages: Iterable[Message]) -> dict[str, Incident]:
    """Return the incidents with what messages did for their clocks: whoever has sent word of one has told people."""
    last: dict[str, Message] = {}
    for message in messages:
        before = last.get(message.incident)
        if _tells_people(message) and (before is None or message.told_at >= before.told_at):
            last[message.incident] = message
    return {
        key: replace(one, messaged_at=last[key].told_at, promised_at=epoch(last[key].next_update_at))
        if key in last
        else one
        for key, one in incidents.items()
    }


def last_promise(messages: Iterable[Message]) -> Message | None:
    """Return the last message that is about no incident, if it promises an update: what is sent later keeps it."""
    about = [one for one in messages if not one.incident and _tells_people(one)]
    latest = max(about, key=lambda one: (one.told_at, one.id), default=None)
    return latest if latest is not None and epoch(latest.next_update_at) else None


def _tells_people(message: Message) -> bool:
    # What a watcher calls out is no word from a person on how things stand.
    return not message.call and message.told_at > 0.0
