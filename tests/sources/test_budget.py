"""When a tool may be asked again, by whichever header it tells that, and however its clock or ours goes."""

from __future__ import annotations

import pytest

from cockpit.sources.budget import Budget, retry_at
from tests.sources.support import NOW

DAY = 86400.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 60),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "Fri, 15 Jan 2027 08:02:00 GMT"}, 120),
        ({"retry-after": "Fri, 15 Jan 2027 07:00:00 GMT"}, 1),  # gone by
        ({"retry-after": "soon"}, 60),
        ({"retry-after": "-5"}, 60),
        ({"retry-after": "1e400"}, 60),
        ({"retry-after": "nan"}, 60),
        ({"retry-after": "99999999"}, DAY),
        ({"x-ratelimit-reset": "44"}, 44),
        ({"x-ratelimit-reset": str(int(NOW) + 44)}, 44),
        ({"x-rate-limit-reset": str(int(NOW) + 3)}, 3),
        ({"retry-after": "9", "x-ratelimit-reset": "44"}, 9),
        ({"req-limit-short": "Remaining: 0 Time until reset: 3589"}, 3589),
        ({"req-limit-short": "Remaining: 394 Time until reset: 3589"}, 60),
        (
            {
                "req-limit-short": "Remaining: 5 Time until reset: 9",
                "req-limit-long": "Remaining: 0 Time until reset: 80",
            },
            80,
        ),
    ],
)
def test_when_it_may_be_asked_again(headers: dict[str, str], seconds: float) -> None:
    assert retry_at(headers, NOW) == NOW + seconds


def test_a_budget_is_of_a_minute_and_outlives_a_clock_that_jumps() -> None:
    now = NOW
    budget = Budget(2, lambda: now)
    assert [budget.take(), budget.take(), budget.take()] == [None, None, NOW + 60]
    now += 60
    assert budget.take() is None
    now -= 7 * DAY  # what was taken in the future counts no more
    assert budget.take() is None
    budget.close(now + 30)
    assert budget.take() == now + 30
    now -= 2 * DAY  # nor does a refusal that is a day away
    assert budget.take() is None
