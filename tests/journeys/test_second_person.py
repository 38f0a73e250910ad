"""Two identities, two terminals, an item for two persons: one asks, the other answers, nobody is both."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import OpenTerminal
from tests.journeys.shop import Shop
from tests.journeys.terminal import Terminal

PAYMENT = "Verify payment processing"
PAYMENT_ID = "deployment-day/deployment/verify-payment-processing"


def go_to_payment(terminal: Terminal) -> None:
    terminal.press("/")
    terminal.wait_for("Space tick", gone=True)
    terminal.press(*"Verify", "Space", *"payment", "Enter")
    terminal.wait_for(rf"^▸. {PAYMENT}(?s:.*)Space tick")


@pytest.mark.full
def test_the_second_answer_is_another_persons(shop: Shop, open_terminal: OpenTerminal) -> None:
    ana, ben = open_terminal(), open_terminal()
    shop.open(ana, by="ana")
    shop.open(ben, by="ben")

    go_to_payment(ana)
    ana.press("p")
    ana.wait_for(f"To the second person: {PAYMENT}")
    ana.press(*"paid-49.90", "Enter")
    ana.wait_for(rf"◑ {PAYMENT} +ASKED you asked: another")
    assert "YOUR ANSWER" not in ana.screen()

    # The same person is not the second one: neither by the key, nor by the command.
    ana.press("p")
    ana.wait_for(r"you asked at \d\d:\d\d")
    refused = shop.refused("item", "answer", PAYMENT_ID, "--value", "49.90", "--by", "ana")
    assert refused["code"] == "same-person"
    assert shop.item(PAYMENT_ID)["challenge"]["by"] == "ana"

    ben.wait_for(r"\A shop  PROD .*YOUR ANSWER")
    go_to_payment(ben)
    ben.press("p")
    asked = ben.wait_for(f"Second person: {PAYMENT}")
    assert "ana asks" in asked
    assert "49.90" not in asked
    ben.press(*"receipt-49.90", "Enter")
    for each in (ana, ben):
        each.wait_for(rf"✓ {PAYMENT} +ben \d\d:\d\d")
    ben.wait_for("YOUR ANSWER", gone=True)
    ben.wait_for(r"first +ana \d\d:\d\d: paid-49\.90")

    item = shop.item(PAYMENT_ID)
    assert (item["state"], item["by"], item["detail"], item["unverified_second"]) == (
        "done", "ben", "receipt-49.90", False,
    )  # fmt: skip
    assert item["first_of_two"]["by"] == "ana"
    assert shop.refused("item", "answer", PAYMENT_ID, "--value", "x", "--by", "ana")["code"] == "not-asked"
    assert "second person unverified" not in {debt["kind"] for debt in shop.ask("status")["debt"]}
