from __future__ import annotations

from pathlib import Path

import pytest

from tests.demo.conftest import Shop, wait_until

pytestmark = pytest.mark.full


def lines(log: Path) -> int:
    return len(log.read_text().splitlines())


def test_customers_come_back_after_the_shop_was_away(shop: Shop) -> None:
    access = shop.root / "var" / "logs" / "access.log"
    past = lines(access)
    shop.demo.start()
    wait_until(lambda: lines(access) > past + 5)
    assert shop.tool("shopctl", "stop").ok
    away = lines(access)
    shop.run_release("v2.4.0")
    wait_until(lambda: lines(access) > away + 20)
