"""What people do on the screen: carried out off its loop, and about what they were asked of, whatever flies by then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from cockpit.errors import CockpitError
from cockpit.release.intents import (
    AnswerGate,
    AnswerItem,
    AttachEvidence,
    ChallengeItem,
    Intent,
    OverrideItem,
    RevokeSignOff,
    SignOff,
    TickItem,
)
from cockpit.release.record import Record
from cockpit.session import Asked

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp
    from cockpit.tui.dialogs.base import Dialog

Then = Callable[[list[Record]], None]
# What was seen of one version says nothing of another.
_OF_A_VERSION = (TickItem, OverrideItem, ChallengeItem, AnswerItem, AttachEvidence, AnswerGate, SignOff)


class Acting:
    """Carries out one app's intents, and knows whose answer each of them is; for the app's loop."""

    def __init__(self, app: CockpitApp) -> None:
        self._app = app
        self._answering: Dialog[Any] | None = None  # the one whose answer is being carried out

    def opens(self, screen: object, callback: Callable[[Any], Any] | None) -> Callable[[Any], Any] | None:
        """Note of what a dialog is asked as it opens; return what is to be called with its answer."""
        dialog = _as_dialog(screen)
        if dialog is None:
            return callback
        run = self._app.moment[0]
        dialog.come_of(self._answering or self._in_view, Asked(run.id, run.name, run.commit))
        return None if callback is None else partial(self._answered, dialog, callback)

    def begin(self, intent: Intent, *, said: str, then: Then | None, answer: Dialog[Any] | None) -> None:
        """Carry out an intent, as `CockpitApp.act` tells."""
        dialog = answer or self._answering or self._in_view
        asked = dialog.asked if dialog is not None else None
        if asked is not None and not isinstance(intent, _OF_A_VERSION):
            asked = asked._replace(commit="")
        app = self._app

        def again() -> None:
            self.begin(intent, said=said, then=then, answer=dialog)

        if app.workspace.session.doubt and app.may_write and app.past.shown is None:
            # At once: a disk that takes its time would have it come under what is typed by then.
            app.ask_who(again)
            return

        async def carry_out() -> None:
            try:
                records = await asyncio.to_thread(self._write, intent, asked)
            except (CockpitError, OSError) as error:
                if isinstance(error, CockpitError) and error.code == "who":
                    app.ask_who(again)
                else:
                    app.tell(str(error), severity="warning")
                return
            except Exception as error:  # our own mistake: whoever pressed the key must know that nothing came of it
                app.tell(app.told_fault("that failed; look whether it is on the record", error), severity="error")
                return
            if dialog is not None:
                dialog.forget_drafts()
            if said:
                app.tell(said)
            if then is not None:
                then(records)

        app.run_worker(carry_out(), group="act", exit_on_error=False)

    @property
    def _in_view(self) -> Dialog[Any] | None:
        return _as_dialog(self._app.screen)

    def _answered(self, dialog: Dialog[Any], callback: Callable[[Any], Any], answer: Any) -> Any:
        before, self._answering = self._answering, dialog
        try:
            return callback(answer)
        finally:
            self._answering = before

    def _write(self, intent: Intent, asked: Asked | None) -> list[Record]:
        from cockpit.binding import bound
        from cockpit.signing_off import act_signed

        workspace = self._app.workspace
        if isinstance(intent, (SignOff, RevokeSignOff)):
            return act_signed(workspace, intent, asked=asked)
        return workspace.session.act(bound(intent, workspace.run, workspace.code), asked=asked)


def _as_dialog(screen: Any) -> Dialog[Any] | None:
    # By what it can: what dialogs are made of is not there before the first opens.
    return screen if hasattr(screen, "come_of") else None
