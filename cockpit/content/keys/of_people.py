"""The keys of channels and contacts."""

from __future__ import annotations

from msgspec import Struct

from cockpit.release.channels import Channel, PagerDutyChannel, SlackChannel, SmtpChannel
from cockpit.release.library import Contact

WORDS: dict[type[Struct], dict[str, str]] = {
    Channel: {
        "slack": "a webhook of Slack or Mattermost",
        "smtp": "mail",
        "pagerduty": "PagerDuty's Events API v2",
        "command": "a command that reads the message; exit 75 means `not now, try again`",
        "file": "a file that messages are added to, relative to this one",
        "clipboard": "the clipboard of the terminal",
        "title": "how it is called on screen",
        "timeout": "for one try",
    },
    SlackChannel: {"url_env": "the variable that holds the webhook's address, which is a secret"},
    SmtpChannel: {
        "host": "the mail server, which offers STARTTLS",
        "from": "the sender's address",
        "to": "the receivers' addresses",
        "port": "its port",
        "user_env": "the variable that holds the user; without it nobody logs in",
        "password_env": "the variable that holds the password",
        "ca_file": "certificates to trust in place of the system's",
    },
    PagerDutyChannel: {
        "routing_key_env": "the variable that holds the routing key",
        "severity": "how grave it is there",
        "url": "where another region listens",
    },
    Contact: {
        "id": "its name, in a-z, 0-9 and -",
        "purpose": "what one calls them for",
        "name": "who it is",
        "address": "how they are reached, in one line",
        "hint": "what belongs here, while it is a blank",
        "reach": "ways to reach them, the best one first",
        "after": "after how long they are called, where nobody before answers",
    },
}
