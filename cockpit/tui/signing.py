"""The sign-off at the screen: signed and revoked by the palette, or by Enter on its page, always after asking."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from textual.dom import DOMNode

from cockpit.release.intents import RevokeSignOff, SignOff
from cockpit.release.live import Live
from cockpit.release.run import Run
from cockpit.release.signoffs import RoleStanding, sign_off_of

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp


def standing_words(run: Run, live: Live, now: float) -> str:
    """Return how the release stands for whoever is about to sign: what speaks against it, but for lacking signatures.

    Empty where nothing does.
    """
    from cockpit.status.people import current_gate  # nobody signs anything before the first frame

    gate, execution = current_gate(run, live, now), run.current_execution
    whys = [reason.why for reason in gate.reasons if not reason.item.startswith("signoff:")] if gate is not None else []
    told = []
    if gate is not None and whys:
        title = next((view.phase.title for view in run.phases if view.phase.id == gate.phase), gate.phase)
        more = f" and {len(whys) - 1} more" if len(whys) > 1 else ""
        told.append(f"{title} is NO-GO: {whys[0]}{more}.")
    if execution is not None:
        told.append(f"A {execution.direction} to {execution.tag} is {execution.state}.")
    return " ".join(told)


class SigningActions(DOMNode):
    """The actions of every full screen on the sign-off."""

    def action_sign(self) -> None:
        """Sign for a role, after showing what one signs."""
        self._with_role("Sign off as which role?", lambda one: self._ask_to_sign(one, ""))

    def action_sign_on_behalf(self) -> None:
        """Write down the sign-off of somebody who is not here."""
        from cockpit.tui.dialogs.ask import AskDialog

        def ask(one: RoleStanding) -> None:
            title = f"Sign as {one.named}, on behalf of whom?"
            self.app.push_screen(
                AskDialog(title, "who said so", does="Enter goes on"),
                lambda name: self._ask_to_sign(one, name) if name else None,
            )

        self._with_role("Sign off on behalf of which role?", ask)

    def action_revoke(self) -> None:
        """Take a role's sign-off back, with the reason."""
        from cockpit.tui.dialogs.ask import AskDialog

        def ask(one: RoleStanding) -> None:
            def write(reason: str | None) -> None:
                if reason:
                    said = f"the sign-off of {one.named} is revoked"
                    self._cockpit_app.act(RevokeSignOff(one.role, reason), said=said)

            dialog = AskDialog(f"Revoke the sign-off of {one.named}", "why it holds no more", does="Enter revokes")
            self.app.push_screen(dialog, write)

        self._with_role("Revoke the sign-off of which role?", ask)

    @property
    def _cockpit_app(self) -> CockpitApp:
        return cast("CockpitApp", self.app)

    def _ask_to_sign(self, one: RoleStanding, on_behalf: str) -> None:
        from cockpit.tui.dialogs.ask import ConfirmDialog

        def answered(yes: bool | None) -> None:
            if yes:
                self._cockpit_app.act(SignOff(one.role, on_behalf), said=f"signed as {one.named}")

        who = f"{self._cockpit_app.me} on behalf of {on_behalf}" if on_behalf else self._cockpit_app.me
        question = f"{who} signs as {one.named}:\n\n{one.statement}"
        standing = standing_words(*self._cockpit_app.moment)
        self.app.push_screen(ConfirmDialog(f"{question}\n\n{standing}" if standing else question, "Sign"), answered)

    def _with_role(self, question: str, then: Callable[[RoleStanding], None]) -> None:
        """Take the role under the cursor of the sign-off's page, elsewhere ask for one by name."""
        from cockpit.tui.dialogs.ask import AskDialog

        app = self._cockpit_app
        found = sign_off_of(app.moment[0])
        if not found:
            app.tell("no role signs this release: checklists/signoff.yaml names them", severity="warning")
            return
        marked = getattr(getattr(self, "page", None), "role", None)
        if isinstance(marked, RoleStanding):
            then(marked)
            return

        def typed(text: str | None) -> None:
            wanted = (text or "").casefold()
            one = next((one for one in found if wanted in {one.role, one.title.casefold()}), None)
            if one is not None:
                then(one)
            elif wanted:
                app.tell(f"no such role; there is {', '.join(one.role for one in found)}", severity="warning")

        hint = ", ".join(one.role for one in found)
        self.app.push_screen(AskDialog(question, hint, does="Enter goes on"), typed)
