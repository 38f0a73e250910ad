"""Sign-offs and their revocations, signed with the key at hand."""

from __future__ import annotations

from cockpit.bootstrap import make_signer
from cockpit.errors import RefusedError
from cockpit.release.intents import RevokeSignOff, SignOff
from cockpit.release.record import Record
from cockpit.session import Asked
from cockpit.workspace import Workspace

_WITHOUT_A_KEY = frozenset({"no-key", "not-allowed", "not-signed"})


def act_signed(
    workspace: Workspace, intent: SignOff | RevokeSignOff, key: str = "", *, asked: Asked | None = None
) -> list[Record]:
    """Sign off, or take a sign-off back; `key` names a file, else it is git's key or the agent's only one.

    A revocation waits for no key: where none was named and none will do, it is written without a signature.
    """
    session = workspace.session
    if session.readonly:
        return session.act(intent, asked=asked)  # refused, with the reason
    try:
        return session.act(intent, signer=make_signer(workspace, key), asked=asked)
    except RefusedError as error:
        if isinstance(intent, SignOff) or key or error.code not in _WITHOUT_A_KEY:
            raise
        return session.act(intent, asked=asked)
