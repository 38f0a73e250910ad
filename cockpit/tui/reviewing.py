"""The review at the screen: completed, and begun elsewhere, by the palette."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.dom import DOMNode

from cockpit.errors import UsageError
from cockpit.release.intents import CompleteReview

if TYPE_CHECKING:
    from cockpit.release.review import Review
    from cockpit.tui.app import CockpitApp


class ReviewActions(DOMNode):
    """The actions of every full screen on the review; what is completed is the one that is shown on its page."""

    def shown_review(self) -> Review | None:
        """Return the review that somebody here has in front of them, if any."""
        return None

    def review_since(self, text: str) -> None:
        """Let the review begin there."""

    def action_complete_review(self) -> None:
        """Say that the review that is shown is complete, after showing of which time it is."""
        from cockpit.reviewing import completion
        from cockpit.tui.dialogs.ask import ConfirmDialog

        app = cast("CockpitApp", self.app)
        review = self.shown_review()
        if review is None:
            app.go_to("review")
            app.tell("this is the review: go through it, then `: complete the review` once more")
            return
        from cockpit.release.review_told import span_of, watched_words

        found = review.coverage
        told = f"{span_of(review)}\n{watched_words(found.watched, found.seconds)}"
        intent: CompleteReview = completion(review)

        def answered(yes: bool | None) -> None:
            if yes:
                app.act(intent, said="the review is complete: the next one begins here")

        question = f"{app.me} has gone through this review?\n\n{told}"
        app.push_screen(ConfirmDialog(question, "Complete"), answered)

    def action_review_since(self) -> None:
        """Type from when the review is to be."""
        from cockpit.reviewing import parse_since
        from cockpit.tui.dialogs.ask import AskDialog

        app = cast("CockpitApp", self.app)

        def typed(text: str | None) -> None:
            if not text:
                return
            run, _, now = app.moment
            try:
                parse_since(text, run, now)
            except UsageError as error:
                app.tell(str(error), severity="warning")
                return
            self.review_since(text)

        hint = "last, 24h, launch, yesterday, or a time such as 2026-03-01T14:05Z"
        app.push_screen(AskDialog("Review what happened since", hint, does="Enter shows it"), typed)
