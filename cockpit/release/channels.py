"""Channels: where messages go, as a team writes them in `cockpit.yaml`, and which calls go to which of them.

No secret stands here: `*_env` names the environment variable that holds one.
"""

from typing import Final, Literal, get_args

from msgspec import Struct

ChannelKind = Literal["slack", "smtp", "pagerduty", "command", "file", "clipboard"]
CHANNEL_KINDS: Final[tuple[ChannelKind, ...]] = get_args(ChannelKind)
CallEvent = Literal["killer-regressed", "trigger-breached", "execution-ended", "update-overdue", "answer-awaited"]
CALL_EVENTS: Final[tuple[CallEvent, ...]] = get_args(CallEvent)


class SlackChannel(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A webhook as Slack and Mattermost have it; its address is a secret."""

    url_env: str


class SmtpChannel(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename={"sender": "from"}):
    """A mail server that offers STARTTLS; without `user_env` nobody logs in. `ca_file` is relative to the file."""

    host: str
    sender: str  # `from` in the file
    to: tuple[str, ...]
    port: int = 587
    user_env: str = ""
    password_env: str = ""
    ca_file: str = ""  # trusted in place of the system's authorities


class PagerDutyChannel(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """PagerDuty's Events API v2; `url` is where another region listens."""

    routing_key_env: str
    severity: Literal["critical", "error", "warning", "info"] = "critical"
    url: str = "https://events.pagerduty.com/v2/enqueue"


class Channel(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where messages go; exactly one of slack, smtp, pagerduty, command, file, clipboard is given.

    `command` is a shell command line that reads the message and finds COCKPIT_* in its environment; `file` is relative
    to the configuration's directory, and each message is added at its end.
    """

    slack: SlackChannel | None = None
    smtp: SmtpChannel | None = None
    pagerduty: PagerDutyChannel | None = None
    command: str = ""
    file: str = ""
    clipboard: bool = False
    title: str = ""
    timeout: str = "20s"  # for one try

    @property
    def kind(self) -> ChannelKind:
        """Which of them it is."""
        return next((kind for kind in CHANNEL_KINDS if getattr(self, kind)), "clipboard")

    @property
    def idempotent(self) -> bool:
        """Whether the receiver tells two sendings of one message from two messages."""
        return self.kind == "pagerduty"

    @property
    def where(self) -> str:
        """Where messages go, in a few words without any secret."""
        match self.kind:
            case "slack" if self.slack is not None:
                return f"the webhook in {self.slack.url_env}"
            case "smtp" if self.smtp is not None:
                return f"{', '.join(self.smtp.to)} by {self.smtp.host}:{self.smtp.port}"
            case "pagerduty" if self.pagerduty is not None:
                return f"PagerDuty, the key in {self.pagerduty.routing_key_env}"
            case "command":
                return self.command
            case "file":
                return f"the file {self.file}"
            case _:
                return "the clipboard of this terminal"
