"""Mail by SMTP with STARTTLS (RFC 5321, 3207): refused where the server does not offer it or its certificate is wrong.

A 4xx reply is for now and a 5xx for good; once the whole text has left, a lost connection tells nothing.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, localtime
from typing import TYPE_CHECKING

from cockpit.comms.outgoing import Outgoing, Tools, Tried, beginning
from cockpit.net.troubles import explain
from cockpit.net.trusted_roots import UnusableRootsError
from cockpit.release.channels import SmtpChannel

if TYPE_CHECKING:
    from aiosmtplib import SMTP

_LONGEST_REPLY = 160  # characters of a server's reply that are quoted


def mail_of(channel: SmtpChannel, message: Outgoing) -> bytes:
    """Return the mail; its Message-ID is the message's id, so that copies of it can be told."""
    mail = EmailMessage(policy=SMTP_POLICY.clone(cte_type="7bit"))  # any server can pass it on
    mail["From"] = channel.sender
    mail["To"] = ", ".join(channel.to)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = f"<{message.id}@{channel.sender.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body)
    return mail.as_bytes()


async def send(channel: SmtpChannel, message: Outgoing, tools: Tools, seconds: float) -> Tried:
    """Send it once."""
    from aiosmtplib import SMTP  # a headless command that sends no mail never pays for it

    user, password = (
        (tools.secret(channel.user_env), tools.secret(channel.password_env)) if channel.user_env else ("", "")
    )
    try:
        context = tools.roots.context(channel.ca_file)
    except UnusableRootsError as error:
        return Tried("failed", str(error))
    client = SMTP(
        hostname=channel.host, port=channel.port, start_tls=False, timeout=seconds, tls_context=context,
        local_hostname=socket.gethostname(),
    )  # fmt: skip
    stage = _Stage()
    try:
        async with asyncio.timeout(seconds):
            return await _converse(client, channel, mail_of(channel, message), user, password, stage)
    except TimeoutError:
        return _lost(stage, f"no answer within {seconds:g} s")
    except (OSError, ssl.SSLError) as error:
        return _lost(stage, (explain(error) or ("the server closed the connection", False))[0])
    finally:
        client.close()


class _Stage:
    """How far a conversation has come."""

    text_left = False


def _lost(stage: _Stage, why: str) -> Tried:
    if stage.text_left:
        return Tried("unknown", f"{why} after the text had left, and it may have arrived", again=True)
    wrong = "certificate" in why or "TLS" in why
    return Tried("failed", f"{why}: look at host, port and ca_file" if wrong else why, again=not wrong)


async def _converse(client: SMTP, channel: SmtpChannel, mail: bytes, user: str, password: str, stage: _Stage) -> Tried:
    from aiosmtplib import SMTPException, SMTPResponseException

    doing = "the greeting"
    try:
        await client.connect()
        await client.ehlo()
        if not client.supports_extension("starttls"):
            return Tried("failed", "the server offers no STARTTLS, and nothing is sent in the clear: use another port")
        doing = "STARTTLS"
        await client.starttls()
        if user:
            doing = "the login"
            await client.ehlo()
            await client.login(user, password)
        doing = "the sender"
        await client.mail(channel.sender)
        taken, refused = await _recipients(client, channel)
        if not taken:
            return _refused("the recipients", *refused[0][1:])
        doing = "the text"
        stage.text_left = True
        await client.data(mail)
    except SMTPResponseException as error:
        return _refused(doing, error.code, error.message)
    except (OSError, TimeoutError):
        raise
    except SMTPException as error:
        # Something the server cannot, such as any way to log in that we have.
        return Tried(
            "failed", f"{doing} failed ({beginning(str(error), _LONGEST_REPLY)}): look at what the server offers"
        )
    except ValueError as error:
        return Tried(
            "failed", f"{doing} failed ({beginning(str(error), _LONGEST_REPLY)}): look at the channel's settings"
        )
    if refused:
        names = ", ".join(f"{address} ({code})" for address, code, _ in refused)
        return Tried("sent", f"accepted, but NOT for {names}: look at their addresses")
    return Tried("sent", "accepted")


async def _recipients(client: SMTP, channel: SmtpChannel) -> tuple[int, list[tuple[str, int, str]]]:
    """Return for how many the server takes it, and for whom not, with code and words."""
    from aiosmtplib import SMTPResponseException

    refused = []
    for address in channel.to:
        try:
            await client.rcpt(address)
        except SMTPResponseException as error:
            refused.append((address, error.code, error.message))
    return len(channel.to) - len(refused), refused


def _refused(what: str, code: int, words: str) -> Tried:
    said = beginning(" ".join(words.split()), _LONGEST_REPLY)
    if 400 <= code < 500:
        return Tried("failed", f"the server refuses {what} for now ({code} {said}): try again later", again=True)
    remedy = "look at the user and the password" if what == "the login" else "look at the channel's settings"
    return Tried("failed", f"the server refuses {what} ({code} {said}): {remedy}")
