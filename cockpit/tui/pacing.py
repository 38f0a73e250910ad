"""How much may be on its way to a terminal: as much as it takes in a moment, so that a key is answered soon.

Between us and the terminal lie buffers (a pseudo-terminal's, sshd's, the network's) that take in far more than a slow
line carries in a second, and tell nobody. So the terminal is asked, behind what was drawn, for something that every
terminal answers; what has not been answered is still on its way.
"""

from __future__ import annotations

from collections import deque
from threading import Lock

ASK_EVERY = 256  # bytes: what is less is on its way for a moment only, and not worth a question
LEAST, MOST = 512, 65_536  # bytes that may be on their way, at least and at most
AT_FIRST = 8192
_LAG = 0.25  # seconds that what is drawn may lie in buffers
_PATIENCE = 30.0  # seconds until an answer is taken for lost, as in a multiplexer that was detached


class Pacer:
    """Keeps count of what was sent and what has been answered; safe to call from any thread.

    Until a first answer came it holds nothing back: that terminal may be one that never answers. Times are seconds of
    a clock that never goes back.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._sent = self._seen = 0  # bytes, since the beginning
        self._asked: deque[tuple[int, int, float]] = deque()  # sent so far, on their way, when
        self._asked_at = 0  # bytes sent when it was asked last
        self._answers = False
        self._shortest = float("inf")  # seconds from a question to its answer
        self._window = float(AT_FIRST)

    def sent(self, size: int) -> None:
        """Count bytes that were handed on."""
        with self._lock:
            self._sent += size

    def ask(self, now: float) -> bool:
        """Return whether to ask now; that is then taken as done."""
        with self._lock:
            if (not self._answers and self._asked) or (self._asked_at and self._sent - self._asked_at < ASK_EVERY):
                return False
            self._asked.append((self._sent, self._sent - self._seen, now))
            self._asked_at = self._sent
            return True

    def answered(self, now: float) -> None:
        """Take in the answer to the oldest question."""
        with self._lock:
            if not self._asked:
                return  # one that came too late, or a key that looks like it
            self._seen, on_their_way, asked = self._asked.popleft()
            self._answers = True
            took = now - asked
            self._shortest = min(took, self._shortest)
            allowed = self._shortest + _LAG
            if took > allowed:
                self._window = max(float(LEAST), on_their_way / took * allowed)
            elif on_their_way >= self._window / 2:
                self._window = min(float(MOST), self._window * 2)

    def is_behind(self, now: float) -> bool:
        """Whether so much is on its way that more had better wait."""
        with self._lock:
            if not self._answers or self._sent - self._seen <= self._window:
                return False
            if self._asked and now - self._asked[0][2] < _PATIENCE:
                return True
            self._forget()
            return False

    def forget(self) -> None:
        """Wait for no answer any more: the terminal may be another one."""
        with self._lock:
            self._forget()

    @property
    def last_asked(self) -> float | None:
        """When the last question was put, as long as it has no answer."""
        with self._lock:
            return self._asked[-1][2] if self._asked else None

    @property
    def answers(self) -> bool:
        """Whether this terminal has ever answered."""
        return self._answers

    def _forget(self) -> None:
        self._asked.clear()
        self._seen = self._sent
