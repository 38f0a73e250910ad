"""Carts and last orders, by session, in memory."""

from collections import OrderedDict
from dataclasses import dataclass, field

MOST = 2000  # sessions
MOST_PIECES = 20  # of one product


@dataclass
class Session:
    lines: dict[int, int] = field(default_factory=dict)  # product id to quantity
    order: int | None = None


class Sessions:
    def __init__(self) -> None:
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def session(self, key: str) -> Session:
        session = self._sessions.setdefault(key, Session())
        self._sessions.move_to_end(key)
        while len(self._sessions) > MOST:
            self._sessions.popitem(last=False)
        return session


def add(session: Session, product: int, quantity: int) -> None:
    pieces = min(session.lines.get(product, 0) + quantity, MOST_PIECES)
    if pieces > 0:
        session.lines[product] = pieces
