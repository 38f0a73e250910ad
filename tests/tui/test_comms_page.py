"""Screen 7 as a person uses it: what is missing is named, a button sends, and what became of it is seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from cockpit.release.calls import acknowledged, calls_of
from cockpit.release.intents import IntendMessage
from cockpit.release.messages import Message
from cockpit.tui.dialogs.ask import ConfirmDialog
from cockpit.tui.dialogs.message import FillDialog, SentDialog
from cockpit.tui.screens.flight import FlightScreen
from tests.comms.receivers import WebReceiver
from tests.tui import moments
from tests.tui.painted import settle, text_in, text_of, until
from tests.tui.scenes import NOW, Scene
from tests.tui.test_runbooks_page import press_button

pytestmark = pytest.mark.full


@pytest.fixture
def scene(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A scene that is at no moment yet."""
    return Scene(tmp_path, template).enter(monkeypatch)


def messages(scene: Scene) -> list[Message]:
    return list(scene.run.messages.values())


async def open_form(scene: Scene, pilot: Pilot[int], name: str) -> None:
    """Go to a template by its title and open its form."""
    await settle(pilot)
    await pilot.press("7", "slash", *name, "enter", "enter")
    await settle(pilot)
    assert isinstance(pilot.app.screen, FillDialog)


async def test_a_message_is_filled_in_shown_sent_by_its_button_and_its_result_listed(scene: Scene) -> None:
    moments.calm(scene)
    app = scene.app()
    async with app.run_test(size=(100, 36)) as pilot:
        await open_form(scene, pilot, "Deployed")
        assert app.focused is not None
        assert app.focused.id == "field-since", "the first blank that the release does not fill in"
        send = app.screen.query_one("#send", Button)
        assert send.disabled
        assert "still to be filled in: since, verified, contact" in text_of(app, ".dialog-hint")
        for name, said in (("since", "14:10"), ("verified", "all [b]probes[/] pass"), ("contact", "ops@shop.example")):
            app.screen.query_one(f"#field-{name}").focus()
            await pilot.press(*said)
        await settle(pilot)
        assert "it is to be sent nowhere yet" in text_of(app, ".dialog-hint")
        app.screen.query_one("#message-to").focus()
        await pilot.press(*"lag", "enter")
        await settle(pilot)
        assert "no channel 'lag'" in text_of(app, ".dialog-hint")
        app.screen.query_one("#message-to").focus()
        await pilot.press("end", "backspace", "backspace", *"og", "enter")
        await settle(pilot)
        assert messages(scene) == [], "Enter in a field sends nothing"
        assert not send.disabled
        app.screen.query_one("#cancel").focus()
        await settle(pilot)
        assert "Enter leaves" in text_of(app, ".dialog-hint")
        send.focus()
        await settle(pilot)
        assert "Enter sends it" in text_of(app, ".dialog-hint")
        assert "Verified: all [b]probes[/] pass" in text_of(app, "#message-text")
        await press_button(pilot, "Send")
        await until(pilot, lambda: messages(scene) and messages(scene)[0].last.outcome)
        await settle(pilot)
        assert isinstance(app.screen, FlightScreen)
        assert "[shop production] v2.4.1 is deployed" in text_of(app, "#sent")
        assert " sent " in text_of(app, "#sent")
    kept = (scene.repo / "logs" / "messages.log").read_text()
    assert "Verified: all [b]probes[/] pass" in kept
    assert "2026-03-10 14:16 CET (13:16 UTC), Ana Lima\nshop production v2.4.1" in kept


async def test_the_cursor_is_on_what_is_to_be_told_next_and_a_channel_is_not_taken_for_named(scene: Scene) -> None:
    moments.troubled(scene)
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("7")
        await settle(pilot)
        assert "Incident opened" in text_of(app, "#filling-title")
        await pilot.press("enter")
        await settle(pilot)
        field = app.screen.query_one("#message-to", Input)
        assert (field.value, field.placeholder) == ("", "name one or more of: ops, mail, pager, log")
        assert field.has_class("-missing")
        await pilot.press("escape", "g", "1", "7")
        await settle(pilot)
        assert "Incident opened" in text_of(app, "#filling-title"), "where one turns to the page anew"


async def test_cancel_and_escape_send_nothing(scene: Scene) -> None:
    moments.troubled(scene)
    app = scene.app()
    async with app.run_test(size=(100, 36)) as pilot:
        for key in ("space", "escape"):
            await open_form(scene, pilot, "Incident")
            app.screen.query_one("#cancel").focus()
            await pilot.press(key)
            await settle(pilot)
            assert isinstance(app.screen, FlightScreen)
            await pilot.press("escape")
    assert messages(scene) == []


async def test_what_was_typed_is_thrown_away_only_where_one_says_so(scene: Scene) -> None:
    moments.calm(scene)
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_form(scene, pilot, "Deployed")
        form = app.screen
        await pilot.press(*"all")
        for key in ("escape", "space"):
            if key == "space":
                form.query_one("#cancel").focus()
            await pilot.press(key)
            await settle(pilot)
            assert isinstance(app.screen, ConfirmDialog)
            assert "Throw away what you have typed?" in text_in(app, app.screen.region)
            await pilot.press("enter")
            await settle(pilot)
            assert app.screen is form, "the focus starts on Cancel"
            assert form.query_one("#field-since", Input).value == "all"
        await pilot.press("escape", "right", "enter")
        await until(pilot, lambda: isinstance(app.screen, FlightScreen))


async def test_what_was_sent_from_another_cockpit_meanwhile_is_told_before_it_is_sent_again(scene: Scene) -> None:
    moments.calm(scene)
    app = scene.app()
    async with app.run_test(size=(100, 36)) as pilot:
        await open_form(scene, pilot, "Deployed")
        for name, said in (("since", "14:10"), ("verified", "probes pass"), ("contact", "ops@shop.example")):
            app.screen.query_one(f"#field-{name}").focus()
            await pilot.press(*said)
        app.screen.query_one("#message-to", Input).value = "log"
        scene.again_beside().act(
            IntendMessage(message="m-1", channel="log", subject="v2.4.1 is up", body="b", template="deployed")
        )
        scene.session.poll()
        await settle(pilot)
        usual = app.screen.query_one(".dialog-hint").styles.color
        await press_button(pilot, "Send")
        await settle(pilot)
        assert isinstance(app.screen, FillDialog)
        assert app.screen.query_one(".dialog-hint").styles.color != usual, "a warning is not as grey as a hint"
        hint = " ".join(text_of(app, ".dialog-hint").split())
        assert "Enter sends it all the same" in hint
        assert "Ana Lima on bridge has sent this to log meanwhile: v2.4.1 is up" in hint
        assert app.screen.query_one("#field-since", Input).value == "14:10", "what was typed stays"
        assert len(messages(scene)) == 1
        await until(pilot, lambda: not app.screen.query_one("#send").has_class("-active"))
        await press_button(pilot, "Send")
        await until(pilot, lambda: [one.last.outcome for one in messages(scene)].count("sent") == 1)
    assert len(messages(scene)) == 2


async def test_the_palette_alone_has_a_command_that_sends_and_it_opens_the_form(scene: Scene) -> None:
    moments.calm(scene)
    app = scene.app()
    async with app.run_test(size=(100, 36)) as pilot:
        await settle(pilot)
        await pilot.press("7", "colon", *"send a message")
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, FillDialog))


async def test_what_was_not_delivered_is_offered_again_and_says_what_may_happen(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments.messaged(scene)
    app = scene.app()
    async with app.run_test(size=(100, 36)) as pilot:
        await settle(pilot)
        await pilot.press("7")
        await settle(pilot)
        listed = text_of(app, "#sent")
        for words in ("CALLS", "NO RESULT", "UNKNOWN", "NOT DELIVERED", " sent "):
            assert words in listed
        await pilot.press("tab", "j", "enter")
        await settle(pilot)
        assert isinstance(app.screen, SentDialog)
        assert str(app.focused.label) == "Close"  # type: ignore[union-attr]
        assert "it may arrive twice" in text_of(app, ".dialog-hint")
        await press_button(pilot, "Send it again")
        await until(pilot, lambda: scene.run.messages["m-4"].state(NOW) == "sent")
        await settle(pilot)
        assert any("log: sent: [shop production]" in one.message for one in app._notifications)
        assert (scene.repo / "logs" / "messages.log").exists()
        # The one that was sent is only looked at.
        await pilot.press("G", "enter")
        await settle(pilot)
        assert isinstance(app.screen, SentDialog)
        assert not app.screen.query_one("#again", Button).display


async def test_a_call_is_acknowledged_for_everybody(scene: Scene) -> None:
    moments.messaged(scene)
    app = scene.app()
    async with app.run_test(size=(100, 36)) as pilot:
        await settle(pilot)
        await pilot.press("7", "tab", "a")
        (call,) = calls_of(scene.run, NOW)
        await until(pilot, lambda: acknowledged(scene.run, call.key))
        await settle(pilot)
        assert "Ana Lima knows" in text_of(app, "#sent")


async def test_what_is_not_trusted_is_refused_in_words(scene: Scene) -> None:
    moments.messaged(scene)
    (scene.state / "trust" / scene.run.digest).unlink()
    app = scene.app()
    async with app.run_test(size=(100, 36)) as pilot:
        await settle(pilot)
        await pilot.press("7", "tab", "j", "enter")
        await settle(pilot)
        await press_button(pilot, "Send it again")
        await until(pilot, lambda: any("not trusted on this host" in one.message for one in app._notifications))
    assert len(scene.run.messages["m-4"].attempts) == 1


async def test_an_overdue_promise_is_on_the_banner_of_every_screen(scene: Scene) -> None:
    moments.messaged(scene)
    app = scene.app()
    async with app.run_test(size=(100, 36)) as pilot:
        await settle(pilot)
        assert "update OVERDUE 5m" in text_in(app, app.screen.region)
        scene.clock.time = NOW - 1200
        app.tick_clock()
        await pilot.press("7")
        await settle(pilot)
        assert "next update in 15m" in text_of(app, "#update-strip")


async def test_a_webhook_gets_what_the_screen_sends(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    moments.messaged(scene)
    with WebReceiver().serving() as web:
        monkeypatch.setenv("OPS_WEBHOOK", web.url)
        app = scene.app()
        async with app.run_test(size=(100, 36)) as pilot:
            await open_form(scene, pilot, "Incident updated")
            for name, said in (("update", "the vendor is on it"), ("impact", "40 orders")):
                app.screen.query_one(f"#field-{name}").focus()
                await pilot.press(*said)
            app.screen.query_one("#message-to").focus()
            await pilot.press(*"ops", "enter")
            await settle(pilot)
            await press_button(pilot, "Send")
            await until(pilot, lambda: any(one.template == "incident-updated" for one in messages(scene)))
            await until(pilot, lambda: messages(scene)[-1].last.outcome)
            await settle(pilot)
            assert "next update in 30m" in text_of(app, "#update-strip"), "the promise is kept, and a new one made"
    assert "the vendor is on it" in web.bodies[0]["text"]
