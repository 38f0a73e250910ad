"""Channels of this host: a command, a file, a terminal's clipboard."""

from __future__ import annotations

import asyncio
import os

from cockpit.comms.outgoing import Outgoing, Tools, Tried, beginning
from cockpit.errors import ProcessError
from cockpit.process import run, shell

NOT_NOW = os.EX_TEMPFAIL  # with which a command says that it sent nothing, and may be tried again
CLIPBOARD_LIMIT = 74_994  # bytes of text that fit, as base64, into the 100,000 that xterm takes in one OSC 52 sequence


async def send_by_command(command: str, message: Outgoing, tools: Tools, seconds: float) -> Tried:
    """Give it to a command: the text on its standard input, what it is about as COCKPIT_* in its environment."""
    environment = {
        **tools.environment,
        **{f"COCKPIT_{name.upper()}": value for name, value in message.about.items()},
        "COCKPIT_MESSAGE_ID": message.id,
        "COCKPIT_SUBJECT": message.subject,
    }
    try:
        ended = await asyncio.to_thread(
            run, shell(command), cwd=tools.directory, env=environment, timeout=seconds,
            stdin=message.text.encode(), limit=65536, grace=1.0,
        )  # fmt: skip
    except ProcessError as error:
        return Tried("failed", error.what)
    if ended.ok:
        return Tried("sent", "the command succeeded")
    if ended.code == NOT_NOW:
        return Tried("failed", f"the command says not now ({beginning(ended.complaint, 160)})", again=True)
    how = f"did not end within {seconds:g} s" if ended.timed_out else f"ended with exit status {ended.code}"
    return Tried("unknown", f"the command {how} ({beginning(ended.complaint, 160)}), and it may have sent it")


def add_to_file(file: str, message: Outgoing, tools: Tools) -> Tried:
    """Add it at the end of a file, on the disk before anything is said; what is cut off is taken back."""
    path = tools.directory / file
    data = f"{message.text}\n\n".encode()
    try:
        if path.exists() and not path.is_file():  # to open a pipe is to wait for its reader, for ever
            return Tried("failed", f"{file} is no file: name one that messages can be added to")
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            before = os.fstat(descriptor).st_size
            if os.write(descriptor, data) < len(data):
                os.ftruncate(descriptor, before)
                return Tried("failed", f"the disk took only a part of it: make room for {file}")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        return Tried("failed", f"{file} cannot be written ({error.strerror}): look at the directory")
    return Tried("sent", f"added to {file}")


def give_to_clipboard(message: Outgoing, tools: Tools) -> Tried:
    """Send it to the terminal's clipboard, which never answers."""
    if tools.clipboard is None:
        return Tried("failed", "there is no terminal here that has a clipboard: send it from one")
    if len(message.text.encode()) > CLIPBOARD_LIMIT:
        return Tried("failed", "it is too long for a terminal's clipboard: shorten it")
    tools.clipboard(message.text)
    return Tried("sent", "sent to the terminal, which does not answer: paste it to see")
